package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// faulty is a server with a fault, and an environment that names it.
func faulty(t *testing.T, fault string) (call, *httptest.Server, *sandbox.Server) {
	t.Helper()
	srv, err := sandbox.New()
	require.NoError(t, err)
	server := httptest.NewServer(faults.Named(fault).Handler(srv))
	t.Cleanup(server.Close)
	c := in(srv)
	c.env["ONVY_BASE_URL"] = server.URL
	return c, server, srv
}

func TestScriptsAreFilesThatAShellRuns(t *testing.T) {
	needs.Programs(t, "sh", "curl", "sed")
	c, _, srv := faulty(t, "measurement-unit-enum")
	dir := filepath.Join(t.TempDir(), "scripts")
	r := c.run(t, "run", "--seed", "7", someCases(t), "--scripts", dir, ledger(t))
	require.Equal(t, 1, r.status)
	require.Contains(t, r.stdout, "sh "+filepath.Join(dir, "F1.sh"))
	text := content(t, filepath.Join(dir, "F1.sh"))
	require.NotContains(t, text, srv.Project.ClientSecret.Reveal())
	cmd := exec.CommandContext(t.Context(), "sh", filepath.Join(dir, "F1.sh"))
	cmd.Env = os.Environ()
	for name, value := range c.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), `"measurement_unit":"`)
	require.NotRegexp(t, `"measurement_unit":"(metric|imperial)"`, string(out), "the fault is seen")
}

func TestExplainSaysWhatARuleWants(t *testing.T) {
	r := call{}.run(t, "explain", "oauth/no-store")
	require.Zero(t, r.status, r.stderr)
	for _, text := range []string{"violation", "https://www.rfc-editor.org/rfc/rfc6749#section-5.1", "breaks it", "holds it", "token-cache-control-twice"} {
		require.Contains(t, r.stdout, text)
	}
	require.Contains(t, call{}.run(t, "explain", "token/tampered").stdout, "\ntried by   bearer/tampered\n")
	require.Contains(t, call{}.run(t, "explain", "operation/works").stdout, "\ntried by   every case\n")
	require.NotContains(t, r.stdout, "tried by", "any traffic shows it")
	for _, rule := range needs.Sample(t, contract.Rules(), 20) {
		r := call{}.run(t, "explain", rule.ID)
		require.Zero(t, r.status, rule.ID)
		require.Equal(t, rule.Kind != contract.KindProbe, strings.Contains(r.stdout, "\nbreaks it\n    "), "%s has examples", rule.ID)
		require.True(t, rule.Kind != contract.KindProbe || strings.Contains(r.stdout, "\nplanted    faults"), "%s has a fault", rule.ID)
		require.Less(t, strings.Count(r.stdout, "\n"), 220, rule.ID)
	}
	require.Contains(t, call{}.run(t, "explain", "auth/challenge").stdout, `
breaks it
    > GET /users/user_123 HTTP/1.1
    > Authorization: Bearer opaque-access-token
    < HTTP/1.1 401
    < Content-Type: application/json
    < Www-Authenticate: Bearer realm="a", realm="b"
    <
    < {"error":"x"}

holds it
    > GET /users/user_123 HTTP/1.1
`)
	meals := call{}.run(t, "explain", "meals/read-back").stdout
	require.Contains(t, meals, "meals/read-back\n\n", "the laws of users hold for every resource")
	require.Contains(t, meals, "history/testdata/users/read-back.txtar")
	for _, rule := range contract.Rules() {
		if name, ok := strings.CutPrefix(rule.ID, "users/"); ok {
			users, meals := call{}.run(t, "explain", rule.ID).stdout, call{}.run(t, "explain", "meals/"+name).stdout
			require.Equal(t, strings.TrimPrefix(users, "users/"), strings.TrimPrefix(meals, "meals/"), "the same examples, cases and faults")
		}
	}
	call{}.run(t, "explain", "oauth/no-stroe").refuses(t, `did you mean "oauth/no-store"?`)
	call{}.run(t, "explain").refuses(t, "the id of one rule")
}

