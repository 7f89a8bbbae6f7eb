package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// at is an environment that names a server, with a canary for a secret.
func at(url string) call {
	return call{env: map[string]string{
		"ONVY_BASE_URL": url, "ONVY_PROJECT_ID": "proj_123", "ONVY_CLIENT_ID": "server", "ONVY_CLIENT_SECRET": canary,
	}}
}

// in is an environment that names a sandbox.
func in(s *sandbox.Server) call {
	return call{env: map[string]string{
		"ONVY_BASE_URL": s.URL, "ONVY_PROJECT_ID": s.Project.ID,
		"ONVY_CLIENT_ID": s.Project.ClientID, "ONVY_CLIENT_SECRET": s.Project.ClientSecret.Reveal(),
	}}
}

// lastLine is the summary of a terminal report.
func (r result) lastLine() string {
	out := strings.TrimSpace(r.stdout)
	return out[strings.LastIndex(out, "\n")+1:]
}

// ledger keeps the ledgers of a test out of the user's cache.
func ledger(t *testing.T) string {
	t.Helper()
	return "--ledger=" + t.TempDir()
}

// Where a machine reads the result, the sandbox has to be asked for.
func TestTheSandboxIsNoSilentSubstituteForAServer(t *testing.T) {
	empty := call{env: map[string]string{"ONVY_BASE_URL": "", "ONVY_PROJECT_ID": "", "ONVY_CLIENT_ID": "", "ONVY_CLIENT_SECRET": ""}}
	empty.run(t, "run", "--quiet").refuses(t, "set but empty: ONVY_BASE_URL, ONVY_PROJECT_ID, ONVY_CLIENT_ID, ONVY_CLIENT_SECRET;")
	ci := call{env: map[string]string{"CI": "true"}}
	ci.run(t, "run").refuses(t, "this is CI", "--sandbox")
	file := filepath.Join(t.TempDir(), "report.xml")
	for _, flag := range []string{"--junit", "--json", "--html", "--cover"} {
		call{}.run(t, "run", flag, file).refuses(t, "a report is to be written", "--sandbox")
	}
	call{}.run(t, "run", "--report-dir", t.TempDir()).refuses(t, "a report is to be written", "--sandbox")
	call{}.run(t, "run", "--cover-min", "documented=80").refuses(t, "a report is to be written", "--sandbox")
	require.NoFileExists(t, file)
	call{}.run(t, "run", "--sandbox", "--base-url", "http://127.0.0.1:1").refuses(t, "--sandbox and --base-url name two servers")

	r := call{}.run(t, "run", "--quiet", "--run", "^auth/server$", ledger(t))
	require.Zero(t, r.status)
	require.Contains(t, r.stderr, "this is the embedded sandbox")
	for _, c := range []call{ci, empty, {}} {
		r = c.run(t, "run", "--quiet", "--sandbox", "--junit", file, "--run", "^auth/server$", ledger(t))
		require.Zero(t, r.status, r.stderr)
		require.Empty(t, r.stderr)
	}
}

func TestRunWithoutAnyServerChecksTheEmbeddedSandbox(t *testing.T) {
	dir := t.TempDir()
	jsonFile, junitFile := filepath.Join(dir, "report.json"), filepath.Join(dir, "report.xml")
	r := call{}.run(t, "run", "--run", "^auth/server$", ledger(t))
	require.Zero(t, r.status, "%s\n%s", r.stdout, r.stderr)
	require.Equal(t, "No ONVY_* variables and no flags name a server: this is the embedded sandbox.\n", r.stderr)

	r = call{}.run(t, "run", "--sandbox", "--seed", "7", someCases(t), "--json", jsonFile, "--junit", junitFile, ledger(t))
	require.Zero(t, r.status, "%s\n%s", r.stdout, r.stderr)
	require.Empty(t, r.stderr)
	require.True(t, strings.HasPrefix(r.lastLine(), "PASS  "), r.lastLine())
	require.Contains(t, r.lastLine(), "seed 7")

	var report contract.Report
	require.NoError(t, json.Unmarshal([]byte(content(t, jsonFile)), &report))
	require.EqualValues(t, 7, report.Seed)
	require.NotZero(t, report.Summary.Passed)
	require.Zero(t, report.Summary.Violations)
	var junit struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
	}
	require.NoError(t, xml.Unmarshal([]byte(content(t, junitFile)), &junit))
	require.Equal(t, len(report.Outcomes), junit.Tests)
	require.Zero(t, junit.Failures+junit.Errors)
	require.ElementsMatch(t, []string{"report.json", "report.xml"}, files(t, dir))
}

