package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/internal/needs"
)

// covered is what a whole run of the sandbox writes, which is made once: its page,
// and what it covered.
var covered = sync.OnceValue(func() map[string]string {
	texts := map[string]string{}
	dir, err := os.MkdirTemp("", "covered")
	if err != nil {
		return nil
	}
	defer os.RemoveAll(dir)
	r := call{}.runContext(context.Background(), "run", "--sandbox", "--seed=7", "--quiet", "--ledger", filepath.Join(dir, "ledger"), "--html", filepath.Join(dir, "report.html"),
		"--cover", filepath.Join(dir, "cover.json"), "--cover-min", "documented=80,negative=60")
	texts["status"] = fmt.Sprint(r.status)
	paths, _ := filepath.Glob(filepath.Join(dir, "*.*"))
	for _, path := range paths {
		text, _ := os.ReadFile(path)
		texts[filepath.Base(path)] = string(text)
	}
	return texts
})

func TestARunWritesItsPageAndItsCoverage(t *testing.T) {
	texts := covered()
	require.Equal(t, "0", texts["status"])
	html := texts["report.html"]
	require.Contains(t, html, `<section id="coverage"`)
	require.Contains(t, html, `<section id="timeline"`)
	require.Contains(t, texts["cover.json"], `"getUser 200 status": `)
	require.ElementsMatch(t, []string{"status", "report.html", "cover.json"}, slices.Collect(maps.Keys(texts)))

	if needs.Whole(t) {
		r := call{}.run(t, "run", "--sandbox", "--seed=7", "--quiet", "--cover-baseline", file(t, "cover.json", texts["cover.json"]), ledger(t))
		require.Zero(t, r.status, "%+v", r)
	}
}

func TestARunBelowItsCoverageFailsWithAReasonOfItsOwn(t *testing.T) {
	counts := file(t, "cover.json", covered()["cover.json"])
	few := "--run=^users/create$"
	r := call{}.run(t, "run", "--sandbox", "--quiet", few, "--cover-min", "documented=90", ledger(t))
	require.Equal(t, 1, r.status, "%+v", r)
	require.True(t, strings.HasPrefix(r.lastLine(), "PASS  "), "no finding: %s", r.lastLine())
	require.Regexp(t, `coverage of what is documented is \d+ % \(\d+/\d+\), below 90 %`, r.stderr)

	r = call{}.run(t, "run", "--sandbox", "--quiet", few, "--cover-baseline", counts, ledger(t))
	require.Equal(t, 1, r.status, "%+v", r)
	require.Contains(t, r.stderr, "points that were hit before are not hit any more:\n  create")
	require.Regexp(t, `\n  and \d+ more\n`, r.stderr)

	r = call{}.run(t, "run", "--sandbox", "--quiet", few, "--cover-add", counts, "--cover-min", "documented=80", "--cover-baseline", counts, ledger(t))
	require.Zero(t, r.status, "what earlier runs exercised counts too: %+v", r)
}

func TestRecordingsAddUpToOneCoverage(t *testing.T) {
	one, both := filepath.Join(t.TempDir(), "one.json"), filepath.Join(t.TempDir(), "both.json")
	call{}.run(t, "replay", recorded+"documentation.jsonl", "--cover", one)
	call{}.run(t, "replay", recorded+"documentation.jsonl", recorded+"planted.har", "--cover", both)
	require.Greater(t, strings.Count(content(t, both), "\n"), strings.Count(content(t, one), "\n"))
	again := filepath.Join(t.TempDir(), "again.json")
	call{}.run(t, "replay", recorded+"planted.har", "--cover-add", one, "--cover", again)
	require.Equal(t, content(t, both), content(t, again))
}

func TestCoverageThatCannotBeAskedForIsRefused(t *testing.T) {
	counts := filepath.Join(t.TempDir(), "cover.json")
	require.NoError(t, os.WriteFile(counts, []byte(`{"version":1,"spec":"another","points":{"x":1}}`), 0o600))
	for want, args := range map[string][]string{
		"--cover-min: ":      {"--cover-min", "server=10"},
		"0 to 100":           {"--cover-min", "documented=101"},
		"--cover-baseline: ": {"--cover-baseline", "none.json"},
		"no points":          {"--cover-baseline", file(t, "empty.json", "{}")},
		"another openapi":    {"--cover-add", counts},
		"--cover: ":          {"--cover", filepath.Join(t.TempDir(), "none", "cover.json")},
		"--html: ":           {"--html", t.TempDir()},
	} {
		call{}.run(t, append([]string{"run", ledger(t)}, args...)...).refuses(t, want)
	}
}
