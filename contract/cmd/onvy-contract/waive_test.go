package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/internal/needs"
)

func reportAt(t *testing.T, path string) *contract.Report {
	t.Helper()
	var r contract.Report
	require.NoError(t, json.Unmarshal([]byte(content(t, path)), &r))
	return &r
}

func TestWaivedCausesDoNotFailAndStaleWaiversDo(t *testing.T) {
	t.Chdir(t.TempDir())
	c := deviating(t, "create-ignores-field")
	run := func(more ...string) result {
		return c.run(t, append([]string{"run", "--seed=7", someCases(t), "--json=report.json", "--junit=report.xml", ledger(t)}, more...)...)
	}
	r := run()
	require.Equal(t, 1, r.status, "%+v", r)
	before := reportAt(t, "report.json")
	for _, cause := range before.Causes() {
		if cause.Head().Level == contract.Violation {
			r = call{}.run(t, "waive", cause.ID, "--why", "mended in release 12", "--ticket", "API-123", "--until", "2999-01-31")
			require.Zero(t, r.status, "%+v", r)
		}
	}
	require.Contains(t, content(t, "contract-waivers.yaml"), "until: 2999-01-31")

	r = run("--notes")
	require.Zero(t, r.status, "%s", r.stdout)
	require.Contains(t, r.stdout, "waived: mended in release 12 (until 2999-01-31, API-123)")
	after := reportAt(t, "report.json")
	require.GreaterOrEqual(t, after.Summary.Waived, before.Summary.Violations)
	require.Zero(t, after.Summary.Failed)
	require.Len(t, after.Findings, len(before.Findings), "JSON keeps every finding")
	require.NotContains(t, content(t, "report.xml"), "<failure")

	require.Equal(t, 1, run("--waivers=").status, "no file is read")
	require.Zero(t, run("--run", "^auth/").status, "a part of the suite does not have to match all")
	good := call{}.run(t, "run", "--seed=7", "--sandbox", someCases(t), ledger(t))
	require.Zero(t, good.status, "the file is not about the embedded sandbox")
	if !needs.Whole(t) {
		return // that of a replay is stale too
	}
	good = call{}.run(t, "run", "--seed=7", "--sandbox", "--waivers", "contract-waivers.yaml", ledger(t))
	require.Equal(t, 1, good.status)
	require.Contains(t, good.stdout, "matches nothing: take it out")
	require.Contains(t, good.lastLine(), "FAIL")
}

func TestWaiversAreForRecordingsToo(t *testing.T) {
	t.Chdir(t.TempDir())
	recording := absolute(t, "../../testdata/recordings/planted.har")
	require.Equal(t, 1, call{}.run(t, "replay", recording, "--json=report.json").status)
	for _, cause := range reportAt(t, "report.json").Causes() {
		if cause.Head().Level == contract.Violation {
			require.Zero(t, call{}.run(t, "waive", cause.ID, "report.json", "--why=known", "--until=2999-01-31").status)
		}
	}
	r := call{}.run(t, "replay", recording, "--json=report.json")
	require.Zero(t, r.status, "%+v", r)
	require.Positive(t, reportAt(t, "report.json").Summary.Waived)
}

func TestFailOn(t *testing.T) {
	t.Chdir(t.TempDir())
	drift := deviating(t, "token-answer-extra")
	args := []string{"run", "--seed=7", "--quiet", "--run=^auth/", ledger(t)}
	require.Zero(t, drift.run(t, append(args, "--json=report.json")...).status)
	require.Equal(t, 1, drift.run(t, append(args, "--fail-on=violation,drift,assumption")...).status)
	require.Zero(t, drift.run(t, append(args, "--fail-on=drift,assumption,new", "--baseline=report.json")...).status, "nothing is new")
	clean := call{}.run(t, append(args, "--sandbox", "--json=clean.json")...)
	require.Zero(t, clean.status)
	require.Equal(t, 1, drift.run(t, append(args, "--fail-on=drift,assumption,new", "--baseline=clean.json")...).status)
	drift.run(t, append(args, "--fail-on=new")...).refuses(t, "--fail-on new needs --baseline")
	drift.run(t, append(args, "--fail-on=note")...).refuses(t, `--fail-on: unknown word "note"`)
	drift.run(t, append(args, "--baseline=nope.json")...).refuses(t, "--baseline")

	r := call{}.run(t, "diff", "clean.json", "report.json")
	require.Equal(t, 1, r.status, "%+v", r)
	require.Contains(t, r.stdout, "new   D")
	r = call{}.run(t, "diff", "report.json", "clean.json")
	require.Zero(t, r.status, "%+v", r)
	require.Contains(t, r.stdout, "gone  D")
	r = call{}.run(t, "diff", "report.json", "report.json")
	require.Zero(t, r.status, "%+v", r)
	require.Contains(t, r.stdout, "0 new, 0 gone, ")
}

