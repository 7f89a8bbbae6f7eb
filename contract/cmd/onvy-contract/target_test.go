package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// canary is a secret that must not be seen anywhere.
const canary = "c4n4ry-s3cr3t"

func TestSecretsAreNotTakenFromFlags(t *testing.T) {
	for flag, instead := range map[string]string{
		"--client-secret":       "ONVY_CLIENT_SECRET",
		"--secret":              "--secret-file",
		"--id-token":            "ONVY_ID_TOKEN",
		"--other-client-secret": "--other-secret-file",
		"--other-secret":        "ONVY_OTHER_CLIENT_SECRET",
		"-client-secret":        "--secret-file",
	} {
		for _, args := range [][]string{{"run", flag, canary}, {"run", flag + "=" + canary}, {"clean", flag, canary}} {
			r := call{}.run(t, args...)
			r.refuses(t, "every user of the machine can read a command line", instead)
			require.NotContains(t, r.stderr, canary)
		}
	}
}

func TestSecretsInTheWrongPlaceAreNotRepeated(t *testing.T) {
	for name, args := range map[string][]string{
		"as an argument":         {"run", canary},
		"as a command":           {canary},
		"as the name of a file":  {"run", "--secret-file", canary},
		"as a token's file":      {"run", "--id-token-file", canary},
		"as another file":        {"run", "--other-secret-file", canary},
		"as a file that is long": {"run", "--secret-file", strings.Repeat(canary, 400)},
	} {
		t.Run(name, func(t *testing.T) {
			r := call{}.run(t, args...)
			r.refuses(t)
			require.NotContains(t, r.stderr, canary)
			if name == "as the name of a file" {
				require.Contains(t, r.stderr, "not the secret itself")
			}
		})
	}
}

func TestSecretFilesHoldOneSecret(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":      {"", "the file is empty"},
		"blank":      {" \n", "the file is empty"},
		"two lines":  {canary + "\n" + canary, "more than one line"},
		"very large": {strings.Repeat("x", 65<<10), "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			r := call{}.run(t, "run", "--secret-file", file(t, "secret", c.text))
			r.refuses(t, "--secret-file", c.want)
			require.NotContains(t, r.stderr, canary)
		})
	}
	call{}.run(t, "run", "--secret-file", t.TempDir()).refuses(t, "--secret-file", "is a directory")
}

func TestFlagsThatAreEmptyAreRefused(t *testing.T) {
	for _, flag := range []string{"--base-url", "--project", "--client-id", "--sdk-client-id", "--other-project", "--other-client-id"} {
		call{}.run(t, "run", flag, "").refuses(t, flag+" is empty")
	}
}

func TestReportFilesAreTriedBeforeTheRun(t *testing.T) {
	dir := t.TempDir()
	for _, flag := range []string{"--json", "--junit"} {
		call{}.run(t, "run", flag, filepath.Join(dir, "none", "x")).refuses(t, flag, "no such file or directory")
		call{}.run(t, "run", flag, dir).refuses(t, flag, "is a directory")
	}
	call{}.run(t, "run", "--json", filepath.Join(dir, "x"), "--junit", dir).refuses(t, "--junit", "is a directory")
	call{}.run(t, "run", "--json", filepath.Join(dir, "x"), "--junit", filepath.Join(dir, "x")).refuses(t, "the same file")
	call{}.run(t, "run", "--json", "-", "--junit", "-").refuses(t, "the same file")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left, "nothing is left of a run that did not begin")
}
