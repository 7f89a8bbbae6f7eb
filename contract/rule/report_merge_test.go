package rule_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/rule"
)

func TestReportsOfOtherRulesDoNotMergeAndTheKindIsThatOfTheRun(t *testing.T) {
	of := func(kind rule.TargetKind, only ...string) *rule.Report {
		return &rule.Report{Version: rule.ReportVersion, Kind: kind, OnlyRules: only}
	}
	r := of(rule.Server, "page", "json")
	require.NoError(t, r.Merge(of(rule.Server, "json", "page")))
	require.ErrorIs(t, r.Merge(of(rule.Server, "page")), rule.ErrMerge)
	for _, pair := range [][2]*rule.Report{
		{of(rule.Recordings), of(rule.Server)}, {of(rule.Server), of(rule.Recordings)}, {of(rule.Sandbox), of(rule.Server)},
	} {
		require.NoError(t, pair[0].Merge(pair[1]))
		require.Equal(t, rule.Server, pair[0].Kind)
	}
	empty := new(rule.Report)
	require.NoError(t, empty.Merge(of(rule.Recordings, "page")))
	require.Equal(t, rule.Recordings, empty.Kind)
	require.Equal(t, []string{"page"}, empty.OnlyRules)
}