func TestDiffFailsForWhatIsNewAndNotWaived(t *testing.T) {
	form := `{"version": 2, "target": "a", "spec": "b", "findings": [%s]}`
	finding := `{"rule": "users/read-back", "level": "violation", "message": "m", "source": "assumed", "count": 1%s}`
	none := file(t, "none.json", fmt.Sprintf(form, ""))
	one := file(t, "one.json", fmt.Sprintf(form, fmt.Sprintf(finding, "")))
	waived := file(t, "waived.json", fmt.Sprintf(form, fmt.Sprintf(finding, `, "waived": "known"`)))
	require.Equal(t, 1, call{}.run(t, "diff", none, one).status)
	r := call{}.run(t, "diff", none, waived)
	require.Zero(t, r.status, "%+v", r)
	require.Contains(t, r.stdout, "new   W1 violation users/read-back: m, waived: known")
	require.Zero(t, call{}.run(t, "diff", one, one).status)
}

func TestWhatIsNoReportAndNoWaiverIsOneError(t *testing.T) {
	t.Chdir(t.TempDir())
	old := file(t, "old.json", `{"version": 1, "target": "a", "spec": "b", "findings": []}`)
	for _, args := range [][]string{
		{"diff", old, old}, {"waive", "F1", old, "--why=a", "--until=2999-01-31"}, {"suggest", old}, {"merge", old}, {"run", "--baseline", old},
	} {
		call{}.run(t, args...).refuses(t, "another version of onvy-contract")
	}
	for _, text := range []string{"", "[]", "{}", "{", "null", `"a"`} {
		call{}.run(t, "diff", file(t, "no.json", text), old).refuses(t, "not a JSON report")
	}
	good := file(t, "good.json", `{"version": 2, "target": "a", "spec": "b", "findings": [{"rule": "users/read-back", "level": "violation", "message": "m"}]}`)
	call{}.run(t, "waive", "F9", good, "--why=a", "--until=2999-01-31").refuses(t, "no cause of this name; it has F1")
	call{}.run(t, "waive", "F1", good, "--until=2999-01-31").refuses(t, "--why is missing")
	call{}.run(t, "waive", "F1", good, "--why=a").refuses(t, "--until is missing")
	call{}.run(t, "waive", "F1", good, "--why=a", "--until=soon").refuses(t, "--until: write the date like")
	call{}.run(t, "waive", "F1", good, "--why=a", "--until=2001-01-31").refuses(t, "2001-01-31 is in the past")
	call{}.run(t, "waive", "F1", good, "--why=a", "--until=2999-01-31", "--waivers", filepath.Join("nope", "w.yaml")).refuses(t, "--waivers")
	call{}.run(t, "run", "--sandbox", "--waivers", file(t, "w.yaml", "- {why: a, until: 2999-01-31}")).refuses(t, "line 1: a waiver names no rule")
	call{}.run(t, "run", "--sandbox", "--waivers", "nope.yaml").refuses(t, "--waivers")
	call{}.run(t, "run", "--sandbox", "--waivers", ".").refuses(t, "directory")
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	whole, err := filepath.Abs(filepath.Join(here, path))
	require.NoError(t, err)
	return whole
}

// here is the directory of the tests, before any of them leaves it.
var here = func() string {
	dir, err := filepath.Abs(".")
	if err != nil {
		panic(err)
	}
	return dir
}()
