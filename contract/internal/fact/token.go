package fact

import (
	"hash/maphash"
	"math"
	"slices"
	"strings"
)

type bearer struct {
	Bearer
	scopes []string
}

// bearer reads the token of a request for an operation.
func (e *Extractor) bearer(token string, op *Operation) Bearer {
	if token == "" {
		return Bearer{}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	key := maphash.String(e.seed, token)
	b := e.tokens[key]
	if b == nil {
		b = &bearer{Bearer: Bearer{ID: e.Digest(token)}}
		if c, ok := e.claims(token); ok {
			b.Project, b.Principal = e.Digest(c.Project), e.Digest(c.User)
			b.Expires, b.Scoped, b.scopes = nanos(c.Expires), c.Scoped && len(c.Scopes) > 0, c.Scopes
		}
		if len(e.tokens) >= 256 { // more than are in use at one time
			clear(e.tokens)
		}
		e.tokens[key] = b
	}
	own := b.Bearer
	own.Lacks = own.Scoped && !slices.Contains(b.scopes, op.Scope)
	return own
}

// nanos is a time in seconds since 1970, as far as nanoseconds go.
func nanos(seconds float64) int64 {
	if seconds >= math.MaxInt64/1e9 {
		return math.MaxInt64
	}
	return int64(max(seconds, 0) * 1e9)
}

// grants is the fact of a token that was given.
func (e *Extractor) grants(facts []Fact, base *Fact, x *Exchange) []Fact {
	g := x.Grant
	if g == nil || g.Access == "" || x.Status/100 != 2 {
		return facts
	}
	own := &Grant{Token: e.Digest(g.Access), Project: e.Digest(g.Project), Scopes: strings.Fields(g.Scope), Traded: e.Digest(g.Refresh)}
	c, says := e.claims(g.Access)
	switch {
	case says:
		own.Principal, own.JTI = e.Digest(c.User), e.Digest(c.JTI)
		if g.Project == "" {
			own.Project = e.Digest(c.Project)
		}
	case !g.OfAClient:
		own.Principal = e.Digest("token", g.Access)
	}
	if base.Start != 0 {
		lasts := math.Inf(1)
		if g.Lasts > 0 && g.Lasts < 1e9 {
			lasts = g.Lasts
		}
		// exp counts where it is earlier than what expires_in says, from when
		// the answer came: the server's clock may be another.
		if c.Issued > 0 && c.Expires > c.Issued {
			lasts = min(lasts, c.Expires-c.Issued)
		}
		if end := float64(base.End+base.Ahead) + lasts*1e9; end < math.MaxInt64 {
			own.Expires = int64(end)
		}
	}
	base.Class, base.Grant = Grants, own
	return append(facts, *base)
}
