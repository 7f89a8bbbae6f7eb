package recording_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// These tests record with real recorders while they run. Where one is not
// installed, its test says so and is skipped. "make recorders" installs them, but
// for the browsers: apt-get install chromium firefox-esr.

const recorders = "testdata/recorders"

// tool is where a program is; without it the test is skipped.
func tool(t *testing.T, names ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a real recorder takes a while; without -short it runs")
	}
	for _, name := range names {
		if path, err := filepath.Abs(filepath.Join(recorders, ".venv", "bin", name)); err == nil {
			names = append(names, path)
		}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	needs.Missing(t, names[0]+" is not installed")
	return ""
}

// script is a script that is run with Node.js, and has the packages it needs.
func script(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	node := tool(t, "node", "nodejs")
	if _, err := os.Stat(filepath.Join(recorders, "node_modules", "playwright-core")); err != nil && name == "chromium.mjs" {
		needs.Missing(t, "playwright-core is not installed: make recorders")
	}
	cmd := exec.Command(node, append([]string{name}, args...)...)
	cmd.Dir = recorders
	cmd.Stderr = os.Stderr
	return cmd
}

// website is a server of the API that has the page of the session, too.
func website(t *testing.T, api http.Handler) *httptest.Server {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(recorders, "drive.html"))
	require.NoError(t, err)
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/drive.html" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(page)
			return
		}
		api.ServeHTTP(w, r)
	}))
	t.Cleanup(ts.Close)
	return ts
}

// sessionURL is the page, told who it is.
func sessionURL(base string, srv *sandbox.Server) string {
	return base + "/drive.html?" + url.Values{
		"project": {srv.Project.ID}, "client": {srv.Project.ClientID}, "secret": {srv.Project.ClientSecret.Reveal()},
		"idtoken": {srv.MintIDToken("zachary_quirin").Reveal()}, "mark": {"zachary_"},
	}.Encode()
}

// chromium is a running Chromium that records.
type chromium struct {
	t   *testing.T
	in  *json.Encoder
	out *bufio.Scanner
}

func startChromium(t *testing.T) *chromium {
	t.Helper()
	cmd := script(t, "chromium.mjs", tool(t, "chromium", "chromium-browser", "google-chrome"))
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close() // ends it
		_ = cmd.Wait()
	})
	return &chromium{t: t, in: json.NewEncoder(in), out: bufio.NewScanner(out)}
}

// record records the session of a page.
func (c *chromium) record(page, content, mode string) string {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), "session.har")
	require.Empty(c.t, c.try(page, path, content, mode))
	return path
}

// try is record, and says why a session did not come to its end.
func (c *chromium) try(page, path, content, mode string) string {
	c.t.Helper()
	require.NoError(c.t, c.in.Encode(map[string]string{"url": page, "path": path, "content": content, "mode": mode}))
	require.True(c.t, c.out.Scan(), "Chromium has ended")
	var said struct{ Error string }
	require.NoError(c.t, json.Unmarshal(c.out.Bytes(), &said))
	return said.Error
}

func loaded(t *testing.T) *contract.Spec {
	t.Helper()
	spec, err := load()
	require.NoError(t, err)
	return spec
}

// load loads the spec once.
var load = sync.OnceValues(func() (*contract.Spec, error) { return contract.Load(onvy.Spec) })

// judged is what a replay of a file says.
func judged(t *testing.T, spec *contract.Spec, path string) *contract.Report {
	t.Helper()
	r, err := recording.Open(path)
	require.NoError(t, err)
	defer r.Close()
	return spec.Replay(t.Context(), filepath.Base(path), read2(r), contract.ReplayOptions{})
}

// requireClean asks that a real recording of a conforming session has no
// violation, and that its redacted form has the same findings and no canary.
func requireClean(t *testing.T, spec *contract.Spec, path string, least int) {
	t.Helper()
	r := judged(t, spec, path)
	require.Empty(t, violations(r))
	require.Zero(t, r.Summary.Errors)
	require.GreaterOrEqual(t, r.Summary.Exchanges, least)
	t.Logf("%s: %d exchanges, %d findings, not judged: %v", t.Name(), r.Summary.Exchanges, len(r.Findings), r.Summary.Unjudged)

	out := filepath.Join(t.TempDir(), "redacted.har")
	stats, err := redactor(t).RedactFile(t.Context(), path, out)
	require.NoError(t, err)
	require.Zero(t, stats.Left)
	require.Empty(t, difference(withoutPlaces(r.Findings), withoutPlaces(judged(t, spec, out).Findings)), "redacted")
	data, err := os.ReadFile(out)
	require.NoError(t, err)
	for _, canary := range []string{"zachary", "Quirin", "Ångström", "172.5", "48.137", "1990-04-23"} {
		at := strings.Index(string(data), canary)
		require.False(t, survives(string(data), canary, 3), "%s: %.80s", canary, data[max(0, at-40):])
	}
}

func withoutPlaces(all []contract.Finding) []contract.Finding {
	out := append([]contract.Finding(nil), all...)
	for i := range out {
		out[i].Curl, out[i].Exchange = "", ""
	}
	return out
}

func TestChromiumInEveryModeOfPlaywright(t *testing.T) {
	c := startChromium(t)
	spec := loaded(t)
	for _, m := range needs.Sample(t, [][2]string{{"attach", "full"}, {"omit", "full"}, {"embed", "full"}, {"embed", "minimal"}, {"omit", "minimal"}}, 4) {
		t.Run(m[0]+" "+m[1], func(t *testing.T) {
			srv := sandbox.Start(t)
			page := sessionURL(website(t, faults.None().Handler(srv)).URL, srv)
			c.t = t
			requireClean(t, spec, c.record(page, m[0], m[1]), 40)
		})
	}
}

func TestFirefoxWithItsDeveloperTools(t *testing.T) {
	firefox := tool(t, "firefox", "firefox-esr")
	if !needs.Whole(t) {
		t.Skip("Firefox alone takes a quarter of the time of these tests")
	}
	srv := sandbox.Start(t)
	page := sessionURL(website(t, faults.None().Handler(srv)).URL, srv)
	path := filepath.Join(t.TempDir(), "firefox.har")
	cmd := script(t, "firefox.mjs", firefox, page, path)
	require.NoError(t, cmd.Start())
	late := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	require.NoError(t, cmd.Wait())
	require.True(t, late.Stop())
	requireClean(t, loaded(t), path, 30)
}
