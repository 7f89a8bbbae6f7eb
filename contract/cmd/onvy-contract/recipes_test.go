package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// recipe is a block of YAML in the README.
func recipe(t *testing.T, name string, into any) {
	t.Helper()
	readme, err := os.ReadFile("../../../README.md")
	require.NoError(t, err)
	block := regexp.MustCompile("(?s)<!-- recipe: " + name + " -->\n```yaml\n(.*?)```").FindSubmatch(readme)
	require.NotNil(t, block, "README.md has no recipe for %s", name)
	require.NoError(t, yaml.Unmarshal(block[1], into))
}

// The shell lines of the recipes are run, against a server that is right and one
// that is not. Only the line that installs the program is not.
func TestTheRecipesOfTheReadmeRun(t *testing.T) {
	needs.Programs(t, "sh")
	var github struct {
		Jobs map[string]struct {
			Env   map[string]string
			Steps []struct {
				Uses, Run string
				With      map[string]string
			}
		}
	}
	recipe(t, "github", &github)
	var gitlab map[string]struct {
		Script    []string
		Artifacts struct {
			Paths   []string
			Reports map[string]string
		}
	}
	recipe(t, "gitlab", &gitlab)

	var lines, wanted []string
	job := github.Jobs["contract"]
	for _, step := range job.Steps {
		if step.Run != "" {
			lines = append(lines, step.Run)
		}
		for _, name := range []string{"sarif_file", "path"} {
			if step.With[name] != "" {
				wanted = append(wanted, step.With[name])
			}
		}
	}
	for _, variable := range []string{"ONVY_BASE_URL", "ONVY_PROJECT_ID", "ONVY_CLIENT_ID", "ONVY_CLIENT_SECRET"} {
		require.Contains(t, job.Env[variable], variable)
	}
	require.Len(t, wanted, 2)
	bin := onPath(t)

	run := func(lines []string, wanted []string) {
		require.Regexp(t, `^go install github\.com/onvy-health/onvy-go/contract/cmd/onvy-contract@`, lines[0])
		good, err := sandbox.New()
		require.NoError(t, err)
		right := httptest.NewServer(good.Handler())
		t.Cleanup(right.Close)
		c := in(good)
		c.env["ONVY_BASE_URL"] = right.URL
		wrong, _, _ := faulty(t, "measurement-unit-enum")
		script := strings.Join(lines[1:], "\n")
		if !needs.Whole(t) {
			script = strings.ReplaceAll(script, "onvy-contract run ", "onvy-contract run --run '"+theseCases+"' ")
		}
		for env, status := range map[*call]int{&c: 0, &wrong: 1} {
			cmd := exec.CommandContext(t.Context(), "sh", "-ec", script)
			cmd.Dir = t.TempDir()
			cmd.Env = append(os.Environ(), "CI=true", "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "XDG_CACHE_HOME="+t.TempDir())
			for name, value := range env.env {
				cmd.Env = append(cmd.Env, name+"="+value)
			}
			out, _ := cmd.CombinedOutput()
			require.Equal(t, status, cmd.ProcessState.ExitCode(), string(out))
			for _, name := range wanted {
				_, err := os.Stat(filepath.Join(cmd.Dir, name))
				require.NoError(t, err)
			}
		}
	}
	run(lines, wanted)
	if !needs.Whole(t) {
		return // that of GitLab runs where long tables run whole
	}
	reports := gitlab["contract"].Artifacts
	run(gitlab["contract"].Script, append(reports.Paths, reports.Reports["junit"], reports.Reports["codequality"]))
}
