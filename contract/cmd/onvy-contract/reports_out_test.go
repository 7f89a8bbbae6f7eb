package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// wholeFolder reads a folder of reports by its manifest, and wants all its
// files to be there as the manifest says, and no others.
func wholeFolder(t *testing.T, dir string) (m outputs.Manifest, texts map[string]string) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(content(t, filepath.Join(dir, outputs.ManifestFile))), &m))
	texts = map[string]string{}
	names := []string{outputs.ManifestFile}
	for _, item := range m.Files {
		text := content(t, filepath.Join(dir, item.Name))
		sum := sha256.Sum256([]byte(text))
		require.Equal(t, item.SHA256, hex.EncodeToString(sum[:]), item.Name)
		require.Len(t, text, item.Bytes)
		texts[item.Name] = text
		names = append(names, item.Name)
	}
	require.ElementsMatch(t, names, files(t, dir))
	return m, texts
}

func TestAFolderOfReportsHasAllFormatsAndTheirDigests(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	c := deviating(t, "measurement-unit-enum")
	summary := filepath.Join(t.TempDir(), "summary.md")
	c.env["GITHUB_ACTIONS"], c.env["GITHUB_STEP_SUMMARY"] = "true", summary
	r := c.run(t, "run", "--seed=7", "--quiet", someCases(t), "--report-dir", dir, "--sarif-spec-path=api/openapi.yaml", ledger(t))
	require.Equal(t, 1, r.status, "%+v", r)
	m, texts := wholeFolder(t, dir)
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	require.Equal(t, spec.SHA256(), m.Spec)
	require.Equal(t, 1, m.Exit)
	require.Len(t, texts, 8)
	for name, want := range map[string]string{
		"index.html": "<!doctype html>", "onvy-contract.sarif": `"uri": "api/openapi.yaml"`, "junit.xml": "<testsuites", "report.json": `"version": 2`,
		"github.txt": "::error file=api/openapi.yaml", "gl-code-quality-report.json": `"check_name"`, "summary.md": "## FAIL", "evidence.har": `"_onvy"`,
	} {
		require.Contains(t, texts[name], want, name)
	}
	require.Equal(t, texts["summary.md"], content(t, summary))
	require.Contains(t, r.stderr, "::error file=api/openapi.yaml")

	r = c.run(t, "run", "--seed=7", "--quiet", "--run=^(auth/server|users/create)$", "--report", "sarif,html", "--report-dir", filepath.Join(dir, "c"), ledger(t))
	require.Equal(t, 1, r.status, "%+v", r)
	_, texts = wholeFolder(t, filepath.Join(dir, "c"))
	require.Len(t, texts, 2)
	require.NotContains(t, r.stderr, "::error")
}

func TestAFolderThatCannotBeWrittenIsOneErrorBeforeAnythingRuns(t *testing.T) {
	s := sandbox.Start(t)
	taken := file(t, "taken", "")
	in(s).run(t, "run", "--report-dir", taken).refuses(t, "--report-dir")
	in(s).run(t, "run", "--report-dir", filepath.Join(taken, "x")).refuses(t, "--report-dir")
	in(s).run(t, "run", "--report-dir", "").refuses(t, "--report-dir: the directory has no name")
	in(s).run(t, "run", "--report", "html,pdf", "--report-dir", t.TempDir()).refuses(t, "--report: unknown format")
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "evidence.har"), 0o700))
	in(s).run(t, "run", "--report-dir", dir).refuses(t, "is a directory")
	require.Equal(t, []string{"evidence.har"}, files(t, dir), "nothing is left")
	require.Zero(t, s.TokenRequests(), "nothing ran")
}

// Whatever a run is, its reports are whole.
func TestInterruptedAndImpossibleRunsHaveAllReports(t *testing.T) {
	dir := t.TempDir()
	r := at("http://127.0.0.1:1").run(t, "run", "--quiet", "--report-dir", dir, ledger(t))
	require.Equal(t, 2, r.status, "%+v", r)
	m, texts := wholeFolder(t, dir)
	require.Equal(t, 2, m.Exit)
	require.Contains(t, texts["onvy-contract.sarif"], `"executionSuccessful": false`)
	require.Contains(t, texts["github.txt"], "::error title=not carried out")

	s := sandbox.Start(t)
	r = in(s).run(t, "run", "--quiet", "--max-duration=30ms", "--report-dir", dir, ledger(t))
	require.Equal(t, 2, r.status, "%+v", r)
	_, texts = wholeFolder(t, dir)
	require.Contains(t, texts["report.json"], `"outcome": "not run"`)
}

