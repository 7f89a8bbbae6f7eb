package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

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

func TestEveryRuleIsListed(t *testing.T) {
	list, err := os.ReadFile("rules.go")
	require.NoError(t, err)
	files, err := filepath.Glob("*/*.go")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, rule := range regexp.MustCompile(`(?m)^var (\w+) = pass\.NewRule`).FindAllSubmatch(text, -1) {
			name := filepath.Dir(file) + "." + string(rule[1])
			if !regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `,`).Match(list) {
				t.Errorf("%s is not in the list in rules.go", name)
			}
		}
	}
}
