package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func newSecret(s string) onvy.Secret { return onvy.NewSecret(s) }

// proxied runs the proxy while use runs, and returns its report and status.
func proxied(t *testing.T, use func(url string), args ...string) (contract.Report, int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stdout, stderr := &strings.Builder{}, &pipe{}
	pr, pw := io.Pipe()
	stderr.w = pw
	status := make(chan int, 1)
	args = append([]string{"proxy", "--addr", "127.0.0.1:0", "--json", "-"}, args...)
	go func() {
		status <- run(ctx, args, func(string) (string, bool) { return "", false }, strings.NewReader(""), stdout, stderr)
		_ = pw.Close()
	}()
	lines := bufio.NewReader(pr)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	use(regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(first))
	cancel()
	code := <-status
	var r contract.Report
	require.NoError(t, json.Unmarshal([]byte(stdout.String()), &r), stdout.String())
	return r, code
}

// pipe is an io.Writer over a pipe that may be closed.
type pipe struct{ w io.Writer }

func (p *pipe) Write(b []byte) (int, error) {
	_, _ = p.w.Write(b)
	return len(b), nil
}

func get(t *testing.T, url string) int {
	t.Helper()
	resp, err := http.Get(url)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

// client uses the API as an application does.
func client(t *testing.T, url string, s *sandbox.Server) {
	t.Helper()
	c, err := onvy.NewClient(onvy.ServerCredentials{ProjectID: s.Project.ID, ClientID: s.Project.ClientID, ClientSecret: s.Project.ClientSecret},
		onvy.WithBaseURL(url))
	require.NoError(t, err)
	_, err = c.Users.Create(t.Context(), onvy.UserCreate{ID: canary})
	require.NoError(t, err)
	_, err = c.Users.Get(t.Context(), canary)
	require.NoError(t, err)
	require.NoError(t, c.Users.Delete(t.Context(), canary))
}

func TestProxyPassesTrafficOnChecksAndRecordsIt(t *testing.T) {
	s, err := sandbox.New()
	require.NoError(t, err)
	upstream := httptest.NewServer(http.StripPrefix("/base", s.Handler()))
	defer upstream.Close()
	dir := t.TempDir()
	out, page := filepath.Join(dir, "session.har"), filepath.Join(dir, "page.html")
	r, status := proxied(t, func(url string) {
		client(t, url, s)
		require.Equal(t, 404, get(t, url+"/elsewhere"))
	}, "--upstream", upstream.URL+"/base/", "--record", out, "--html", page)
	require.Regexp(t, `(?s)<section id="timeline".*4 exchanges in `, content(t, page))
	require.Contains(t, content(t, page), "session.har#0")
	require.NotContains(t, content(t, page), canary)
	require.Zero(t, status, "%+v", r)
	require.Equal(t, 4, r.Summary.Exchanges)
	require.Equal(t, map[string]int{strings.TrimPrefix(upstream.URL, "http://"): 1}, r.Summary.Unmatched)
	require.NotContains(t, content(t, out), canary)
	require.Zero(t, call{}.run(t, "replay", out).status)
}

func TestProxyAsksForNoContentCodingThatTheClientDoesNotAskFor(t *testing.T) {
	asked := make(chan []string, 1)
	upstream := onEvery(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header["Accept-Encoding"]
		w.WriteHeader(http.StatusUnauthorized)
	})
	proxied(t, func(url string) {
		plain := &http.Client{Transport: &http.Transport{DisableCompression: true}}
		resp, err := plain.Get(url + "/users")
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}, "--upstream", upstream)
	require.Empty(t, <-asked)
}

func TestProxyFindsWhatTheServerDoesWrong(t *testing.T) {
	s := sandbox.Start(t)
	s.Trouble(sandbox.Trouble{Operation: "listUsers", Status: 502, HTML: true})
	r, status := proxied(t, func(url string) {
		require.Equal(t, 502, get(t, url+"/users"))
	}, "--upstream", s.URL)
	require.Equal(t, 1, status)
	require.NotZero(t, r.Summary.Violations)
	require.Equal(t, contract.Fail, r.Outcomes[0].Status)
}

// A finding says where it is in the recording, as a replay of it does.
func TestProxyNamesTheEntryOfTheRecording(t *testing.T) {
	s := sandbox.Start(t)
	out := filepath.Join(t.TempDir(), "session.har")
	use := func(url string) {
		client(t, url, s)
		s.Trouble(sandbox.Trouble{Operation: "listUsers", Status: 502, HTML: true})
		require.Equal(t, 502, get(t, url+"/users"))
	}
	r, _ := proxied(t, use, "--upstream", s.URL, "--record", out)
	var live, replayed []string
	for _, f := range r.Findings {
		live = append(live, f.Rule+" at "+f.Exchange)
	}
	var again contract.Report
	require.NoError(t, json.Unmarshal([]byte(call{}.run(t, "replay", "--json", "-", out).stdout), &again))
	for _, f := range again.Findings {
		replayed = append(replayed, f.Rule+" at "+f.Exchange)
	}
	require.NotEmpty(t, live)
	require.ElementsMatch(t, replayed, live)
	require.Contains(t, live[0], "session.har#4")
	r, _ = proxied(t, use, "--upstream", s.URL)
	require.Equal(t, "proxy#4", r.Findings[0].Exchange)
}

// A client that goes away is counted, and no fault of the server.
func TestProxyCountsWhatClientsAbort(t *testing.T) {
	began := make(chan struct{})
	upstream := onEvery(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = io.WriteString(w, `{"users":[`)
		w.(http.Flusher).Flush()
		close(began)
		<-r.Context().Done()
	})
	r, status := proxied(t, func(url string) {
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/users", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer x")
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		<-began
		cancel()
		_ = resp.Body.Close()
	}, "--upstream", upstream)
	require.Zero(t, r.Summary.Violations, "%+v", r.Findings)
	require.Zero(t, status)
	require.Equal(t, map[string]int{"aborted by the client": 1}, r.Summary.Unjudged)
}

func TestProxyOfAServerThatIsDownSaysSo(t *testing.T) {
	s := httptest.NewServer(nil)
	s.Close()
	_, status := proxied(t, func(url string) { require.Equal(t, 502, get(t, url+"/users")) }, "--upstream", s.URL)
	require.NotZero(t, status)
}

func TestProxyWithoutTrafficIsNotGreen(t *testing.T) {
	r, status := proxied(t, func(string) {}, "--upstream", "http://127.0.0.1:1")
	require.Equal(t, 2, status)
	require.Equal(t, contract.NotRun, r.Outcomes[0].Status)
}

func TestProxyRefusesServersThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct{ url, want string }{
		"none":        {"", "no server is named"},
		"no scheme":   {"staging.api.onvy.health", "scheme"},
		"plain http":  {"http://staging.api.onvy.health", "https"},
		"credentials": {"https://me:" + canary + "@staging.api.onvy.health", "credentials"},
		"a query":     {"https://staging.api.onvy.health?token=" + canary, "query"},
	} {
		t.Run(name, func(t *testing.T) {
			r := call{}.run(t, "proxy", "--upstream", c.url)
			r.refuses(t, c.want)
			require.NotContains(t, r.stderr, canary)
		})
	}
	call{}.run(t, "proxy", "--upstream", "http://127.0.0.1:1", "--addr", "0.0.0.0:1").refuses(t, "--addr", "other machines")
}
