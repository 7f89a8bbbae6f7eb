package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/contract/report"
	"github.com/onvy-health/onvy-go/internal/needs"
)

const validators = "testdata/validators"

// validator is a program of make validators; without it the test is skipped.
func validator(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(validators, path))
	require.NoError(t, err)
	if _, err := os.Stat(path); err != nil {
		needs.Missing(t, "this test needs "+filepath.Base(path)+", which make validators installs")
	}
	return path
}

var (
	realOnce sync.Once
	realRun  *contract.Report
)

// machineReports are reports of all kinds: made up, hostile, huge, real.
func machineReports(t *testing.T) map[string]*contract.Report {
	t.Helper()
	all := reports()
	for i, text := range hostile {
		r := hostileReport(text)
		r.Findings[0].Steps = []contract.Step{{
			Method: "GET", URL: "http://a/" + text + "?a=" + text, Request: contract.Message{Header: []string{text, "A: " + text}, Body: text}, Status: 200, Pointer: text,
			Response: &contract.Message{Header: []string{"Content-Type: " + text}, Body: text, Omitted: 3}, Error: text,
		}}
		r.Findings[0].Expected, r.Findings[0].Actual, r.Findings[1].Waived, r.Stale = text, text, text+"x", []string{text}
		all[fmt.Sprint("hostile-", i)] = r
	}
	all["empty"] = &contract.Report{}
	realOnce.Do(func() {
		realRun, _ = runAgainst(t, map[string]string{"PATCH": "patch-ignores-field", "DELETE": "scope-not-enforced-on-delete", "GET": "www-authenticate-missing"})
	})
	require.NotNil(t, realRun)
	run := *realRun // tests change it
	run.Findings = slices.Clone(run.Findings)
	all["real"] = &run
	all["real"].Findings[0].Waived = "known (until 2999-01-31)"
	all["real"].Settle()
	all["huge"] = huge(t)
	return all
}

// many is how many findings a huge report has: more than any form of report shows,
// and 100,000 where long tables run whole.
func many(t *testing.T) int {
	t.Helper()
	if needs.Whole(t) {
		return 100_000
	}
	return 10_000
}

// huge has many findings of 2,000 rules.
func huge(t *testing.T) *contract.Report {
	t.Helper()
	r := reports()["failed"]
	r.Findings = nil
	for i := range many(t) {
		f := wrongType
		f.Rule, f.Pointer = fmt.Sprintf("schema/body-%d", i%2000), fmt.Sprintf("/%d", i)
		r.Findings = append(r.Findings, f)
	}
	return r
}

var machineOptions = report.MachineOptions{Spec: onvy.Spec, SpecPath: "api/openapi.yaml", Version: "1.0.0"}

func TestSARIFIsValidByTheMultitool(t *testing.T) {
	tool := validator(t, "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool")
	dir, all := t.TempDir(), machineReports(t)
	names := needs.Sample(t, slices.Sorted(maps.Keys(all)), 3)
	for name, r := range all {
		text := written(t, func(w io.Writer) error { return report.SARIF(w, r, machineOptions) })
		require.Less(t, len(text), 10<<20, name)
		if !slices.Contains(names, name) {
			continue // the multitool takes its time
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".sarif"), text, 0o600))
	}
	out := filepath.Join(t.TempDir(), "validation.sarif")
	said, err := exec.CommandContext(t.Context(), tool, "validate", filepath.Join(dir, "*.sarif"), "--rule-kind", "Sarif;Ghas", "--log", "ForceOverwrite", "--output", out).CombinedOutput() //nolint:gosec // of this test
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID, Level string
				Message       struct{ Arguments []string }
				Locations     []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
			}
		}
	}
	text, readErr := os.ReadFile(out)
	require.NoError(t, readErr, "%s %v", said, err)
	require.NoError(t, json.Unmarshal(text, &log))
	require.Contains(t, string(said), "files scanned")
	for _, run := range log.Runs {
		for _, result := range run.Results {
			if result.Level != "note" && result.Level != "" || strings.HasPrefix(result.RuleID, "SARIF1") || strings.HasPrefix(result.RuleID, "GH") {
				t.Errorf("%s %s %v %v", result.RuleID, result.Level, result.Message.Arguments, result.Locations)
			}
		}
	}
	require.NoError(t, err, "%s", said)
}

