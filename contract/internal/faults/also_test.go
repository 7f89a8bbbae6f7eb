package faults

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryFaultThatAllowsOtherRulesIsThere(t *testing.T) {
	for name, rules := range also {
		i := slices.IndexFunc(All(), func(f Fault) bool { return f.Name == name })
		require.GreaterOrEqual(t, i, 0, "no fault is called %s", name)
		require.NotContains(t, strings.Fields(rules), All()[i].Rule, name)
	}
}
