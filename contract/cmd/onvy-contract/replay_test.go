package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

const recorded = "../../testdata/recordings/"

func TestReplayOfTheShippedRecordings(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
	}{
		{"documentation.jsonl", 0},
		{"planted.har", 1},
	} {
		r := call{}.run(t, "replay", recorded+c.name)
		require.Equal(t, c.status, r.status, "%s\n%s", r.stdout, r.stderr)
	}
}

func TestReplayReadsStandardInputAndPackedFiles(t *testing.T) {
	plain := content(t, recorded+"documentation.jsonl")
	var packed bytes.Buffer
	zw := gzip.NewWriter(&packed)
	_, err := zw.Write([]byte(plain))
	require.NoError(t, err)
	require.NoError(t, zw.Close())
	for _, stdin := range []string{plain, packed.String()} {
		r := call{stdin: stdin}.run(t, "replay", "-")
		require.Zero(t, r.status, "%+v", r)
		require.Regexp(t, `^PASS  `, r.lastLine())
	}
}

func TestReplayExpandsPatternsAndChecksEachFileOnce(t *testing.T) {
	r := call{}.run(t, "replay", "--json", "-", recorded+"*.jsonl", recorded+"documentation.jsonl", recorded+"planted.har")
	require.Equal(t, 1, r.status)
	var got contract.Report
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &got))
	require.Len(t, got.Outcomes, 2)
	require.Equal(t, recorded+"documentation.jsonl, "+recorded+"planted.har", got.Target)
	require.Equal(t, 1, got.Summary.Passed)
	require.Equal(t, 1, got.Summary.Failed)
	require.Equal(t, got.Summary.Violations+got.Summary.Assumptions+got.Summary.Drift, len(got.Causes()))
	call{}.run(t, "replay", recorded+"*.none").refuses(t, "no file matches")
	call{}.run(t, "replay", recorded+"[").refuses(t, "not a pattern")
}

func TestReplayOfTwoRecordingsFindsTheSameThingOnce(t *testing.T) {
	report := func(names ...string) (r contract.Report) {
		out := call{}.run(t, append([]string{"replay", "--json", "-"}, names...)...)
		require.NoError(t, json.Unmarshal([]byte(out.stdout), &r))
		return r
	}
	again := file(t, "again.har", content(t, recorded+"planted.har"))
	one, two := report(recorded+"planted.har"), report(recorded+"planted.har", again)
	require.Len(t, two.Findings, len(one.Findings))
	require.Equal(t, one.Findings[0].Count, two.Findings[0].Count, "a copy tells nothing new")
	require.Equal(t, one.Summary.Violations, two.Summary.Violations)
	require.Equal(t, one.Summary.Exchanges, two.Summary.Exchanges)
	require.Equal(t, one.Summary.Exchanges, two.Summary.NotJudged.Repeated)
}

func TestReplayNamesWhatIsNotOfThisAPI(t *testing.T) {
	har := file(t, "other.har", `{"log":{"version":"1.2","entries":[
		{"startedDateTime":"2026-03-05T18:10:27Z","time":1,"request":{"method":"GET","url":"https://cdn.example.com/app.js","httpVersion":"HTTP/1.1","headers":[]},
		 "response":{"status":200,"statusText":"OK","httpVersion":"HTTP/1.1","headers":[],"content":{"size":0,"mimeType":""}}}]}}`)
	r := call{}.run(t, "replay", har)
	require.Equal(t, 2, r.status, "nothing was checked")
	require.Contains(t, r.stdout, "no entry is of this API")
	require.Contains(t, r.stdout, "1  cdn.example.com")

	r = call{}.run(t, "replay", "--strict", har, recorded+"documentation.jsonl", "--host", "cdn.example.com")
	require.NotContains(t, r.stdout, "1  cdn.example.com\n")
}

func TestRecordingsThatCannotBeReadAreNamedAndTheOthersChecked(t *testing.T) {
	dir := t.TempDir()
	whole := content(t, recorded+"planted.har")
	for name, c := range map[string]struct{ text, want string }{
		"empty":       {"", "empty"},
		"no JSON":     {"<html>", "not a recording"},
		"no HAR":      {`{"a":1}`, ""},
		"no entries":  {`{"log":{"version":"1.2","entries":[]}}`, "no entries"},
		"cut":         {whole[:len(whole)/2], "cut off"},
		"no response": {`{"log":{"version":"1.2","entries":[{"request":{"method":"GET"}}]}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			broken := filepath.Join(dir, "broken.har")
			require.NoError(t, os.WriteFile(broken, []byte(c.text), 0o600))
			r := call{}.run(t, "replay", broken)
			require.Contains(t, []int{1, 2}, r.status, "%+v", r)
			require.Contains(t, r.stdout, c.want)
			require.Contains(t, r.stdout, "broken.har")
			if name != "cut" { // what came before the cut has violations in it
				require.Equal(t, 2, r.status, "%+v", r)
			}

			r = call{}.run(t, "replay", broken, recorded+"documentation.jsonl")
			require.NotZero(t, r.status)
			require.Contains(t, r.lastLine(), "1 passed")
		})
	}
	r := call{}.run(t, "replay", filepath.Join(dir, "none.har"))
	require.Equal(t, 2, r.status)
	require.Contains(t, r.stdout, "no such file or directory")
	r = call{}.run(t, "replay", dir)
	require.Equal(t, 2, r.status)
	require.Contains(t, r.stdout, "is a directory")
}

func TestJSONOfRealRunsIsAsTheSchemaSays(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("schema.json", doc))
	schema, err := c.Compile("schema.json")
	require.NoError(t, err)
	for _, args := range [][]string{
		{"run", "--sandbox", "--json", "-", "--strict", someCases(t), ledger(t)},
		{"replay", "--json", "-", recorded + "planted.har"},
		{"replay", "--json", "-", recorded + "documentation.jsonl", "none.har"},
	} {
		r := call{}.run(t, args...)
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(r.stdout)))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(v))
	}
}

func TestReplayReadsAFileOnceThatIsThereUnderTwoNames(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link.har")
	here, err := filepath.Abs(recorded + "planted.har")
	require.NoError(t, err)
	if err := os.Symlink(here, link); err != nil {
		t.Skipf("no links here: %v", err)
	}
	r := call{}.run(t, "replay", "--json", "-", recorded+"planted.har", link)
	require.Equal(t, 1, r.status)
	var got contract.Report
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &got))
	require.Len(t, got.Outcomes, 1)
}
