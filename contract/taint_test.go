package contract_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// oneFault is a server with one thing wrong, and all rules that may speak of it.
type oneFault struct {
	server
	rules []string
}

func oneFaults() []oneFault {
	users := func(change func(map[string]any)) func(*http.Request, *answered) {
		return func(_ *http.Request, a *answered) { a.eachUser(change) }
	}
	unknown := func(s *sandbox.Server) func(*http.Request) *answered {
		return func(r *http.Request) *answered {
			id, ok := strings.CutPrefix(r.URL.Path, "/users/")
			if r.Method != "GET" || !ok || id == "" || r.Header.Get("Authorization") == "" {
				return nil
			}
			a := through(s, r)
			if a.status == 404 {
				a = &answered{200, http.Header{"Content-Type": {"application/json"}}, []byte(user("id", id))}
			}
			return a
		}
	}
	return []oneFault{
		{server{name: "NaN for a height", after: func(_ *http.Request, a *answered) {
			a.body = regexp.MustCompile(`"height": ?[0-9.]+`).ReplaceAll(a.body, []byte(`"height":NaN`))
		}}, []string{"json/syntax"}},
		{server{name: "a part that is not documented", after: users(func(u map[string]any) {
			if thresholds, ok := u["thresholds"].(map[string]any); ok {
				thresholds["vo2max"] = json.Number(strconv.FormatInt(time.Now().UnixNano()%1000, 10))
			}
		})}, []string{"schema/undocumented-property"}},
		{server{name: "an unknown user is answered with 200", before: unknown}, []string{"users/not-found"}},
		{server{name: "a unit in capitals", after: users(func(u map[string]any) {
			if unit, ok := u["measurement_unit"].(string); ok {
				u["measurement_unit"] = strings.ToUpper(unit)
			}
		})}, []string{"schema/enum"}},
		{server{name: "one unit is none of those documented", after: users(func(u map[string]any) {
			if u["measurement_unit"] == "imperial" {
				u["measurement_unit"] = "us"
			}
		})}, []string{"schema/enum"}},
		{server{name: "text/plain around users", after: func(r *http.Request, a *answered) {
			if isUsers(r) && a.status/100 == 2 && a.header.Get("Content-Type") != "" {
				a.header.Set("Content-Type", "text/plain; charset=utf-8")
			}
		}}, []string{"http/content-type"}},
		{server{name: "a page in HTML for a user", after: func(r *http.Request, a *answered) {
			if r.Method != "PATCH" && r.Method != "PUT" && strings.HasPrefix(r.URL.Path, "/users") && a.status == 200 {
				a.header.Set("Content-Type", "text/html")
				a.body = []byte("<html><body>Welcome</body></html>")
			}
		}}, []string{"http/content-type"}},
		{server{name: "an unknown client meets a failure", after: func(r *http.Request, a *answered) {
			if id, _, ok := r.BasicAuth(); ok && id == "contract-nobody" {
				*a = answered{500, http.Header{"Content-Type": {"application/json"}}, []byte(`{"error":"server_error"}`)}
			}
		}}, []string{"http/server-error"}},
		{server{name: "a gateway fails where nothing is, and before HEAD", after: func(r *http.Request, a *answered) {
			if r.URL.Path == "/contract-nowhere" || r.Method == "GET" && strings.Contains(r.URL.Path, "_http-head_") {
				*a = answered{502, http.Header{"Content-Type": {"text/html"}}, []byte("<html><body>502 Bad Gateway</body></html>")}
			}
		}}, []string{"http/server-error", "http/content-type"}},
		{server{name: "birthdays as instants", after: users(func(u map[string]any) {
			if day, ok := u["birthday"].(string); ok {
				u["birthday"] = day + "T00:00:00Z"
			}
		})}, []string{"schema/format"}},
		{server{name: "numbers as text", after: users(func(u map[string]any) {
			if n, ok := u["weight"]; ok {
				u["weight"] = "about " + n.(interface{ String() string }).String()
			}
		})}, []string{"schema/type"}},
		{server{name: "users without an id", after: users(func(u map[string]any) { delete(u, "id") })}, []string{"schema/required"}},
		{server{name: "times that are none", after: users(func(u map[string]any) {
			u["created_at"], u["updated_at"] = "yesterday", "today"
		})}, []string{"schema/format"}},
	}
}

// One thing that is wrong is said by the rule that is for it, and no other.
func TestOneCauseIsReportedByItsOwnRuleAlone(t *testing.T) {
	t.Parallel()
	for _, c := range needs.Sample(t, oneFaults(), 7) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := sandbox.Start(t)
			front := httptest.NewServer(c.handler(s))
			t.Cleanup(front.Close)
			target := sandboxTarget(t, s)
			target.BaseURL = front.URL
			report := run(t, target, contract.Options{Run: cases(t)})
			for _, f := range report.Findings {
				if !slices.Contains(c.rules, f.Rule) {
					t.Errorf("%s (%s)", f, f.Exchange)
				}
			}
			for _, rule := range c.rules {
				require.Contains(t, rulesOf(report.Findings), rule, "the rule that is for it")
			}
		})
	}
}
