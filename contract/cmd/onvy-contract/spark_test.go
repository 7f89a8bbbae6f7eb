package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// The example for Spark, on a real one: the report is that of one process, also
// when a worker was killed in the middle of a task and Spark did the task again.
func TestSparkGivesTheReportOfReplay(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Spark, which takes half a minute")
	}
	s := newSpark(t)
	exchanges, least := 3000, int64(5<<20)
	if needs.Whole(t) {
		exchanges, least = 16_000, 30<<20
	}
	pattern := written(t, 6, exchanges)
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	var size int64
	for _, file := range files {
		info, err := os.Stat(file)
		require.NoError(t, err)
		size += info.Size()
	}
	require.Greater(t, size, least)
	compressed(t, files[4], ".gz", func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
	compressed(t, files[5], ".zst", func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w)
		require.NoError(t, err)
		return z
	})

	single := call{}.run(t, "replay", "--complete", "--json", "-", pattern+"*")
	require.Equal(t, 1, single.status, single.stderr)
	want := settled(t, single.stdout)

	out := filepath.Join(t.TempDir(), "report.json")
	status, said := s.run(t, s.mortal(t), out, pattern+"*")
	require.Equal(t, 1, status, said)
	require.DirExists(t, filepath.Join(s.dir, "died"), "no worker was killed")
	got := settled(t, content(t, out))
	require.Equal(t, len(want.Findings), len(got.Findings))
	require.Equal(t, want, got)
	requireNoKey(t, said)
}

// Wherever Spark splits the files, what is found is the same; only the numbers of
// the entries are those of the parts.
func TestSparkMaySplitFilesWhereItWants(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Spark, which takes half a minute")
	}
	s := newSpark(t)
	if !needs.Whole(t) {
		t.Skip("of the two tests that start Spark, the one that kills a worker runs")
	}
	pattern := written(t, 2, 3000)
	single := call{}.run(t, "replay", "--complete", "--json", "-", pattern)
	require.Equal(t, 1, single.status, single.stderr)
	out := filepath.Join(t.TempDir(), "report.json")
	status, said := s.run(t, s.binary, out, pattern, "spark.sql.files.maxPartitionBytes=700000", "spark.sql.files.openCostInBytes=0")
	require.Equal(t, 1, status, said)
	want, got := settled(t, single.stdout), settled(t, content(t, out))
	require.Greater(t, len(got.Outcomes), len(want.Outcomes), "the files were not split")
	for i := range want.Findings {
		want.Findings[i].Exchange, got.Findings[i].Exchange = "", ""
	}
	require.Equal(t, want.Findings, got.Findings)
	require.Equal(t, want.Summary.Exchanges, got.Summary.Exchanges)
}

func TestSparkSaysWhatIsMissing(t *testing.T) {
	newSpark(t)
	cmd := exec.CommandContext(t.Context(), "../../../examples/spark/.venv/bin/python", "../../../examples/spark/replay.py", "log.jsonl")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	said, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Equal(t, 2, cmd.ProcessState.ExitCode())
	require.Equal(t, "replay.py: ONVY_SHARD_KEY is not set: openssl rand -hex 16\n", string(said))
}

// What a task that fails says, Spark writes into logs and pages.
func TestATaskThatFailsDoesNotSayTheKey(t *testing.T) {
	s := newSpark(t)
	python := absolute(t, "../../../examples/spark/.venv/bin/python")
	key := shardEnv[shardKeyVariable]
	cmd := exec.CommandContext(t.Context(), python, "-c", `
import sys, replay
list(replay.program([sys.argv[1], "shard", "reduce"], "`+key+`", [b"no line\n"]))`, s.binary)
	cmd.Dir = "../../../examples/spark"
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	said, err := cmd.CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(said), "shard reduce ended with 2: onvy-contract: ")
	require.Contains(t, string(said), "not of a shard")
	requireNoKey(t, string(said))
}

// spark is one that is installed beside the example.
type spark struct{ dir, binary string }

func newSpark(t *testing.T) spark {
	t.Helper()
	needs.Programs(t, "java")
	if _, err := os.Stat("../../../examples/spark/.venv/bin/spark-submit"); err != nil {
		needs.Missing(t, "Spark is not installed: make spark")
	}
	dir := onPath(t)
	return spark{dir, filepath.Join(dir, "onvy-contract")}
}

// mortal is the binary, which kills the worker that runs it first when it has
// written some of its lines.
func (s spark) mortal(t *testing.T) string {
	t.Helper()
	script := filepath.Join(s.dir, "mortal")
	require.NoError(t, os.WriteFile(script, []byte(`#!/bin/sh
if [ "$2" = map ] && mkdir '`+s.dir+`/died' 2>/dev/null; then
  '`+s.binary+`' "$@" | head -c 100000
  kill -9 $PPID
  exit 1
fi
exec '`+s.binary+`' "$@"
`), 0o700))
	return script
}

// run runs the example on loopback, and returns its exit status and what it said.
func (s spark) run(t *testing.T, binary, out, pattern string, conf ...string) (int, string) {
	t.Helper()
	venv := absolute(t, "../../../examples/spark/.venv/bin")
	home, err := filepath.Glob(filepath.Join(venv, "../lib/python3*/site-packages/pyspark"))
	require.NoError(t, err)
	require.Len(t, home, 1)
	args := []string{"--master", "local[2,4]"}
	for _, c := range append(conf, "spark.ui.enabled=false", "spark.driver.host=127.0.0.1", "spark.driver.bindAddress=127.0.0.1") {
		args = append(args, "--conf", c)
	}
	args = append(args, absolute(t, "../../../examples/spark/replay.py"), "--binary", binary, "--merge-binary", s.binary,
		"--partitions", "3", "--complete", "--out", out, pattern)
	cmd := exec.CommandContext(t.Context(), filepath.Join(venv, "spark-submit"), args...)
	cmd.Env = append(os.Environ(), "SPARK_HOME="+home[0], "PATH="+venv+":"+os.Getenv("PATH"), "SPARK_LOCAL_IP=127.0.0.1", shardKeyVariable+"="+shardEnv[shardKeyVariable])
	cmd.Dir = s.dir
	said, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	return cmd.ProcessState.ExitCode(), string(said)
}

// settled is a report without what is another each time.
func settled(t *testing.T, text string) contract.Report {
	t.Helper()
	var r contract.Report
	require.NoError(t, json.Unmarshal([]byte(text), &r), text)
	require.NotEmpty(t, r.Findings)
	r.Started, r.Duration, r.Coverage = time.Time{}, 0, nil
	for i := range r.Outcomes {
		r.Outcomes[i].Duration = 0
	}
	withoutEvidence(r.Findings)
	return r
}

func requireNoKey(t *testing.T, text string) {
	t.Helper()
	require.NotContains(t, text, shardEnv[shardKeyVariable])
	require.Empty(t, regexp.MustCompile(`user_\d{8}`).FindString(text), "an id of a person")
}

// compressed replaces a file by one that is compressed.
func compressed(t *testing.T, file, suffix string, writer func(io.Writer) io.WriteCloser) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var b strings.Builder
	w := writer(&b)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, os.WriteFile(file+suffix, []byte(b.String()), 0o600))
	require.NoError(t, os.Remove(file), fmt.Sprint(file))
}