type sarifForm struct {
	Runs []struct {
		Results []struct {
			RuleID, Level       string
			PartialFingerprints map[string]string
			Suppressions        []struct{ Justification string }
			Locations           []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
				}
			}
		}
		Invocations []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []struct{ Message struct{ Text string } }
		}
		Tool struct {
			Driver struct {
				Rules []struct{ ID, HelpURI string }
			}
		}
	}
}

func sarif(t *testing.T, r *contract.Report) sarifForm {
	t.Helper()
	var form sarifForm
	require.NoError(t, json.Unmarshal(written(t, func(w io.Writer) error { return report.SARIF(w, r, machineOptions) }), &form))
	return form
}

func TestSARIFKnowsAFindingAgain(t *testing.T) {
	one, other := reports()["failed"], reports()["failed"]
	for i := range other.Findings { // another day, another host, a longer spec
		f := &other.Findings[i]
		f.Count, f.Message, f.Exchange = f.Count+7, f.Message+" still", "users/other"
		if f.Spec != "" {
			f.Spec = "openapi.yaml:12:3"
		}
	}
	other.Target, other.Seed = "https://other.example", 9
	prints := func(r *contract.Report) (all []string) {
		for _, result := range sarif(t, r).Runs[0].Results {
			all = append(all, result.PartialFingerprints["primaryLocationLineHash"])
		}
		return all
	}
	require.Equal(t, prints(one), prints(other))
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(prints(one)))), 4, "each has its own")
	for name, change := range map[string]func(f *contract.Finding){
		"rule": func(f *contract.Finding) { f.Rule = "a/b" }, "operation": func(f *contract.Finding) { f.Operation = "x" },
		"status": func(f *contract.Finding) { f.Status++ }, "pointer": func(f *contract.Finding) { f.Pointer += "/x" },
	} {
		r := reports()["strict"]
		before := prints(r)
		change(&r.Findings[0])
		require.NotEqual(t, before, prints(r), name)
	}
}

func TestSARIFHasLevelsPlacesAndSuppressions(t *testing.T) {
	r := reports()["failed"]
	r.Findings[0].Waived = "known (until 2999-01-31)"
	r.Stale = []string{"the waiver for a/b matches nothing"}
	run := sarif(t, r).Runs[0]
	byRule := map[string]int{}
	for i, result := range run.Results {
		byRule[result.RuleID] = i
		require.Equal(t, "api/openapi.yaml", result.Locations[0].PhysicalLocation.ArtifactLocation.URI)
	}
	for rule, level := range map[string]string{wrongType.Rule: "error", cacheable.Rule: "error", otherStatus.Rule: "warning", extraProperty.Rule: "note"} {
		require.Equal(t, level, run.Results[byRule[rule]].Level)
	}
	at := run.Results[byRule[wrongType.Rule]].Locations[0].PhysicalLocation.Region
	require.Equal(t, []int{411, 9, 411}, []int{at.StartLine, at.StartColumn, at.EndLine})
	require.Greater(t, at.EndColumn, at.StartColumn)
	require.Greater(t, run.Results[byRule[cacheable.Rule]].Locations[0].PhysicalLocation.Region.StartLine, 1, "where no statement is contradicted it is the operation")
	require.Equal(t, "known (until 2999-01-31)", run.Results[byRule[extraProperty.Rule]].Suppressions[0].Justification)
	require.Empty(t, run.Results[byRule[wrongType.Rule]].Suppressions)
	require.Contains(t, run.Invocations[0].ToolExecutionNotifications[0].Message.Text, "matches nothing")
	for _, rule := range run.Tool.Driver.Rules {
		require.Regexp(t, `^https://`, rule.HelpURI)
	}
	require.False(t, sarif(t, reports()["down"]).Runs[0].Invocations[0].ExecutionSuccessful)
	require.Len(t, sarif(t, huge(t)).Runs[0].Results, 5000)
}

