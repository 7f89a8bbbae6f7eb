package rules_test

import (
	"testing"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
	"github.com/onvy-health/onvy-go/contract/internal/ruletest"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

func TestEveryRuleReportsItsExamplesAndNothingElse(t *testing.T) {
	ruletest.Run(t, rules.Examples, rules.Exchange(), func(s *pass.Spec, xs []*wire.Exchange) (all []rule.Finding) {
		if len(xs) != 1 {
			t.Errorf("%s has %d exchanges; a rule of one exchange looks at one", xs[0].Name, len(xs))
		}
		return rules.Check(s, xs[0])
	})
}
