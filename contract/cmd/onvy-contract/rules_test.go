package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

func TestRulesAsMarkdownNameEveryRule(t *testing.T) {
	r := call{}.run(t, "rules", "--markdown")
	require.Zero(t, r.status)
	for _, rule := range contract.Rules() {
		require.Contains(t, r.stdout, "`"+rule.ID+"`")
	}
}

func TestRulesListsEveryRule(t *testing.T) {
	r := call{}.run(t, "rules", "--json")
	require.Zero(t, r.status)
	var rules []contract.Rule
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &rules))
	require.Equal(t, contract.Rules(), rules)

	r = call{}.run(t, "rules")
	require.Zero(t, r.status)
	require.Len(t, strings.Split(strings.TrimSpace(r.stdout), "\n"), len(rules))
	for _, rule := range rules {
		require.Contains(t, r.stdout, rule.ID)
	}
}
