package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFlagsThatHaveNoEffectAreRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	spec := absolute(t, "../../../openapi.yaml")
	for want, args := range map[string][]string{
		"diff takes no --spec":    {"diff", "a.json", "b.json", "--spec", spec},
		"waive takes no --spec":   {"waive", "F1", "--spec", spec},
		"version takes no --spec": {"version", "--spec", spec},
		"--list runs nothing":     {"run", "--list", "--json", "report.json"},
		"--json and --html":       {"run", "--sandbox", "--json", "x", "--html", "./x"},
		"--junit and --cover":     {"run", "--sandbox", "--junit", "x", "--cover", "x"},
		"--json and --junit":      {"run", "--sandbox", "--json", "-", "--junit", "-"},
		"--json and --report":     {"run", "--sandbox", "--json", "r/report.json", "--report-dir", "./r"},
		"recording and --json":    {"record", "x.har", "--json", "x.har"},
		"recording and --html":    {"proxy", "--upstream", "http://127.0.0.1:1", "--record", "x.har", "--html", "x.har"},
	} {
		call{}.run(t, args...).refuses(t, want)
	}
	left, err := os.ReadDir(".")
	require.NoError(t, err)
	require.Empty(t, left, "nothing is begun")
}

func TestOutputsThatLinksMakeOneAreRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("real", 0o700))
	require.NoError(t, os.Symlink("real", "dir"))
	require.NoError(t, os.WriteFile("real/x", nil, 0o600))
	require.NoError(t, os.Symlink("real/x", "link"))
	for _, pair := range [][2]string{{"link", "real/x"}, {"link", "dir/x"}, {"dir/new", "real/new"}} {
		call{}.run(t, "run", "--sandbox", "--json", pair[0], "--junit", pair[1]).refuses(t, "--json and --junit name the same file")
	}
}

func TestFilesThatAreNotThereAreSuggested(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"report.json", "openapi.yaml", "session.har", "secret.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	for _, args := range [][]string{
		{"again", "F1", filepath.Join(dir, "reprot.json")}, {"diff", filepath.Join(dir, "repor.json"), "x"}, {"waive", "F1", filepath.Join(dir, "report.jsn"), "--why", "x", "--until", "2999-01-01"},
		{"run", "--sandbox", "--baseline", filepath.Join(dir, "raport.json")}, {"replay", "x", "--spec", filepath.Join(dir, "openapi.yml")},
	} {
		r := call{}.run(t, args...)
		require.Regexp(t, `did you mean "(report.json|openapi.yaml)"\?`, r.stderr, args)
		require.Equal(t, 2, r.status)
	}
	require.Contains(t, call{}.run(t, "replay", filepath.Join(dir, "sesion.har")).stdout, `did you mean "session.har"?`)
	// What was meant for a secret is not looked for.
	call{}.run(t, "run", "--secret-file", filepath.Join(dir, "secret.tx")).refuses(t, "there is no such file")
	require.NotContains(t, call{}.run(t, "run", "--secret-file", filepath.Join(dir, "secret.tx")).stderr, "did you mean")
}

func TestWhatIsMisspelledIsSuggested(t *testing.T) {
	call{}.run(t, "run", "--list", "--run", "^users/pacth$").refuses(t, `did you mean "users/patch"?`)
	good := file(t, "good.json", `{"version": 2, "target": "a", "spec": "b", "findings": [{"rule": "users/read-back", "level": "violation", "message": "m"}]}`)
	call{}.run(t, "again", "F11", good).refuses(t, `did you mean "F1"?`)
	call{}.run(t, "explain", "users/read-bakc").refuses(t, `did you mean "users/read-back"?`)
}

func TestScriptsOfAnEarlierReportAreRemovedAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	ours := "#!/bin/sh\n# users/read-back: PATCH\ncurl -i\n"
	for name, text := range map[string]string{"F998.sh": ours, "F999.sh": "#!/bin/sh\necho mine\n", "mine.sh": ours, "F1.txt": ours} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "F997.sh"), 0o700))
	r := deviating(t, "create-ignores-field").run(t, "run", "--seed=7", "--quiet", "--run", "^users/create$", "--scripts", dir, ledger(t))
	require.Equal(t, 1, r.status, "%+v", r)
	require.NoFileExists(t, filepath.Join(dir, "F998.sh"))
	for _, name := range []string{"F1.sh", "F999.sh", "mine.sh", "F1.txt"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
	require.DirExists(t, filepath.Join(dir, "F997.sh"))
	require.Regexp(t, `^#!/bin/sh\n# [a-z0-9-]+/[a-z0-9-]+: `, content(t, filepath.Join(dir, "F1.sh")))
}
