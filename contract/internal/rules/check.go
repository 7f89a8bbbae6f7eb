package rules

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// checks are all of them, in the order in which a reader asks: did an
// answer come, is it HTTP, is it JSON, is it what the spec says, is it OAuth.
var checks = slices.Concat(
	wireChecks,
	statusChecks,
	headerChecks,
	jsonChecks,
	schemaChecks,
	tokenChecks,
	clientChecks,
	bearerChecks,
	userChecks,
	listChecks,
	leakChecks,
)

// Check looks at one exchange and returns what is wrong with it. It is safe
// for concurrent use. An exchange that matches no operation is looked at as
// HTTP only.
func Check(s *pass.Spec, x *wire.Exchange) []rule.Finding {
	c := s.Open(x, "")
	defer c.Release()
	return Apply(s, c)
}

// Apply holds a call against all rules of one exchange.
func Apply(s *pass.Spec, c *pass.Call) []rule.Finding {
	for _, r := range checks {
		r.Look(c)
	}
	return c.Findings
}

// Exchange are those of one exchange, in the order in which they look.
func Exchange() []rule.Rule {
	all := make([]rule.Rule, len(checks))
	for i, r := range checks {
		all[i] = r.Rule
	}
	return all
}
