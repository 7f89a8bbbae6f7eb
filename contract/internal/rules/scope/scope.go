// Package scope has the rules of scopes: which ones a token answer grants, what a token
// may do with its own, and what a 403 says of them.
package scope

import (
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/rules/oauth"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

var Exceeded = pass.NewRule(checkExceeded, rule.Rule{
	ID: "scope/exceeded", Level: rule.Violation, Source: "authentication",
	Title:  "A token MUST NOT work beyond its scope.",
	Breaks: "POST /users with users:read",
	Holds:  "POST /users with users:create",
})

var Challenge = pass.NewRule(checkChallenge, rule.Rule{
	ID: "scope/challenge", Level: rule.Assumption, Source: "rfc6750#3.1",
	Title:  `The challenge of a 403 for want of scope SHOULD have error="insufficient_scope".`,
	Breaks: `403 with Bearer error="invalid_token"`,
	Holds:  `403 with Bearer error="insufficient_scope"; 403 alone`,
})

var Granted = pass.NewRule(oauth.OnToken(checkGranted), rule.Rule{
	ID: "scope/granted", Level: rule.Violation, Source: "rfc6749#3.3",
	Title:  "A token response MUST include scope, if it is not the one that was requested.",
	Breaks: "every scope for a request of users:read",
	Holds:  "less than asked, with a scope member",
})

func checkExceeded(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || c.Op.Scope == "" || !c.OK() {
		return
	}
	token := c.Bearer()
	if !token.IsJWT || len(token.Scopes) == 0 || slices.Contains(token.Scopes, c.Op.Scope) {
		return
	}
	// users:update and users:delete are guesses; where the server has
	// no such scope, writing must at least need more than reading.
	if c.Does(spec.Replace, spec.Patch, spec.Delete) &&
		slices.ContainsFunc(token.Scopes, func(s string) bool { return !onlyReads(c, s) }) {
		return
	}
	c.Report(r, rule.Finding{Message: "the operation works without the scope " + c.Op.Scope})
}

// onlyReads reports whether a scope is what reading a resource needs.
func onlyReads(c *pass.Call, scope string) bool {
	return slices.ContainsFunc(c.Spec.API.Resources, func(r *spec.Resource) bool { return r.Read != nil && r.Read.Scope == scope })
}

func checkChallenge(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Bearer || c.Status() != 403 {
		return
	}
	ch, ok := c.BearerChallenge()
	if code := ch.Params["error"]; ok && code != "" && code != "insufficient_scope" {
		c.Report(r, rule.Finding{Message: "a 403 is not reported as insufficient_scope"})
	}
}

func checkGranted(c *pass.Call, r *rule.Rule, t oauth.Token) {
	if scope, is := t.Body["scope"].(string); is && scope == "" {
		c.Report(r, rule.Finding{Pointer: "/scope", Message: "scope is empty; it has one value at least, or is not there"})
		return
	}
	asked := strings.Fields(c.RequestedScope())
	if len(asked) == 0 {
		return
	}
	said, says := t.Body["scope"].(string)
	granted, known := t.JWT.Scopes()
	if !t.IsJWT || !known {
		if !says {
			return
		}
		granted = strings.Fields(said)
	}
	for _, scope := range granted {
		if says && slices.Contains(strings.Fields(said), scope) {
			continue // a server may go its own way if it says so
		}
		if !slices.Contains(asked, scope) {
			c.Report(r, rule.Finding{Pointer: "/scope", Message: "more scope is granted than was asked for, and the answer does not say so"})
			return
		}
	}
	for _, scope := range asked {
		if !slices.Contains(granted, scope) && !says {
			c.Report(r, rule.Finding{Pointer: "/scope", Message: "less scope is granted than was asked for, and the answer does not say so", Source: "rfc6749#5.1"})
			return
		}
	}
	if says && !sameSet(strings.Fields(said), granted) {
		c.Report(r, rule.Finding{Pointer: "/scope", Message: "scope in the answer is not the scope of the token"})
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}
