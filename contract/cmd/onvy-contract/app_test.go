package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
)

// result is what a call of the program left behind.
type result struct {
	status         int
	stdout, stderr string
}

// call runs the program in this process, in an environment of its own.
type call struct {
	env   map[string]string
	stdin string
}

func (c call) run(t *testing.T, args ...string) result {
	t.Helper()
	return c.runContext(t.Context(), args...)
}

func (c call) runContext(ctx context.Context, args ...string) result {
	var stdout, stderr bytes.Buffer
	status := run(ctx, args, func(name string) (string, bool) { value, ok := c.env[name]; return value, ok }, strings.NewReader(c.stdin), &stdout, &stderr)
	return result{status, stdout.String(), stderr.String()}
}

// refuses requires one line on stderr that says all the texts, and nothing on
// stdout.
func (r result) refuses(t *testing.T, texts ...string) {
	t.Helper()
	require.Equal(t, 2, r.status, "%+v", r)
	require.Empty(t, r.stdout)
	require.Equal(t, 1, strings.Count(r.stderr, "\n"), r.stderr)
	require.True(t, strings.HasPrefix(r.stderr, "onvy-contract: "), r.stderr)
	for _, text := range texts {
		require.Contains(t, r.stderr, text)
	}
}

// file writes a file of the test and returns its name.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func content(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(b)
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestHelpNamesTheCommandsAndTheExitStatus(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"help"}, {"-h"}, {"-help"}} {
		r := call{}.run(t, args...)
		require.Zero(t, r.status)
		require.Empty(t, r.stderr)
		for _, text := range []string{"run", "replay", "sandbox", "rules", "clean", "Exit status", "--spec FILE"} {
			require.Contains(t, r.stdout, text)
		}
	}
}

func TestHelpShowsFlagsInGroupsAndOnlyThoseThatAreTaken(t *testing.T) {
	text := call{}.run(t, "run", "--help").stdout
	last := 0
	for _, title := range []string{"Server:", "What runs:", "Limits:", "What fails the run:", "Reports:", "Coverage:", "Terminal:", "Flags:", "Global Flags:"} {
		at := strings.Index(text, "\n"+title+"\n  ")
		require.Greater(t, at, last, title)
		last = at
	}
	require.Regexp(t, `(?s)\nFlags:\n\s+--host .*\nReports:\n\s+--json `, call{}.run(t, "replay", "--help").stdout, "its own flags come first")
	for _, args := range [][]string{{"diff"}, {"waive"}, {"version"}, {"rules"}, {"explain"}, {"help"}, {"completion"}} {
		require.NotContains(t, call{}.run(t, append(args, "--help")...).stdout, "--spec", args)
	}
	require.Regexp(t, `(?s)Test a server:\s+run .*again .*clean `, call{}.run(t).stdout+call{}.run(t, "--help").stdout)
}

func TestHelpOfRunNamesEveryVariable(t *testing.T) {
	r := call{}.run(t, "run", "--help")
	require.Zero(t, r.status)
	for _, variable := range []string{
		"ONVY_BASE_URL", "ONVY_PROJECT_ID", "ONVY_CLIENT_ID", "ONVY_CLIENT_SECRET", "ONVY_ID_TOKEN", "ONVY_SDK_CLIENT_ID",
		"ONVY_OTHER_PROJECT_ID", "ONVY_OTHER_CLIENT_ID", "ONVY_OTHER_CLIENT_SECRET",
	} {
		require.Contains(t, r.stdout, variable)
		require.Contains(t, r.stdout, "("+variable+")", "a flag stands for it")
	}
}

func TestVersionSaysHowItWasBuilt(t *testing.T) {
	r := call{}.run(t, "--version")
	require.Zero(t, r.status)
	require.Regexp(t, `^onvy-contract \S.*, go1\.\d+`, r.stdout)
}

