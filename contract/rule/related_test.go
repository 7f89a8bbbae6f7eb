package rule_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/rule"
)

func TestCausesAskForRulesThatThereAre(t *testing.T) {
	require.Greater(t, len(rule.Related()), 20)
	for _, id := range rule.Related() {
		_, ok := contract.RuleByID(id)
		require.True(t, ok, id)
	}
}
