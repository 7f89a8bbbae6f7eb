package contract

import (
	"slices"
	"strings"
)

var scopeRules = []Rule{
	probeRule("scope/enforced", Violation, "authentication", "An operation works with the scope it needs, and not with another.",
		"POST /users with users:read", "403 insufficient_scope"),
	probeRule("scope/unsaid", Drift, "rfc6750#3.1", "A client can tell want of scope from other refusals.",
		"403 with forbidden and no challenge", "403 with insufficient_scope in the challenge or the body"),
}

// scopeCases try tokens with less scope than an operation needs.
var scopeCases = []liveCase{
	{
		name: "scope/missing",
		why:  "a scope that nobody checks is no scope",
		run: func(p *probe) {
			victim := p.newID()
			p.create(map[string]any{"id": victim, "firstname": "Victim"})
			for _, scope := range []string{"users:read", "users:create"} {
				if why := p.narrow(scope); why != "" {
					p.skip("no token with %s alone: %s", scope, why)
				}
			}
			for _, operation := range p.protectedOperations(victim) {
				scope := "users:read"
				if op := p.suite.spec.operationByID(operation.id); op.scope == "users:read" {
					scope = "users:create"
				}
				c := p.send(operation.make(bearer(p.tokenFor(&p.suite.target.Project, scope))))
				if slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Rule == "auth/scope" }) {
					continue
				}
				p.refuses(c, "scope/enforced", "a token with "+scope+" alone", 403, 404)
				if _, challenged := c.bearerChallenge(); c.status() == 403 && !challenged && c.object()["error"] != "insufficient_scope" {
					p.finding(c, "scope/unsaid", Finding{Message: "a 403 for want of scope does not say so"})
				}
			}
			p.get(victim)
		},
	},
}

// narrow tells why there is no token with one scope alone; "" if there is.
func (p *probe) narrow(scope string) (why string) {
	c := p.serverToken(&p.suite.target.Project, scope)
	token, _ := accessToken(c)
	if token == "" {
		return refused(c).Error()
	}
	granted, known := []string(nil), false
	if jwt, ok := readJWT(token); ok {
		granted, known = jwt.scopes()
	}
	if text, ok := c.object()["scope"].(string); ok && !known {
		granted, known = strings.Fields(text), true
	}
	if known && !slices.Equal(granted, []string{scope}) {
		return "the server gives others too"
	}
	return ""
}
