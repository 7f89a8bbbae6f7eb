package faults

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

func TestEveryFaultThatAllowsOtherRulesIsThere(t *testing.T) {
	for name, rules := range also {
		i := slices.IndexFunc(All(), func(f Fault) bool { return f.Name == name })
		require.GreaterOrEqual(t, i, 0, "no fault is called %s", name)
		for _, rule := range strings.Fields(rules) {
			require.True(t, slices.ContainsFunc(contract.Rules(), func(r contract.Rule) bool { return r.ID == rule }), "%s: no rule is called %s", name, rule)
		}
		require.NotContains(t, strings.Fields(rules), All()[i].Rule, name)
	}
}
