package contract_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// Where the pages say nothing, a server may go its own way. It is told what is
// assumed, once, and is called wrong in nothing.
func TestWhatNoPageSaysIsNoViolation(t *testing.T) {
	t.Parallel()
	answers := func(method string, status int) func(*http.Request, *answered) {
		return func(r *http.Request, a *answered) {
			if r.Method != method || !strings.HasPrefix(r.URL.Path, "/users/") || a.status != 200 {
				return
			}
			if a.status = status; status == 204 {
				a.body = nil
				a.header.Del("Content-Type")
			}
		}
	}
	for _, c := range needs.Sample(t, []struct {
		server
		causes []string // rule and level of each cause
	}{
		{server{name: "null for what is absent", after: func(_ *http.Request, a *answered) {
			a.eachUser(func(u map[string]any) {
				for _, name := range []string{"firstname", "lastname", "language", "gender", "birthday", "height", "weight", "location", "thresholds", "data_syncs"} {
					if _, there := u[name]; !there {
						u[name] = nil
					}
				}
			})
		}}, []string{"schema/null assumption"}},
		{server{name: "PUT answers 201", after: answers("PUT", 201)}, []string{"http/status-undocumented assumption"}},
		{server{name: "PUT answers 202", after: answers("PUT", 202)}, []string{"http/status-undocumented assumption"}},
		{server{name: "PUT answers 204", after: answers("PUT", 204)}, []string{"http/status-undocumented assumption"}},
		{server{name: "PATCH answers 204", after: answers("PATCH", 204)}, []string{"http/status-undocumented assumption"}},
		{server{name: "errors of users in HTML", after: func(r *http.Request, a *answered) {
			if isUsers(r) && a.status >= 400 && a.status != 401 && a.status != 403 {
				a.header.Set("Content-Type", "text/html; charset=utf-8")
				a.body = []byte("<html><body>Error</body></html>")
			}
		}}, []string{"http/content-type assumption"}},
		{server{name: "DELETE of a user that is gone answers 204", after: func(r *http.Request, a *answered) {
			if r.Method == "DELETE" && isUsers(r) && a.status == 404 {
				a.status, a.body = 204, nil
				a.header.Del("Content-Type")
			}
		}}, []string{"users/deleted-gone assumption", "token/other-user drift"}},
		{server{name: "a gateway in front of the canonical token endpoint throttles", after: func(r *http.Request, a *answered) {
			if r.URL.Path == "/oauth/token" && a.status == 401 {
				a.status, a.body = 429, []byte("<html><body>Too Many Requests</body></html>")
				a.header = http.Header{"Content-Type": {"text/html"}, "Retry-After": {"0"}}
			}
		}}, []string{"http/content-type assumption", "http/throttled drift"}},
		{server{name: "no lifetime for a user's token", after: func(r *http.Request, a *answered) {
			if object := a.object(); strings.HasSuffix(r.URL.Path, "/auth/sdk") && object["access_token"] != nil {
				delete(object, "expires_in")
				a.set(object)
			}
		}}, []string{"schema/required assumption"}},
	}, 4) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.Start(t)
			front := httptest.NewServer(c.handler(s))
			t.Cleanup(front.Close)
			target := sandboxTarget(t, s)
			target.BaseURL = front.URL
			report := run(t, target, contract.Options{Run: cases(t)})
			causes := []string{}
			for _, cause := range report.Causes() {
				causes = append(causes, cause.Head().Rule+" "+string(cause.Head().Level))
			}
			require.Equal(t, c.causes, causes, "%v", report.Findings)
		})
	}
}

func TestUnavailableAndUnimplementedAreNoViolations(t *testing.T) {
	spec := loadSpec(t)
	for name, x := range map[string]*contract.Exchange{
		"503 without a time":                  getUser(`{"error":"unavailable"}`, status(503)),
		"501 for what is assumed to be there": deleteUser(status(501)),
	} {
		for _, f := range spec.Check(x) {
			require.NotEqual(t, contract.Violation, f.Level, "%s: %s", name, f)
		}
	}
	require.Empty(t, spec.Check(getUser(`{"error":"unavailable"}`, status(503), header("Retry-After", "5"))))
}
