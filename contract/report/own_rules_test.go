package report_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

// teamReport is of a replay with two rules of a team, of which one is broken.
func teamReport(t *testing.T) *contract.Report {
	t.Helper()
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	x := &contract.Exchange{Name: "one", Started: time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)}
	x.Request.Method, x.Request.URL = "GET", "https://api.onvy.health/users/u1"
	x.Response = &contract.Response{Status: 404, Header: contract.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(`{"error":"not_found"}`)}
	rules := []*contract.Rule{
		{
			ID: "team/trace", Level: contract.Violation, Title: "Each answer says its trace.", Breaks: "no Traceparent", Holds: "Traceparent: 00-…",
			Check: func(c *contract.Call) { c.Report(contract.Finding{Message: "no trace"}) },
		},
		{
			ID: "team/polite", Level: contract.Drift, Title: "Answers are polite.", Breaks: "no!", Holds: "please",
			Check: func(*contract.Call) {},
		},
	}
	entries := func(yield func(*contract.Exchange, error) bool) { yield(x, nil) }
	r := spec.Replay(t.Context(), "one.jsonl", entries, contract.ReplayOptions{Rules: rules, OnlyRules: []string{"team/*"}})
	require.Len(t, r.Findings, 1)
	return r
}

func TestARuleOfTheUsersOwnHasItsTitleInEveryReport(t *testing.T) {
	text, err := json.Marshal(teamReport(t))
	require.NoError(t, err)
	var r contract.Report
	require.NoError(t, json.Unmarshal(text, &r), "as from a file")

	got := page(t, &r, report.HTMLOptions{Spec: onvy.Spec})
	require.Contains(t, got, "Each answer says its trace.")
	require.Contains(t, got, "Answers are polite.", "the one that holds is a requirement too")

	var sarif bytes.Buffer
	require.NoError(t, report.SARIF(&sarif, &r, report.MachineOptions{Spec: onvy.Spec}))
	require.Contains(t, sarif.String(), "Each answer says its trace. Broken by: no Traceparent.")
}

func TestReportsOfOtherRulesOfTheUsersOwnDoNotMerge(t *testing.T) {
	one, other := teamReport(t), teamReport(t)
	other.OwnRules[1].ID = "team/rude"
	require.ErrorIs(t, one.Merge(other), contract.ErrMerge)
	require.NoError(t, one.Merge(teamReport(t)))
	require.Len(t, one.OwnRules, 2)
}
