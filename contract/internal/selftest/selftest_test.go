package selftest_test

import (
	"bytes"
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// No rule without a fault, no fault without a rule.
func TestRulesAndFaultsBelongTogether(t *testing.T) {
	proven := make(map[string]bool)
	for _, rule := range contract.Rules() {
		proven[rule.ID] = false
	}
	names := make(map[string]bool)
	for _, fault := range faults.All() {
		require.Contains(t, proven, fault.Rule, "the rule of the fault %s", fault.Name)
		require.False(t, names[fault.Name], "two faults are called %s", fault.Name)
		proven[fault.Rule], names[fault.Name] = true, true
	}
	for rule, has := range proven {
		require.True(t, has || selftest.Unprovable[rule] != "", "no fault is for the rule %s", rule)
	}
}

// One fault of each kind of rule, and the whole way from the fault to the
// verdict. All of them are planted by "make selftest", which CI runs.
func TestVerdicts(t *testing.T) {
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	planted, controls, pattern := 3, 1, `^(get-duplicate-keys|patch-as-put|accept-alg-none|indented-json)$`
	if !needs.Whole(t) {
		planted, controls, pattern = 1, 0, `^patch-as-put$`
	}
	names := regexp.MustCompile(pattern)
	var text bytes.Buffer
	matrix, err := selftest.Run(t.Context(), spec, selftest.Options{Select: names.MatchString, Recorded: true, OnResult: func(r selftest.Result) {
		require.NoError(t, r.Print(&text, true))
	}})
	require.NoError(t, err)

	require.Equal(t, selftest.Quiet, matrix.Clean.Verdict, "%v", matrix.Clean.Rules)
	require.Len(t, matrix.Faults, planted)
	for _, r := range matrix.Faults {
		require.Equal(t, selftest.Killed, r.Verdict, "%s: %v", r.Fault.Name, r.Rules)
		if r.Fault.Name != "accept-alg-none" { // whose token only the probe knows to be forged
			require.NotEmpty(t, r.Recorded, r.Fault.Name)
		}
	}
	require.Len(t, matrix.Controls, controls)
	for _, r := range matrix.Controls {
		require.Equal(t, selftest.Quiet, r.Verdict)
	}
	require.Zero(t, matrix.FalseAlarms())

	require.NoError(t, matrix.Print(&text))
	require.Contains(t, text.String(), fmt.Sprintf("%d faults: %d killed by their own rule (100.0 %%)", planted, planted))
	require.Regexp(t, `killed +patch-as-put +semantics +users/patch-keeps`, text.String())
}