func TestHARIsValidByItsSchemaAndReadable(t *testing.T) {
	lib := validator(t, "node_modules/har-schema/lib")
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	names, err := filepath.Glob(filepath.Join(lib, "*.json"))
	require.NoError(t, err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, compiler.AddResource("https://har.example/"+filepath.Base(name), schema))
		object := schema.(map[string]any)
		object["$id"] = "https://har.example/" + filepath.Base(name)
	}
	schema, err := compiler.Compile("https://har.example/har.json")
	require.NoError(t, err)
	for name, r := range machineReports(t) {
		text := written(t, func(w io.Writer) error { return report.HAR(w, r, machineOptions) })
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(value), name)
		entries := value.(map[string]any)["log"].(map[string]any)["entries"].([]any)
		steps := 0
		for i := range r.Findings {
			steps += len(r.Findings[i].Steps)
		}
		require.Len(t, entries, steps, name)
		if name != "real" {
			continue
		}
		require.NotEmpty(t, entries)
		reader, err := recording.NewReader(bytes.NewReader(text), "evidence.har")
		require.NoError(t, err)
		read := 0
		for _, err := range reader.All() {
			require.NoError(t, err)
			read++
		}
		require.Equal(t, steps, read)
	}
}

func TestJUnitIsValidByTheSchemaOfJenkins(t *testing.T) {
	python, schema := validator(t, ".venv/bin/python"), validator(t, "junit-10.xsd")
	dir := t.TempDir()
	args := []string{filepath.Join(validators, "junit.py"), schema}
	for name, r := range machineReports(t) {
		path := filepath.Join(dir, name+".xml")
		require.NoError(t, os.WriteFile(path, written(t, func(w io.Writer) error { return report.JUnit(w, r) }), 0o600))
		args = append(args, path)
	}
	said, err := exec.CommandContext(t.Context(), python, args...).CombinedOutput() //nolint:gosec // of this test
	require.NoError(t, err, "%s", said)
}

func TestMarkdownOfAHostileServerIsTextAndNothingElse(t *testing.T) {
	node := validator(t, "node_modules/marked/package.json")
	require.NotEmpty(t, node)
	needs.Programs(t, "node")
	tags := regexp.MustCompile(`<[a-zA-Z/!][^>]*>`)
	ours := regexp.MustCompile(`^</?(h2|p|table|thead|tbody|tr|th|td|code|pre|ul|li|details|summary|sub|strong|br)( align="right")?( class="language-(http|sh)")?>$`)
	all := machineReports(t)
	for i, text := range []string{"[a](javascript:alert(1))", "![x](http://a/b.png)", "@octocat", "http://evil.example", "| a | b |", "**x** __y__ `z` ~~q~~", "# t", "- x\n- y", "```\n<b>x</b>\n```", "www.evil.example"} {
		all[fmt.Sprint("markdown-", i)] = hostileReport(text)
	}
	pages := rendered(t, all)
	for name, html := range pages {
		for _, tag := range tags.FindAllString(html, -1) {
			require.Regexp(t, ours, tag, "%s", name)
		}
		require.NotContains(t, html, "href=", name)
		require.Less(t, len(html), 1<<20, name)
	}
	require.Contains(t, pages["failed"], "<td>height is a string, but a number is due at <code>/height</code></td>")
}