func TestRunListNamesCasesAndSendsNothing(t *testing.T) {
	r := call{}.run(t, "run", "--list", "--run", "^users/")
	require.Zero(t, r.status, r.stderr)
	names := strings.Fields(r.stdout)
	require.Contains(t, names, "users/create")
	for _, name := range names {
		require.True(t, strings.HasPrefix(name, "users/"), name)
	}
	call{}.run(t, "run", "--list", "--run", "^nothing$").refuses(t, "no case matches")
}

func TestWhatIsMisspelledIsNamed(t *testing.T) {
	call{}.run(t, "rnu").refuses(t, `there is no such command (did you mean "run"?)`)
	call{}.run(t, "help", "rpelay").refuses(t, `there is no such command (did you mean "replay"?)`)
	call{}.run(t, "run", "--sede", "7").refuses(t, `did you mean "--seed"?`)
	call{}.run(t, "shard", "rduce").refuses(t, `did you mean "reduce"?`)
	call{}.run(t, "run", "--sandbox", "--rules", "oauth/no-stroe").refuses(t, `did you mean "oauth/no-store"?`)
	call{}.run(t, "run", "--sandbox", "--report", "sarf").refuses(t, `did you mean "sarif"?`)
	r := call{}.run(t, "s3cr3t-in-the-wrong-place")
	r.refuses(t, "there is no such command")
	require.NotContains(t, r.stderr, "s3cr3t")
}

func TestNoFlagIsIgnoredInSilence(t *testing.T) {
	spec := file(t, "openapi.yaml", "openapi: 3.0.3")
	for want, args := range map[string][]string{
		"rules takes no --spec":              {"rules", "--spec", spec},
		"explain takes no --spec":            {"explain", "oauth/no-store", "--spec", spec},
		"--base-path is a path":              {"replay", "--base-path", "x", "x.har"},
		"a recording is written as HAR":      {"record", "x.jsonl"},
		"--ttl takes whole seconds":          {"sandbox", "--ttl", "0"},
		"the upstream is this proxy itself":  {"proxy", "--upstream", "http://127.0.0.1:8099", "--addr", "127.0.0.1:8099"},
		"--parallel takes a whole number":    {"run", "--parallel", "abc"},
		"--timeout takes a duration":         {"run", "--timeout", "soon"},
		"this is Swagger 2.0; OpenAPI 3.0.x": {"run", "--spec", file(t, "swagger.yaml", "swagger: '2.0'\ninfo: {title: x, version: '1'}\npaths: {}\n")},
	} {
		t.Run(want, func(t *testing.T) { call{}.run(t, args...).refuses(t, want) })
	}
}

func TestVersionIsACommandToo(t *testing.T) {
	r := call{}.run(t, "version")
	require.Zero(t, r.status)
	require.Equal(t, call{}.run(t, "--version").stdout, r.stdout)
}

func TestHelpGroupsTheCommands(t *testing.T) {
	r := call{}.run(t, "--help")
	for _, title := range []string{"Test a server:", "Check traffic:", "Work with reports:", "Know what is checked:"} {
		require.Contains(t, r.stdout, title)
	}
	require.Contains(t, call{}.run(t, "help", "run").stdout, "--seed")
}

func TestColourIsAsAskedFor(t *testing.T) {
	quiet := func(env map[string]string, more ...string) string {
		r := call{env: env}.run(t, append([]string{"replay", recorded + "clean.har", "--quiet"}, more...)...)
		require.Zero(t, r.status, r.stderr)
		return r.stdout
	}
	const escape = "\x1b["
	require.NotContains(t, quiet(nil), escape, "no terminal")
	require.Contains(t, quiet(nil, "--color=always"), escape)
	require.Contains(t, quiet(map[string]string{"FORCE_COLOR": "1"}), escape)
	require.NotContains(t, quiet(map[string]string{"FORCE_COLOR": "1"}, "--color=never"), escape)
	require.NotContains(t, quiet(map[string]string{"FORCE_COLOR": "1", "NO_COLOR": "1"}), escape)
	call{}.run(t, "rules", "--color=sometimes").refuses(t, "auto, always, never")
}