// Secrets and people are in no form of report, whatever a server does with them.
func TestNoFormatHasACanary(t *testing.T) {
	s := sandbox.Start(t)
	ts := httptest.NewServer(parrot(s.Handler()))
	t.Cleanup(ts.Close)
	dir := t.TempDir()
	c := atURL(s, ts.URL)
	c.env["ONVY_CLIENT_SECRET"] = s.Project.ClientSecret.Reveal()
	r := c.run(t, "run", "--full", "--seed=7", someCases(t), "--report-dir", dir, ledger(t))
	require.Equal(t, 1, r.status, "%s", r.stderr)
	_, texts := wholeFolder(t, dir)
	texts["terminal"], texts["stderr"] = r.stdout, r.stderr
	require.Contains(t, texts["evidence.har"], "X-Parrot", "the evidence is of what was planted")
	leaks := 0
	for name, text := range texts {
		for _, canary := range append(parroted.all(), s.Project.ClientSecret.Reveal(), personCanary) {
			for _, form := range forms(canary) {
				if strings.Contains(text, form) {
					leaks++
					at := strings.Index(text, form)
					t.Errorf("%s has a canary: %q", name, text[max(0, at-150):min(len(text), at+150)])
				}
			}
		}
	}
	t.Logf("%d secrets in %d forms of report: %d leaks", len(parroted.all())+2, len(texts), leaks)
}

func TestNoFormatOfARecordingHasAPerson(t *testing.T) {
	const token, person, mail, place = "opaque-token-canary-91736455", "Wilhelmina", "wilhelmina.canary@example.org", "51.98765"
	body := `{\"id\":\"user-canary-4711\",\"firstname\":\"` + person + `\",\"lastname\":7,\"location\":{\"lat\":` + place + `,\"lng\":\"east\"},\"weight\":\"71.3377\",\"nickname\":\"` + mail + `\",\"measurement_unit\":\"` + person + `\"}`
	text := `{"started":"2026-03-05T18:10:27Z","request":{"method":"GET","url":"https://api.onvy.health/users/user-canary-4711?email=` + mail + `","headers":[["Authorization","Bearer ` + token + `"]]},` +
		`"response":{"status":200,"headers":[["Content-Type","application/json"],["Set-Cookie","session=` + token + `"],["X-User","` + person + `"]],"body":"` + body + `"}}` + "\n"
	dir := t.TempDir()
	r := call{}.run(t, "replay", "--full", "--report-dir", dir, file(t, "session.jsonl", text))
	require.Equal(t, 1, r.status, "%+v", r)
	_, texts := wholeFolder(t, dir)
	texts["terminal"], texts["stderr"] = r.stdout, r.stderr
	require.Contains(t, texts["evidence.har"], `"status": 200`, "there is evidence")
	for name, text := range texts {
		for _, canary := range []string{token, person, mail, place, "71.3377", "user-canary-4711"} {
			for _, form := range forms(canary) {
				require.NotContains(t, text, form, name)
			}
		}
	}
}

// Counts and the exit status are of causes; every finding is in the JSON report.
func TestOneFaultInManyPlacesIsOneCauseAndAllItsFindings(t *testing.T) {
	dir := t.TempDir()
	r := deviating(t, "www-authenticate-missing").run(t, "run", "--seed=7", someCases(t), "--report-dir", dir, ledger(t))
	require.Equal(t, 1, r.status)
	report := reportAt(t, filepath.Join(dir, "report.json"))
	violations, causes := 0, 0
	for i := range report.Findings {
		if report.Findings[i].Level == contract.Violation {
			violations++
			require.NotEmpty(t, report.Findings[i].Steps, "each finding has its evidence")
		}
	}
	for _, c := range report.Causes() {
		if c.Head().Level == contract.Violation {
			causes++
		}
	}
	require.Greater(t, violations, 3)
	require.Equal(t, 1, causes)
	require.Equal(t, causes, report.Summary.Violations)
	require.Contains(t, r.lastLine(), "1 violation")
	require.Contains(t, content(t, filepath.Join(dir, "index.html")), "1 cause fails this run")
	require.Contains(t, content(t, filepath.Join(dir, "summary.md")), "1 violation")
	require.Equal(t, 1, strings.Count(content(t, filepath.Join(dir, "github.txt")), "::error "))
}

// The list of files says what the command ends with.
func TestTheManifestHasTheStatusOfTheCommand(t *testing.T) {
	dir := t.TempDir()
	r := call{}.run(t, "replay", recorded+"clean.har", "--report", "json", "--report-dir", dir, "--cover-min", "documented=100")
	require.Equal(t, 1, r.status, r.stderr)
	require.Contains(t, content(t, filepath.Join(dir, outputs.ManifestFile)), `"exit_status": 1`)
}