// rendered are the pages of reports in Markdown.
func rendered(t *testing.T, all map[string]*contract.Report) map[string]string {
	t.Helper()
	dir, names := t.TempDir(), slices.Sorted(maps.Keys(all))
	args := []string{filepath.Join(validators, "render.mjs")}
	for _, name := range names {
		path := filepath.Join(dir, name+".md")
		require.NoError(t, os.WriteFile(path, written(t, func(w io.Writer) error { return report.Markdown(w, all[name], machineOptions) }), 0o600))
		args = append(args, path)
	}
	out, err := exec.CommandContext(t.Context(), "node", args...).Output() //nolint:gosec // of this test
	require.NoError(t, err)
	var html []string
	require.NoError(t, json.Unmarshal(out, &html))
	require.Len(t, html, len(names))
	pages := make(map[string]string)
	for i, name := range names {
		pages[name] = html[i]
	}
	return pages
}

func TestAnnotationsCannotBeMadeByAServer(t *testing.T) {
	form := regexp.MustCompile(`^::(error|warning|notice) [^:]*::.*$`)
	texts := []string{"", "\n::set-output name=a::b", "\r::error::x", "%0A::stop-commands::x"}
	for name, r := range machineReports(t) {
		texts := texts
		if name == "huge" && !needs.Whole(t) {
			texts = texts[3:]
		}
		for _, text := range texts {
			for i := range r.Findings[:min(len(r.Findings), 3)] {
				r.Findings[i].Message += text
			}
			out := written(t, func(w io.Writer) error { return report.GitHub(w, r, machineOptions) })
			require.NotContains(t, string(out), "%0A::stop", "what a server wrote is not decoded")
			levels := map[string]int{}
			for one := range strings.Lines(string(out)) {
				require.Regexp(t, form, strings.TrimSuffix(one, "\n"), name)
				levels[strings.SplitN(one, " ", 2)[0]]++
			}
			for level, n := range levels {
				require.LessOrEqual(t, n, 11, "%s %s", name, level)
			}
		}
	}
	out := string(written(t, func(w io.Writer) error { return report.GitHub(w, reports()["failed"], machineOptions) }))
	require.Contains(t, out, "::error file=api/openapi.yaml,line=411,endLine=411,col=9,endColumn=")
	require.Contains(t, out, "title=F2 schema/body::GET /users/{user_id}: height is a string, but a number is due at /height (3 times)\n")
	require.Contains(t, out, "::warning ")
	require.Contains(t, out, "::notice ")
}

func TestGitLabTakesEachFindingOnce(t *testing.T) {
	for name, r := range machineReports(t) {
		var issues []struct {
			Description string
			CheckName   string `json:"check_name"`
			Fingerprint string
			Severity    string
			Location    struct {
				Path  string
				Lines struct{ Begin int }
			}
		}
		require.NoError(t, json.Unmarshal(written(t, func(w io.Writer) error { return report.GitLab(w, r, machineOptions) }), &issues))
		had := map[string]bool{}
		for _, issue := range issues {
			require.False(t, had[issue.Fingerprint], name)
			had[issue.Fingerprint] = true
			require.NotEmpty(t, issue.Description)
			require.Positive(t, issue.Location.Lines.Begin)
			require.Contains(t, []string{"info", "minor", "major"}, issue.Severity)
		}
		require.Equal(t, len(r.Findings) == 0, len(issues) == 0)
		require.LessOrEqual(t, len(issues), 5000)
	}
}

// failAt is a writer that is full after so many bytes.
type failAt int

func (w *failAt) Write(p []byte) (int, error) {
	if *w -= failAt(len(p)); *w < 0 {
		return 0, errors.New("full")
	}
	return len(p), nil
}

func TestMachineReportsSayThatTheyCannotBeWritten(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *contract.Report, report.MachineOptions) error{
		"sarif": report.SARIF, "github": report.GitHub, "gitlab": report.GitLab, "markdown": report.Markdown, "har": report.HAR,
	} {
		full := failAt(0)
		require.ErrorContains(t, write(&full, reports()["failed"], machineOptions), "report: "+name+": full")
		if name != "har" {
			require.ErrorContains(t, write(io.Discard, reports()["failed"], report.MachineOptions{Spec: []byte("openapi: [")}), "the spec cannot be read")
		}
	}
}
