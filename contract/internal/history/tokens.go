package history

import (
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// expiryLeeway is how much longer a token may work: clocks differ, and the
// time that the answer took to come is not known.
const expiryLeeway = time.Second

// clockLeeway is how far the clocks of client and server may be apart.
const clockLeeway = 5 * time.Minute

// grant is a token that was given, and when.
type grant struct {
	fact.Order
	*fact.Grant
	ahead int64 // of the fact
}

// tokenLaws are the laws of tokens.
type tokenLaws struct{ *Engine }

// grant takes an answer of a token endpoint.
func (e tokenLaws) grant(f *fact.Fact) {
	g := f.Grant
	if g == nil {
		return
	}
	before := e.grants.Get(g.Token)
	if slices.ContainsFunc(before, func(b grant) bool { return b.Order == f.Order }) {
		return
	}
	if slices.ContainsFunc(before, func(b grant) bool { return f.End != 0 && b.End == f.End && b.Start == f.Start }) {
		if !f.Copy {
			e.NotJudged.Repeated++
		}
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
			e.say(&now, f, Verdict{Law: TokenJTIUnique, Pointer: "/access_token", Message: "two tokens have the same jti"})
		}
		e.jtis.Put(g.JTI, g.Token)
	}
	if len(before) > 0 {
		e.say(&now, f, Verdict{Law: TokenReused, Pointer: "/access_token", Message: "the token was given before"})
	}
	if !g.Traded.IsZero() {
		if e.traded.Get(g.Traded) {
			e.say(&now, f, Verdict{Law: TokenRefreshReuse, Message: "a refresh token was traded twice"})
		}
		e.traded.Put(g.Traded, true)
	}
	for _, v := range now { // grants do not overlap with writes
		e.report(v.Verdict)
	}
}

// useToken looks at the token of a request.
func (e tokenLaws) useToken(f *fact.Fact) {
	if f.Listed || f.Token.ID.IsZero() || f.Status/100 != 2 || f.Start == 0 {
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
		e.say(&now, f, Verdict{Law: TokenExpired, Message: "the operation works with a token that has expired"})
		e.release(&now, f.End+1)
	}
}

// fresh is for how long after it was given a token is sure to work: nobody takes
// one back that soon.
const fresh = time.Minute

// own remembers when a user was given a token: with it the one before may end.
func (e tokenLaws) own(f *fact.Fact) {
	principal := f.Grant.Principal
	if principal.IsZero() {
		return
	}
	ends := e.owners.Get(principal)
	if !e.options.Sorted && len(ends) > 0 { // the last one is enough
		ends = ends[:0]
	}
	e.owners.Put(principal, append(ends, f.End))
}

// refusedToken looks at a request that was refused for a server's token, which
// has just been given.
func (e tokenLaws) refusedToken(f *fact.Fact) {
	if g := e.justGiven(f); g != nil && g.Principal.IsZero() {
		e.sayFresh(f, g, "")
	}
}

// refusedOwn does so for a user's token. It ends with the user, and with the next
// token on some servers.
func (e tokenLaws) refusedOwn(f *fact.Fact) {
	g := e.justGiven(f)
	if g == nil || slices.ContainsFunc(e.owners.Get(g.Principal), func(end int64) bool { return end > g.End && end <= f.End }) {
		return
	}
	project, _ := e.realm(f)
	if l := e.lives.Get(lifeKey{project, f.Key}); l != nil && (l.gone || l.wrote >= g.Start) {
		return
	}
	e.sayFresh(f, g, rule.Assumption)
}

// justGiven is the grant of the token that a request was refused with, if that
// was a moment ago and there is nothing else to refuse.
func (e tokenLaws) justGiven(f *fact.Fact) *grant {
	if f.Status != 401 || f.Listed || f.Copy || f.Racing || f.Token.ID.IsZero() || f.Start == 0 || !e.mayUse(f) {
		return nil
	}
	all := e.grants.Get(f.Token.ID)
	for i := len(all) - 1; i >= 0; i-- {
		g := &all[i]
		if age := time.Duration(f.Start - g.End); age < 0 || age > fresh || g.Start == 0 {
			continue
		}
		// Of two clocks that differ, the server's counts.
		end := f.End + f.Ahead + int64(expiryLeeway)
		if g.Expires != 0 && end > g.Expires || f.Token.Expires != 0 && end > f.Token.Expires {
			return nil
		}
		return g
	}
	return nil
}

func (e tokenLaws) sayFresh(f *fact.Fact, g *grant, level rule.Level) {
	var now held
	e.say(&now, f, Verdict{Law: TokenFresh, Level: level, Message: "a token is refused that was given just before", Earlier: g.Order})
	e.release(&now, f.End+1)
}
