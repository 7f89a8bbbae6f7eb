package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/speakeasy-api/openapi/overlay"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// deviating is a sandbox with a fault of which the report is an assumption or
// drift.
func deviating(t *testing.T, fault string) call {
	t.Helper()
	s := sandbox.Start(t)
	ts := httptest.NewServer(faults.Named(fault).Handler(s))
	t.Cleanup(ts.Close)
	return atURL(s, ts.URL)
}

func TestASuggestedOverlayMakesTheRunGreen(t *testing.T) {
	whole, cases := needs.Whole(t), "--run="
	if !whole {
		cases = "--run=^(auth/server|users/pages)$"
	}
	for fault, want := range map[string]string{
		"scope-too-little-404": "'responses'",
		"token-answer-extra":   "properties:",
		"user-set-cookie":      "Set-Cookie:",
		"page-shape-changes":   "[?@ == 'created_at']",
	} {
		if !whole && fault != "page-shape-changes" {
			continue
		}
		t.Run(fault, func(t *testing.T) {
			c := deviating(t, fault)
			dir := t.TempDir()
			report := filepath.Join(dir, "report.json")
			r := c.run(t, "run", "--seed=7", "--quiet", cases, "--fail-on=violation,assumption,drift", "--json", report, ledger(t))
			require.Equal(t, 1, r.status, "%+v", r)
			require.NotContains(t, r.lastLine(), "violation", "the fault is one that the spec may learn")

			r = call{}.run(t, "suggest", report, "--oasdiff", "no-such-program")
			require.Zero(t, r.status, "%+v", r)
			require.Contains(t, r.stdout, want)
			require.Contains(t, r.stdout, "# Whether these edits break clients is not known")
			spec := filepath.Join(dir, "openapi.yaml")
			require.NoError(t, os.WriteFile(spec, applied(t, r.stdout), 0o600))
			r = c.run(t, "run", "--seed=7", "--quiet", cases, "--fail-on=violation,assumption,drift", "--spec", spec, ledger(t))
			require.Zero(t, r.status, "%+v", r)
		})
	}
}

// applied applies an overlay as others do.
func applied(t *testing.T, text string) []byte {
	t.Helper()
	o, err := overlay.ParseReader(strings.NewReader(text))
	require.NoError(t, err)
	require.NoError(t, o.Validate())
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal(onvy.Spec, &root))
	warnings, err := o.ApplyToStrict(&root)
	require.NoError(t, err, "every edit has a target")
	require.Empty(t, warnings)
	out, err := yaml.Marshal(&root)
	require.NoError(t, err)
	return out
}

func TestSuggestSaysWhatOasdiffSays(t *testing.T) {
	if _, err := exec.LookPath("oasdiff"); err != nil {
		t.Skip("oasdiff is not installed: go install github.com/oasdiff/oasdiff@v1.36.0")
	}
	for fault, want := range map[string]string{
		"token-answer-extra": "# oasdiff finds nothing in these edits that breaks clients.",
		"page-shape-changes": "# oasdiff says that these edits can break clients:",
	} {
		report := filepath.Join(t.TempDir(), "report.json")
		deviating(t, fault).run(t, "run", "--seed=7", "--quiet", someCases(t), "--json", report, ledger(t))
		r := call{}.run(t, "suggest", report)
		require.Zero(t, r.status, "%+v", r)
		require.Contains(t, r.stdout, want)
	}
}

func TestSuggestOfACleanReportSuggestsNothing(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report.json")
	require.Zero(t, call{}.run(t, "run", "--sandbox", "--quiet", someCases(t), "--json", report, ledger(t)).status)
	r := call{}.run(t, "suggest", report)
	require.Zero(t, r.status, "%+v", r)
	require.Equal(t, "# Nothing in the report asks for an edit of openapi.yaml.\n", r.stdout)
}

func TestAViolationIsNeverSuggestedToBeAccepted(t *testing.T) {
	c := deviating(t, "measurement-unit-enum")
	report := filepath.Join(t.TempDir(), "report.json")
	require.Equal(t, 1, c.run(t, "run", "--seed=7", "--quiet", someCases(t), "--json", report, ledger(t)).status)
	r := call{}.run(t, "suggest", report)
	require.Zero(t, r.status, "%+v", r)
	require.NotContains(t, r.stdout, "enum")
}

func TestReportsThatCannotBeSuggestedFromAreRefused(t *testing.T) {
	for want, args := range map[string][]string{
		"takes one report":     {},
		"no such file":         {"none.json"},
		"is not a JSON report": {file(t, "a.json", "[]")},
		"not a JSON report":    {file(t, "b.json", "{}")},
		"another openapi.yaml": {file(t, "c.json", `{"version": 2, "target":"t","spec":"s"}`)},
	} {
		call{}.run(t, append([]string{"suggest"}, args...)...).refuses(t, want)
	}
	failing := file(t, "oasdiff", "#!/bin/sh\nexit 3\n")
	require.NoError(t, os.Chmod(failing, 0o700))
	report := filepath.Join(t.TempDir(), "report.json")
	deviating(t, "token-answer-extra").run(t, "run", "--seed=7", "--quiet", someCases(t), "--json", report, ledger(t))
	call{}.run(t, "suggest", report, "--oasdiff", failing).refuses(t, "--oasdiff: the program failed")
}

// What a server, or a path of the spec, says stays in the comment that it is in.
func TestCommentsOfASuggestionStayComments(t *testing.T) {
	for _, end := range []string{"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029"} {
		report := filepath.Join(t.TempDir(), "report.json")
		spec, err := contract.Load(onvy.Spec)
		require.NoError(t, err)
		finding := contract.Finding{Rule: "page/order", Level: contract.Drift, Operation: "listUsers", Message: "one" + end + "overlay: 2.0.0"}
		text, err := json.Marshal(contract.Report{Version: contract.ReportVersion, Spec: spec.SHA256(), Findings: []contract.Finding{finding}})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(report, text, 0o600))
		r := call{}.run(t, "suggest", report)
		require.Zero(t, r.status, r.stderr)
		var said yaml.Node
		require.NoError(t, yaml.Unmarshal([]byte(r.stdout), &said))
		require.Empty(t, said.Content, "%q", r.stdout)
		for line := range strings.Lines(r.stdout) {
			require.True(t, strings.HasPrefix(line, "#"), "%q", line)
			require.NotContains(t, strings.TrimSuffix(line, "\n"), end)
		}
	}
}
