package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/gatewaylog"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

var shardEnv = map[string]string{shardKeyVariable: "000102030405060708090a0b0c0d0e0f"}

// written writes a log over files, each exchange into one by its turn, and
// returns their pattern.
func written(t *testing.T, files, exchanges int) string {
	t.Helper()
	dir := t.TempDir()
	var parts []*os.File
	for i := range files {
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("part-%d.jsonl", i)))
		require.NoError(t, err)
		defer f.Close()
		parts = append(parts, f)
	}
	n := 0
	for x := range gatewaylog.New(gatewaylog.Options{Seed: 7, Exchanges: exchanges, Users: 100, Faults: 0.01}).All() {
		require.NoError(t, gatewaylog.WriteLine(parts[n*7%files], x))
		n++
	}
	return filepath.Join(dir, "part-*.jsonl")
}

// sortLines is GNU sort, or what else the machine has under that name.
func sortLines(t *testing.T, lines string) string {
	t.Helper()
	sort, err := exec.LookPath("sort")
	if err != nil {
		t.Skip("there is no sort on this machine")
	}
	cmd := exec.Command(sort)
	cmd.Env, cmd.Stdin = append(os.Environ(), "LC_ALL=C"), strings.NewReader(lines)
	out, err := cmd.Output()
	require.NoError(t, err)
	return string(out)
}

// withoutEvidence takes out what shards do not have: their lines hold no values.
func withoutEvidence(findings []contract.Finding) {
	for i := range findings {
		f := &findings[i]
		f.Steps, f.Curl, f.Expected, f.Actual = nil, "", "", ""
	}
}

// findingsOf are the findings in a JSON report, as text, without their evidence.
func findingsOf(t *testing.T, text string) string {
	t.Helper()
	var r contract.Report
	require.NoError(t, json.Unmarshal([]byte(text), &r), text)
	require.NotEmpty(t, r.Findings)
	withoutEvidence(r.Findings)
	findings, err := json.Marshal(r.Findings)
	require.NoError(t, err)
	return string(findings)
}

// The one-liner of the documentation: a task for each file, sort, a reduce for
// each partition, merge.
func TestShardsThroughSortGiveTheReportOfReplay(t *testing.T) {
	length := 1500
	if !needs.Whole(t) {
		length = 900
	}
	pattern := written(t, 3, length)
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	var lines strings.Builder
	for _, file := range files {
		r := call{env: shardEnv}.run(t, "shard", "map", "--complete", "--partitions", "2", file)
		require.Zero(t, r.status, r.stderr)
		lines.WriteString(r.stdout)
	}
	var partials []string
	sorted := sortLines(t, lines.String())
	second := strings.Index(sorted, "\n000001\t") + 1
	for i, part := range []string{sorted[second:], sorted[:second]} {
		r := call{env: shardEnv, stdin: part}.run(t, "shard", "reduce", "--complete")
		require.Zero(t, r.status, r.stderr)
		partials = append(partials, filepath.Join(t.TempDir(), fmt.Sprintf("partial-%d.json", i)))
		require.NoError(t, os.WriteFile(partials[i], []byte(r.stdout), 0o600))
	}
	merged := call{}.run(t, "merge", "--json", "-", "--partitions", "2", partials[0], partials[1])
	require.Equal(t, 1, merged.status, merged.stderr)
	for _, args := range [][]string{{"replay"}, {"replay", "--sort"}} {
		single := call{}.run(t, append(args, "--complete", "--json", "-", pattern)...)
		require.Equal(t, 1, single.status, single.stderr)
		require.Equal(t, findingsOf(t, single.stdout), findingsOf(t, merged.stdout), args)
	}
	call{}.run(t, "merge", "--partitions", "2", partials[1]).refuses(t, "1 of 2 partitions are missing, the first is 1")
	call{}.run(t, "merge", "--partitions", "3", partials[0], partials[1]).refuses(t, "of 2 partitions, not of 3")
	// The first partition alone looks like the whole of a replay that was not split.
	for _, given := range [][]string{{partials[1]}, {partials[0]}, partials} {
		r := call{}.run(t, append([]string{"merge", "--json", "-"}, given...)...)
		part := []string{fmt.Sprintf("%d of 2 partitions", len(given))}
		if len(given) == 2 {
			part = nil
		}
		var report contract.Report
		require.NoError(t, json.Unmarshal([]byte(r.stdout), &report), r.stderr)
		require.Equal(t, part, report.Part)
	}
	call{}.run(t, "merge", partials[0], partials[0], recorded+"planted.golden.json").refuses(t, "not a report")
}

func TestShardRefusesWhatIsNotAShard(t *testing.T) {
	call{}.run(t, "shard", "map", recorded+"planted.har").refuses(t, shardKeyVariable+" is not set")
	call{env: map[string]string{shardKeyVariable: "zz"}}.run(t, "shard", "map", recorded+"planted.har").refuses(t, "32 hexadecimal digits")
	call{env: shardEnv}.run(t, "shard", "map", "--partitions", "0", recorded+"planted.har").refuses(t, "from 1 to 999999")
	call{env: shardEnv, stdin: "no line"}.run(t, "shard", "reduce").refuses(t, "cut off")
	call{env: shardEnv, stdin: "{}\n"}.run(t, "shard", "reduce").refuses(t, "not of a shard")
	call{env: shardEnv}.run(t, "shard", "map", "--rules", "pages", recorded+"planted.har").refuses(t, "no rule matches")
	some := call{env: shardEnv}.run(t, "shard", "map", "--skip-rules", "page", recorded+"planted.har")
	require.Zero(t, some.status, some.stderr)
	call{env: shardEnv, stdin: sortLines(t, some.stdout)}.run(t, "shard", "reduce").refuses(t, "the same rules")
	call{}.run(t, "merge").refuses(t, "no report is named")
	call{}.run(t, "merge", recorded+"planted.har").refuses(t, "not a report")
	for _, text := range []string{"[]", `{"partial": "x"}`, "", "\xff\xfe"} {
		call{}.run(t, "merge", file(t, "odd.json", text)).refuses(t, "odd.json: not a report\n")
	}
}

// The parts of a run add up to the whole of it.
func TestALiveRunInPartsIsMergedIntoOneReport(t *testing.T) {
	live, some := in(sandbox.Start(t)), "^(auth|users)/"
	if !needs.Whole(t) {
		some = "^auth/|^users/(create.*|replace|delete|unknown)$"
	}
	var names []string
	cases := map[string]bool{}
	for i := range 3 {
		name := filepath.Join(t.TempDir(), "part.json")
		r := live.run(t, "run", "--quiet", "--json", name, "--run", some, "--shard", fmt.Sprintf("%d/3", i+1))
		require.Zero(t, r.status, "%s\n%s", r.stdout, r.stderr)
		names = append(names, name)
	}
	r := call{}.run(t, append([]string{"merge", "--json", "-"}, names...)...)
	require.Zero(t, r.status, r.stderr)
	var whole contract.Report
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &whole))
	for _, o := range whole.Outcomes {
		cases[o.Case] = true
	}
	all := live.run(t, "run", "--quiet", "--json", "-", "--run", some)
	var single contract.Report
	require.NoError(t, json.Unmarshal([]byte(all.stdout), &single))
	require.Len(t, cases, len(single.Outcomes))
	live.run(t, "run", "--shard", "4/3").refuses(t, "is not a shard")
}