func TestRunChecksTheServerThatTheEnvironmentNames(t *testing.T) {
	s := sandbox.Start(t)
	r := in(s).run(t, "run", "--quiet", someCases(t), ledger(t))
	require.Zero(t, r.status, "%+v", r)
	require.Empty(t, r.stderr)
	require.NotZero(t, s.TokenRequests())
}

func TestFlagsGoBeforeTheEnvironment(t *testing.T) {
	s := sandbox.Start(t)
	r := at("http://127.0.0.1:1").run(t, "run", "--quiet", fewCases, ledger(t), "--base-url", s.URL, "--project", s.Project.ID,
		"--client-id", s.Project.ClientID, "--secret-file", file(t, "secret", s.Project.ClientSecret.Reveal()+"\n"))
	require.Zero(t, r.status, "%+v", r)
}

func TestBaseURLMayHaveAPathAndATrailingSlash(t *testing.T) {
	for _, path := range []string{"/", "/health/api", "/health/api/"} {
		s := sandbox.Start(t)
		s.URL = behind(t, s.URL, strings.TrimSuffix(path, "/")) + strings.TrimPrefix(path, strings.TrimSuffix(path, "/"))
		r := in(s).run(t, "run", "--quiet", "--run", "^users/(quickstart|create|replace|delete|pages)$", ledger(t))
		require.Zero(t, r.status, "%s: %+v", path, r)
	}
}

// behind serves what is at url under a path, as a gateway does.
func behind(t *testing.T, url, path string) string {
	t.Helper()
	gateway := httptest.NewServer(http.StripPrefix(path, &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = "http", strings.TrimPrefix(url, "http://")
		},
		ModifyResponse: func(r *http.Response) error {
			if place := r.Header.Get("Location"); place != "" {
				r.Header.Set("Location", path+place)
			}
			return nil
		},
	}))
	t.Cleanup(gateway.Close)
	return gateway.URL + path
}

func TestRunSelectsCases(t *testing.T) {
	r := call{}.run(t, "run", "--sandbox", "--json", "-", "--run", "^users/[c-d]", ledger(t))
	require.Zero(t, r.status, "%+v", r)
	var report contract.Report
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &report), "standard output has the JSON and nothing else")
	for _, o := range report.Outcomes {
		require.True(t, strings.HasPrefix(o.Case, "users/"), o.Case)
	}
	require.Contains(t, r.stderr, "PASS  ", "the terminal report gives way to standard error")
	call{}.run(t, "run", "--run", "(").refuses(t, "expression")
}

func TestQuietRunSaysTheResultAndNothingElse(t *testing.T) {
	r := call{}.run(t, "run", "--sandbox", "--quiet", "--run", "^auth/", ledger(t))
	require.Zero(t, r.status, "%+v", r)
	require.Empty(t, r.stderr)
	require.Equal(t, r.lastLine()+"\n", r.stdout)
}

func TestRunOfNoCaseIsRefused(t *testing.T) {
	r := in(sandbox.Start(t)).run(t, "run", "--run", "no such case")
	r.refuses(t, "no case matches", "users/")
}

func TestHalfAnEnvironmentIsRefusedAndNamesWhatIsMissing(t *testing.T) {
	whole := at("http://127.0.0.1:1").env
	for missing := range whole {
		for _, value := range []string{"", " "} {
			env := map[string]string{}
			for name, v := range whole {
				env[name] = v
			}
			env[missing] = value
			r := call{env: env}.run(t, "run")
			r.refuses(t, missing)
			require.NotContains(t, r.stderr, canary)
		}
	}
	call{env: map[string]string{"ONVY_ID_TOKEN": canary}}.run(t, "run").refuses(t, "ONVY_BASE_URL")
	env := at("http://127.0.0.1:1").env
	env["ONVY_OTHER_PROJECT_ID"] = "proj_456"
	call{env: env}.run(t, "run").refuses(t, "ONVY_OTHER_CLIENT_ID", "ONVY_OTHER_CLIENT_SECRET")
}

func TestBaseURLThatCannotBeUsedIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ url, want string }{
		"no scheme":        {"staging.api.onvy.health", "scheme"},
		"another scheme":   {"ftp://staging.api.onvy.health", "scheme"},
		"no host":          {"https://", "host"},
		"no URL":           {"http://[::1", "cannot be read"},
		"credentials":      {"https://me:" + canary + "@staging.api.onvy.health", "credentials"},
		"a query":          {"https://staging.api.onvy.health?key=" + canary, "query"},
		"plain http":       {"http://staging.api.onvy.health", "https"},
		"production":       {"https://api.onvy.health", "--allow-production"},
		"older production": {"https://production.api.onvy.health/", "--allow-production"},
	} {
		t.Run(name, func(t *testing.T) {
			r := at(c.url).run(t, "run", ledger(t))
			r.refuses(t, c.want)
			require.NotContains(t, r.stderr, canary)
		})
	}
}

// onEvery answers every request the same way.
func onEvery(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s.URL
}

func TestServersThatAreNoneEndInAReport(t *testing.T) {
	release := make(chan struct{})
	servers := map[string]struct {
		url    string
		status int
		want   string
	}{
		"is down": {"http://127.0.0.1:1", 2, "connection refused"},
		"answers HTML": {onEvery(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<html>Welcome</html>")
		}), 1, "text/html"},
		"answers 502 in HTML": {onEvery(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, "<html>Bad gateway</html>")
		}), 1, "502"},
		"repeats secrets": {onEvery(t, func(w http.ResponseWriter, r *http.Request) {
			_, secret, _ := r.BasicAuth()
			w.Header().Set("Content-Type", "application/json; x="+secret)
			w.Header().Set("X-"+secret, secret)
			_, _ = fmt.Fprintf(w, `{%q:%q,"access_token":%q,"token_type":%[1]q,"expires_in":%[1]q}`, secret, secret, secret)
		}), 1, "schema/"},
		"hangs": {onEvery(t, func(http.ResponseWriter, *http.Request) { <-release }), 1, "time limit"},
		"resets": {onEvery(t, func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.(*net.TCPConn).SetLinger(0)
				_ = conn.Close()
			}
		}), 1, "closed"},
		"is no HTTP server": {func() string {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			t.Cleanup(func() { _ = l.Close() })
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.9\r\n")
					_ = conn.Close()
				}
			}()
			return "http://" + l.Addr().String()
		}(), 1, "HTTP"},
	}
	t.Cleanup(func() { close(release) }) // before the servers are closed
	for name, c := range servers {
		t.Run(name, func(t *testing.T) {
			timeout := "20s" // of a busy machine
			if c.want == "time limit" {
				timeout = "100ms"
			}
			jsonFile := filepath.Join(t.TempDir(), "report.json")
			r := at(c.url).run(t, "run", ledger(t), "--timeout", timeout, "--json", jsonFile)
			require.Equal(t, c.status, r.status, "%s\n%s", r.stdout, r.stderr)
			require.Contains(t, r.stdout, c.want)
			require.Regexp(t, `^(FAIL|ERROR)  `, r.stdout)
			require.Regexp(t, `^(FAIL|ERROR)  `, r.lastLine())
			require.NotContains(t, r.stdout+r.stderr+content(t, jsonFile), canary)
		})
	}
}

func TestInterruptedRunCleansUpAndReports(t *testing.T) {
	s, err := sandbox.New()
	require.NoError(t, err)
	ctx, interrupt := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Handler().ServeHTTP(w, r)
		if r.Method == http.MethodPost && r.URL.Path == "/users" {
			interrupt() // as soon as there is something to clean up
		}
	}))
	defer server.Close()
	s.URL = server.URL
	dir := t.TempDir()
	jsonFile := filepath.Join(dir, "report.json")
	r := in(s).runContext(ctx, "run", "--json", jsonFile, "--ledger", dir)
	require.Equal(t, 2, r.status, "%+v", r)
	require.Contains(t, r.stderr, "Interrupted: deleting the users of this run")
	require.Contains(t, r.lastLine(), "not run")
	require.Contains(t, content(t, jsonFile), `"not run"`)
	require.Equal(t, []string{"report.json"}, files(t, dir), "no ledger is left, so no user is")
}
