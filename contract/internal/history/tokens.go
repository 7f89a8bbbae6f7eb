package history

import (
	"slices"
	"time"
)

// expiryLeeway is how much longer a token may work: clocks differ, and the
// time that the answer took to come is not known.
const expiryLeeway = time.Second

// clockLeeway is how far the clocks of client and server may be apart.
const clockLeeway = 5 * time.Minute

// grant is a token that was given, and when.
type grant struct {
	Order
	*Grant
	ahead int64 // of the fact
}

// grant takes an answer of a token endpoint.
func (e *Engine) grant(f *Fact) {
	g := f.Grant
	if g == nil {
		return
	}
	before := e.grants.Get(g.Token)
	if slices.ContainsFunc(before, func(b grant) bool { return b.Order == f.Order }) {
		return
	}
	if slices.ContainsFunc(before, func(b grant) bool { return f.End != 0 && b.End == f.End && b.Start == f.Start }) {
		e.NotJudged.Repeated++
		return
	}
	if n := len(before); n > 3 {
		before = before[n-3:]
	}
	e.grants.Put(g.Token, append(slices.Clip(before), grant{f.Order, g, f.Ahead}))
	e.own(f)
	if f.Copy {
		return
	}
	var now held
	if !g.JTI.IsZero() {
		if other := e.jtis.Get(g.JTI); !other.IsZero() && other != g.Token {
			e.say(&now, f, Verdict{Rule: "token/jti-unique", Pointer: "/access_token", Message: "two tokens have the same jti"})
		}
		e.jtis.Put(g.JTI, g.Token)
	}
	if len(before) > 0 {
		e.say(&now, f, Verdict{Rule: "token/reused", Pointer: "/access_token", Message: "the token was given before"})
	}
	if !g.Traded.IsZero() {
		if e.traded.Get(g.Traded) {
			e.say(&now, f, Verdict{Rule: "token/refresh-reuse", Message: "a refresh token was traded twice"})
		}
		e.traded.Put(g.Traded, true)
	}
	for _, v := range now { // grants do not overlap with writes
		e.report(v.Verdict)
	}
}

// granted is the grant of a token, the last one before a fact; nil if it is not
// known.
func (e *Engine) granted(f *Fact) *grant {
	all := e.grants.Get(f.Token.ID)
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Compare(f.Order) <= 0 {
			return &all[i]
		}
	}
	return nil
}

// useToken looks at the token of a request.
func (e *Engine) useToken(f *Fact) {
	if f.listed || f.Token.ID.IsZero() || f.Status/100 != 2 || f.Start == 0 {
		return
	}
	expires, leeway := f.Token.Expires, clockLeeway
	if g := e.granted(f); g != nil {
		expires, leeway = g.Expires, expiryLeeway
		if g.ahead != f.Ahead { // one of the clocks was set in between, or they are hardly apart
			leeway = clockLeeway
		}
	}
	// Of two clocks that differ, the server's counts.
	if now := f.Start + f.Ahead; expires != 0 && time.Duration(now-min(expires, now)) >= leeway {
		var now held
		e.say(&now, f, Verdict{Rule: "token/expired", Message: "the operation works with a token that has expired"})
		e.release(&now, f.End+1)
	}
}

// realm is the part of the server that a request can see: a project, or, if
// principal is not none, one user of it.
func (e *Engine) realm(f *Fact) (project, principal Digest) {
	if g := e.granted(f); g != nil && !g.Project.IsZero() {
		return g.Project, g.Principal
	}
	if !f.Token.Project.IsZero() {
		return f.Token.Project, f.Token.Principal
	}
	return f.Token.ID, Digest{}
}

// mayUse reports whether the token of a request has the scope that the operation
// needs, as far as is known. Some servers say 404 where it has not.
func (e *Engine) mayUse(f *Fact) bool {
	g := e.granted(f)
	if e.options.Shared && g == nil {
		return false // a live run saw every token that is one
	}
	if f.Token.Scoped {
		return !f.Token.Lacks
	}
	return g == nil || len(g.Scopes) == 0 || slices.Contains(g.Scopes, f.op.Scope)
}
