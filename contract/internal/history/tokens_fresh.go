package history

import (
	"slices"
	"time"
)

// fresh is for how long after it was given a token is sure to work: nobody takes
// one back that soon.
const fresh = time.Minute

// own remembers when a user was given a token: with it the one before may end.
func (e *Engine) own(f *Fact) {
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
func (e *Engine) refusedToken(f *Fact) {
	if g := e.justGiven(f); g != nil && g.Principal.IsZero() {
		e.sayFresh(f, g, "")
	}
}

// refusedOwn does so for a user's token. It ends with the user, and with the next
// token on some servers.
func (e *Engine) refusedOwn(f *Fact) {
	g := e.justGiven(f)
	if g == nil || slices.ContainsFunc(e.owners.Get(g.Principal), func(end int64) bool { return end > g.End && end <= f.End }) {
		return
	}
	project, _ := e.realm(f)
	if l := e.lives.Get(lifeKey{project, f.Key}); l != nil && (l.gone || l.wrote >= g.Start) {
		return
	}
	e.sayFresh(f, g, assumption)
}

// justGiven is the grant of the token that a request was refused with, if that
// was a moment ago and there is nothing else to refuse.
func (e *Engine) justGiven(f *Fact) *grant {
	if f.Status != 401 || f.listed || f.Copy || f.Racing || f.Token.ID.IsZero() || f.Start == 0 || !e.mayUse(f) {
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

func (e *Engine) sayFresh(f *Fact, g *grant, level string) {
	var now held
	e.say(&now, f, Verdict{Rule: "token/fresh", Level: level, Message: "a token is refused that was given just before", Earlier: g.Order})
	e.release(&now, f.End+1)
}