func TestUsageErrorsAreOneLineAndStatusTwo(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no command":           {nil, `a command is missing; see "onvy-contract --help"`},
		"unknown command":      {[]string{"rnu"}, "there is no such command"},
		"unknown flag":         {[]string{"run", "--nope"}, `unknown flag: --nope; see "onvy-contract run --help"`},
		"arguments of run":     {[]string{"run", "x"}, "run takes flags only"},
		"arguments of rules":   {[]string{"rules", "x"}, "rules takes flags only"},
		"arguments of clean":   {[]string{"clean", "x"}, "clean takes flags only"},
		"arguments of sandbox": {[]string{"sandbox", "x"}, "sandbox takes flags only"},
		"replay of nothing":    {[]string{"replay"}, "no recording is named"},
		"a seed of letters":    {[]string{"run", "--seed", "x"}, "--seed"},
		"a timeout of letters": {[]string{"run", "--timeout", "soon"}, "--timeout"},
		"no parallel cases":    {[]string{"run", "--parallel", "0"}, "--parallel must be more than 0"},
		"a negative timeout":   {[]string{"run", "--timeout", "-1s"}, "--timeout must be more than 0"},
		"two kinds of list":    {[]string{"rules", "--json", "--markdown"}, "--markdown and --json exclude each other"},
		"colours":              {[]string{"run", "--color", "maybe"}, "--color takes one of auto, always, never"},
		"arguments of reduce":  {[]string{"shard", "reduce", "x"}, "reduce takes flags only"},
		"no such shell":        {[]string{"completion", "bsh"}, `there is no such command (did you mean "bash"?)`},
		"no shell":             {[]string{"completion"}, "a command is missing"},
		"nothing is slow":      {[]string{"replay", "x", "--slow", "-1s"}, "--slow must be more than 0"},
		"fewer than no parts":  {[]string{"merge", "x", "--partitions", "-1"}, "--partitions must be more than 0"},
		"parts of whole ones":  {[]string{"merge", file(t, "whole.json", `{"version":2,"target":"","spec":"x"}`), "--partitions", "2"}, "these are whole ones"},
		"fewer than no core":   {[]string{"selftest", "--parallel", "-1"}, "--parallel must not be negative"},
		"a nameless recording": {[]string{"record", ""}, "the recording has no name"},
		"an odd port":          {[]string{"sandbox", "--addr", "127.0.0.1:99999"}, "127.0.0.1:99999 cannot be used"},
	} {
		t.Run(name, func(t *testing.T) { call{}.run(t, c.args...).refuses(t, c.want) })
	}
}

func TestLongFlagsMayHaveOneDash(t *testing.T) {
	require.Equal(t,
		[]string{"sandbox", "--addr", "127.0.0.1:0", "--ttl=3s", "-", "-h", "--json", "-9", "--", "-addr"},
		longFlags([]string{"sandbox", "-addr", "127.0.0.1:0", "-ttl=3s", "-", "-h", "--json", "-9", "--", "-addr"}))
}

func TestSpecThatCannotBeUsedIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":      {"", "spec"},
		"not YAML":   {"\t:", "spec"},
		"not a spec": {"a: 1", "spec"},
		"not valid":  {strings.Replace(string(onvy.Spec), "    Gender:\n", "    Gender:\n      pattern: '('\n", 1), ": openapi.yaml:"},
	} {
		t.Run(name, func(t *testing.T) {
			spec := file(t, "openapi.yaml", c.text)
			call{}.run(t, "run", "--spec", spec).refuses(t, "--spec "+spec, c.want)
		})
	}
	call{}.run(t, "run", "--spec", "none.yaml").refuses(t, "--spec", "none.yaml", "no such file")
}

func TestErrorsDoNotNameThePackagesOfThisModule(t *testing.T) {
	for _, c := range [][2]string{
		{"contract: the base URL", "the base URL"},
		{"--spec x: contract: the spec", "--spec x: the spec"},
		{"nothing was written: recording: recording: x.har: empty", "nothing was written: x.har: empty"},
		{"x.har: not a recording: neither", "x.har: not a recording: neither"},
	} {
		require.Equal(t, c[1], console.Plain(errors.New(c[0])))
	}
}
