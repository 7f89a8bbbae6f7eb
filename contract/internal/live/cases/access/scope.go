package access

import (
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/internal/rules/scope"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// ScopeRules are the rules for tokens with less scope.
var ScopeRules = []*rule.Rule{
	scopeEnforced, scopeInsufficientScopeCode,
}

var scopeEnforced = &rule.Rule{
	ID: ruleid.ScopeEnforced, Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "An operation MUST refuse a token without its scope (403).",
	Breaks: "POST /users with users:read",
	Holds:  "403 insufficient_scope",
}

var scopeInsufficientScopeCode = &rule.Rule{
	ID: "scope/insufficient-scope-code", Kind: rule.KindProbe, Level: rule.Drift, Source: "rfc6750#3.1",
	Title:  "A 403 for want of scope says insufficient_scope, so that clients can tell it.",
	Breaks: "403 with forbidden and no challenge",
	Holds:  "403 with insufficient_scope in the challenge or the body",
}

// ScopeCases try tokens with less scope than an operation needs.
var ScopeCases = []live.Case{
	{
		Name:  "scope/missing",
		Why:   "a scope that nobody checks is no scope",
		Rules: []*rule.Rule{scopeEnforced, scopeInsufficientScopeCode},
		Run:   tryScopeMissing,
	},
	{
		Name:  "scope/each",
		Why:   "a client that may only change users must not delete them",
		Rules: []*rule.Rule{scopeEnforced},
		Run:   eachScope,
	},
}

func tryScopeMissing(p *live.Probe) {
	victim := newVictim(p)
	for _, scope := range []string{"users:read", "users:create"} {
		if why := narrow(p, scope); why != "" {
			p.Skip("no token with %s alone: %s", scope, why)
		}
	}
	for _, operation := range protectedOperations(p, victim) {
		other := "users:read"
		if op := p.Suite.Spec.Operation(operation.id); op.Scope == "users:read" {
			other = "users:create"
		}
		c := p.Send(operation.make(live.Bearer(p.TokenFor(&p.Suite.Target.Project, other))))
		if c.Spoken(&scope.Exceeded.Rule) {
			continue
		}
		p.Refuses(c, scopeEnforced, "a token with "+other+" alone", 403, 404)
		if _, challenged := c.BearerChallenge(); c.Status() == 403 && !challenged && c.Object()["error"] != "insufficient_scope" {
			p.Report(c, scopeInsufficientScopeCode, rule.Finding{Message: "a 403 for want of scope does not say so"})
		}
	}
	p.Get(victim)
}

// eachScope takes the scopes of the client away one by one, and tries what needs
// the one that is gone.
func eachScope(p *live.Probe) {
	jwt, _ := read.JWT(p.Token())
	all, known := jwt.Scopes()
	if !known || len(all) < 2 {
		p.Skip("the token does not say which scopes there are")
	}
	victim := newVictim(p)
	for _, operation := range protectedOperations(p, victim) {
		op := p.Suite.Spec.Operation(operation.id)
		others := slices.DeleteFunc(slices.Clone(all), func(scope string) bool { return scope == op.Scope })
		if len(others) == len(all) {
			continue // the server has no such scope
		}
		token := p.TokenFor(&p.Suite.Target.Project, strings.Join(others, " "))
		less, _ := read.JWT(token)
		if granted, _ := less.Scopes(); slices.Contains(granted, op.Scope) {
			continue // scope/granted has said it
		}
		c := p.Send(operation.make(live.Bearer(token)))
		if c.OK() && !c.Spoken(&scope.Exceeded.Rule) {
			// Scopes for changing and deleting are on no page.
			level := rule.Assumption
			if op.Scope == "users:read" || op.Scope == "users:create" {
				level = rule.Violation
			}
			p.Report(c, scopeEnforced, rule.Finding{Level: level, Message: "the operation works with every scope but " + op.Scope})
		} else if !c.OK() {
			p.Refuses(c, scopeEnforced, "every scope but "+op.Scope, 403, 404)
		}
	}
	p.Get(victim)
}

// narrow tells why there is no token with one scope alone; "" if there is.
func narrow(p *live.Probe, scope string) (why string) {
	c := p.ServerToken(&p.Suite.Target.Project, scope)
	token, _ := pass.AccessToken(c)
	if token == "" {
		return live.WhyRefused(c).Error()
	}
	granted, known := []string(nil), false
	if jwt, ok := read.JWT(token); ok {
		granted, known = jwt.Scopes()
	}
	if text, ok := c.Object()["scope"].(string); ok && !known {
		granted, known = strings.Fields(text), true
	}
	if known && !slices.Equal(granted, []string{scope}) {
		return "the server gives others too"
	}
	return ""
}
