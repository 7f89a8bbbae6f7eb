package contract

import (
	"slices"
	"strings"
)

var scopeRules = []*Rule{
	scopeEnforced, scopeInsufficientScopeCode,
}

var scopeEnforced = &Rule{
	ID: "scope/enforced", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "An operation works with the scope it needs, and not with another.",
	Breaks: "POST /users with users:read",
	Holds:  "403 insufficient_scope",
}

var scopeInsufficientScopeCode = &Rule{
	ID: "scope/insufficient-scope-code", Kind: KindProbe, Level: Drift, Source: "rfc6750#3.1",
	Title:  "A client can tell want of scope from other refusals.",
	Breaks: "403 with forbidden and no challenge",
	Holds:  "403 with insufficient_scope in the challenge or the body",
}

// scopeCases try tokens with less scope than an operation needs.
var scopeCases = []liveCase{
	{
		name: "scope/missing",
		why:  "a scope that nobody checks is no scope",
		run:  tryScopeMissing,
	},
	{
		name: "scope/each",
		why:  "a client that may only change users must not delete them",
		run:  (*probe).eachScope,
	},
}

func tryScopeMissing(p *probe) {
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
		if slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Rule == "scope/exceeded" }) {
			continue
		}
		p.refuses(c, scopeEnforced, "a token with "+scope+" alone", 403, 404)
		if _, challenged := c.bearerChallenge(); c.status() == 403 && !challenged && c.object()["error"] != "insufficient_scope" {
			p.finding(c, scopeInsufficientScopeCode, Finding{Message: "a 403 for want of scope does not say so"})
		}
	}
	p.get(victim)
}

// eachScope takes the scopes of the client away one by one, and tries what needs
// the one that is gone.
func (p *probe) eachScope() {
	jwt, _ := readJWT(p.token())
	all, known := jwt.scopes()
	if !known || len(all) < 2 {
		p.skip("the token does not say which scopes there are")
	}
	victim := p.newID()
	p.create(map[string]any{"id": victim, "firstname": "Victim"})
	for _, operation := range p.protectedOperations(victim) {
		op := p.suite.spec.operationByID(operation.id)
		others := slices.DeleteFunc(slices.Clone(all), func(scope string) bool { return scope == op.scope })
		if len(others) == len(all) {
			continue // the server has no such scope
		}
		token := p.tokenFor(&p.suite.target.Project, strings.Join(others, " "))
		less, _ := readJWT(token)
		if granted, _ := less.scopes(); slices.Contains(granted, op.scope) {
			continue // scope/granted has said it
		}
		c := p.send(operation.make(bearer(token)))
		if c.ok() && !slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Rule == "scope/exceeded" }) {
			// Scopes for changing and deleting are on no page.
			level := Assumption
			if op.scope == "users:read" || op.scope == "users:create" {
				level = Violation
			}
			p.finding(c, scopeEnforced, Finding{Level: level, Message: "the operation works with every scope but " + op.scope})
		} else if !c.ok() {
			p.refuses(c, scopeEnforced, "every scope but "+op.scope, 403, 404)
		}
	}
	p.get(victim)
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
