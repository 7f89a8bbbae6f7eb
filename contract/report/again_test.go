package report_test

import (
	"html"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

func TestTheFileInTheLineAgainIsAWordOfTheShell(t *testing.T) {
	r := *reports()["failed"]
	r.Findings = []contract.Finding{stored()}
	for file, want := range map[string]string{
		"out/report.json": "again F1 out/report.json\n", "my reports/it's.json": `again F1 'my reports/it'\''s.json'` + "\n",
		"-x.json": "again F1 ./-x.json\n", "$(id).json": "again F1 '$(id).json'\n",
	} {
		require.Contains(t, terminal(t, &r, report.TerminalOptions{JSON: file}), "onvy-contract "+want)
	}
}

func TestTheScriptOfACauseIsTheSameInEveryFormat(t *testing.T) {
	const script = "# of the second finding\ncurl -i -sS -X POST \"$URL/users\" --data-raw '{\"a\":\"<b>`x`\"}'\n"
	first, second := stored(), stored()
	first.Curl, first.Steps = "", nil
	second.Curl, second.Operation, second.Steps = script, "updateUserPatch", nil
	r := *reports()["failed"]
	r.Findings, r.Seed = []contract.Finding{first, second}, 0
	page := html.UnescapeString(page(t, &r, report.HTMLOptions{}))
	markdown := string(written(t, func(w io.Writer) error { return report.Markdown(w, &r, machineOptions) }))
	require.Contains(t, page, script)
	require.Contains(t, markdown, script)
	for line := range strings.Lines(script) {
		require.Contains(t, terminal(t, &r, report.TerminalOptions{}), "      "+line)
	}

	r.Findings[1].Curl = strings.Repeat(script, 200)
	long := string(written(t, func(w io.Writer) error { return report.Markdown(w, &r, machineOptions) }))
	require.Contains(t, long, "onvy-contract again F1 report.json --script")
	require.NotContains(t, long, "curl -i", "a part of a script shows nothing")
}
