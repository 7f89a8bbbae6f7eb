package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/internal/needs"
)

// serve runs the sandbox command until the test ends, and returns its URL and
// what it printed.
func serve(t *testing.T, args ...string) (url, printed string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	pr, pw := io.Pipe()
	var stderr bytes.Buffer
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, append([]string{"sandbox"}, args...), func(string) (string, bool) { return "", false }, strings.NewReader(""), pw, &stderr)
		_ = pw.Close()
	}()
	buf := make([]byte, 16<<10)
	n, err := pr.Read(buf) // the command prints with one write
	require.NoError(t, err, stderr.String())
	t.Cleanup(func() {
		cancel()
		require.Zero(t, <-status)
		require.Equal(t, "The sandbox has ended.\n", stderr.String())
	})
	printed = string(buf[:n])
	url = regexp.MustCompile(`http://\S+:\d+`).FindString(printed)
	require.NotEmpty(t, url)
	return url, printed
}

func TestSandboxPrintsLinesThatWorkWhenPasted(t *testing.T) {
	needs.Programs(t, "bash", "curl", "sed")
	_, printed := serve(t, "--addr", "127.0.0.1:0")
	_, script, ok := strings.Cut(printed, "\n\n")
	require.True(t, ok)
	script, _, ok = strings.Cut(script, "\n\n")
	require.True(t, ok)
	out, err := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script).CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), `"id":"user_123"`)
	require.Contains(t, string(out), `"users":[`)
}

func TestSandboxPrintsAnEnvironmentThatTheSuiteTakes(t *testing.T) {
	url, printed := serve(t, "-addr", "127.0.0.1:0")
	env := map[string]string{}
	for _, pair := range regexp.MustCompile(`(ONVY_\w+)=(\S+)`).FindAllStringSubmatch(printed, -1) {
		env[pair[1]] = pair[2]
	}
	require.Equal(t, url, env["ONVY_BASE_URL"])
	require.Len(t, env, 9)
}

func TestSandboxRefusesAddressesThatOthersCanReach(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:80"} {
		call{}.run(t, "sandbox", "--addr", addr).refuses(t, "--addr", "--allow-remote")
	}
	serve(t, "--addr", "0.0.0.0:0", "--allow-remote")
}

// The resource that meals.yaml adds is served as users are.
func TestSandboxServesAnotherSpec(t *testing.T) {
	url, _ := serve(t, "--addr", "127.0.0.1:0", "--spec", "../../testdata/meals.yaml")
	resp, err := http.Get(url + "/users/u1/nutrition/meals")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusUnauthorized, resp.StatusCode, "there is such an operation, and it needs a token")
	call{}.run(t, "sandbox", "--spec", "sandbox.go").refuses(t, "--spec sandbox.go: ", "the spec cannot be read")
	call{}.run(t, "sandbox", "--spec", "none.yaml").refuses(t, "--spec: ")
}

func TestSandboxRefusesWhatItCannotDo(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close() //nolint:errcheck // the test is over then
	call{}.run(t, "sandbox", "--addr", taken.Addr().String()).refuses(t, "--addr", "address already in use")
	call{}.run(t, "sandbox", "--addr", "8080").refuses(t, "--addr", "not HOST:PORT")
	call{}.run(t, "sandbox", "--ttl", "10ms").refuses(t, "--ttl")
}
