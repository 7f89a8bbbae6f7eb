package report_test

import (
	"flag"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/report"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

var pages = flag.String("pages", "", "write the pages of real runs into this directory, to look at them")

// runAgainst runs the suite against a sandbox, with faults by the method of the
// request.
func runAgainst(t *testing.T, byMethod map[string]string) (*contract.Report, report.HTMLOptions) {
	t.Helper()
	srv, err := sandbox.New()
	require.NoError(t, err)
	var handlers = map[string]http.Handler{}
	for method, name := range byMethod {
		i := slices.IndexFunc(faults.All(), func(f faults.Fault) bool { return f.Name == name })
		require.NotEqual(t, -1, i, name)
		handlers[method] = faults.All()[i].Handler(srv)
	}
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := handlers[r.Method]; h != nil {
			h.ServeHTTP(w, r)
			return
		}
		srv.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(ts.Close)
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	o := report.HTMLOptions{Spec: onvy.Spec, Timeline: &report.Timeline{}, Version: "1.0.0"}
	cases := ""
	if !needs.Whole(t) {
		cases = "^(auth/.*|client/server|bearer/.*|scope/.*|users/(create|replace|patch|delete|pages))$"
	}
	suite, err := contract.NewSuite(spec, selftest.Target(srv, ts.URL), contract.Options{
		Seed: 7, LedgerDir: t.TempDir(), MaxWait: 1, OnExchange: o.Timeline.Add, Run: cases,
	})
	require.NoError(t, err)
	return suite.Run(t.Context()), o
}

func TestHTMLOfRealRuns(t *testing.T) {
	runs := map[string]map[string]string{
		"clean": nil,
		"bad":   {"PATCH": "patch-as-put", "DELETE": "scope-not-enforced-on-delete", "GET": "www-authenticate-missing"},
	}
	for _, name := range needs.Sample(t, slices.Sorted(maps.Keys(runs)), 2) {
		byMethod := runs[name]
		t.Run(name, func(t *testing.T) {
			r, o := runAgainst(t, byMethod)
			html := written(t, func(w io.Writer) error { return report.HTML(w, r, o) })
			t.Logf("%d bytes", len(html))
			require.Less(t, len(html), 2<<20)
			require.Regexp(t, `<h3>token/expired</h3><span class="chip ">not tried</span>`, string(html), "no token expired in this run")
			if *pages != "" {
				require.NoError(t, os.WriteFile(*pages+"/"+name+".html", html, 0o644))
			}
		})
	}
}

// What a resource's laws say of a run is said of that resource: what was done to
// users shows nothing of their meals.
func TestLawsAreHeldOrNotByEachResource(t *testing.T) {
	text, err := os.ReadFile("../testdata/meals.yaml")
	require.NoError(t, err)
	spec, err := contract.Load(text)
	require.NoError(t, err)
	srv, err := sandbox.New(sandbox.WithSpec(text))
	require.NoError(t, err)
	ts := httptest.NewServer(srv.Handler())
	t.Cleanup(ts.Close)
	pageOf := func(pattern string) string {
		suite, err := contract.NewSuite(spec, selftest.Target(srv, ts.URL), contract.Options{Seed: 7, LedgerDir: t.TempDir(), Run: pattern})
		require.NoError(t, err)
		return page(t, suite.Run(t.Context()), report.HTMLOptions{Spec: text})
	}
	for pattern, want := range map[string][2]string{"^users/patch$": {"held", "not tried"}, "^meals/": {"not tried", "held"}} {
		got := pageOf(pattern)
		for i, law := range []string{"users/patch-keeps", "meals/patch-keeps"} {
			require.Regexp(t, `<h3>`+law+`</h3><span class="chip (held)?">`+want[i]+`</span>`, got, pattern)
			require.Contains(t, got, "PATCH {&#34;lastname&#34;: &#34;Jones&#34;}, then 200", "it is drawn")
		}
	}
}

// That a rule held is said only where the case that tries it was carried out, and
// where there was an answer that it looks at.
func TestARuleWhoseCaseWasLeftOutIsNotHeld(t *testing.T) {
	srv, err := sandbox.New()
	require.NoError(t, err)
	ts := httptest.NewServer(srv.Handler())
	t.Cleanup(ts.Close)
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	suite, err := contract.NewSuite(spec, selftest.Target(srv, ts.URL), contract.Options{Seed: 7, LedgerDir: t.TempDir(), Run: "^bearer/garbage$"})
	require.NoError(t, err)
	got := page(t, suite.Run(t.Context()), report.HTMLOptions{Spec: onvy.Spec})
	for rule, want := range map[string]string{"token/garbage": "held", "token/tampered": "not tried", "grant/body": "not tried", "page/total": "not tried", "users/id": "held", "jwt/claims": "held"} {
		require.Regexp(t, `<code>`+rule+`</code></td><td><span class="chip (held)?">`+want+`<`, got)
	}
}

// What a recording without tokens and lists shows nothing of is not held by it.
func TestARecordingHoldsNothingOfWhatIsNotInIt(t *testing.T) {
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	entries := func(yield func(*contract.Exchange, error) bool) {
		x := &contract.Exchange{Request: contract.Request{Method: "GET", URL: "https://api.onvy.health/users/u1"}}
		x.Response = &contract.Response{Status: 404, Header: contract.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(`{"error":"not_found"}`)}
		yield(x, nil)
	}
	got := page(t, spec.Replay(t.Context(), "one.jsonl", entries, contract.ReplayOptions{}), report.HTMLOptions{Spec: onvy.Spec})
	for rule, want := range map[string]string{
		"oauth/no-store": "not tried", "jwt/claims": "not tried", "page/total": "not tried", "users/id": "not tried", "token/garbage": "not tried", "json/syntax": "held",
		"auth/challenge": "not tried", "auth/bearer-challenge": "not tried", "scope/granted": "not tried", "scope/challenge": "not tried", "scope/exceeded": "not tried",
		"auth/credentials-needed": "not tried", "auth/unauthenticated-status": "not tried", "client/missing": "not tried", "http/location": "not tried",
	} {
		require.Regexp(t, `<code>`+rule+`</code></td><td><span class="chip (held)?">`+want+`<`, got)
	}
}

// A law is held by answers of its own kind: of tokens, of lists, of one resource.
// Other answers with the same methods and statuses show nothing of it.
func TestALawIsHeldByAnswersOfItsKind(t *testing.T) {
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	const (
		user  = `{"id":"u1","created_at":"2026-03-05T11:00:00Z","updated_at":"2026-03-05T11:00:00Z","data_syncs":[]}`
		token = `{"access_token":"a","token_type":"Bearer","expires_in":900}`
	)
	pageOf := func(sent ...[3]string) string {
		return page(t, spec.Replay(t.Context(), "some.jsonl", func(yield func(*contract.Exchange, error) bool) {
			for i, s := range sent {
				x := &contract.Exchange{Request: contract.Request{Method: strings.Fields(s[0])[0], URL: "https://api.onvy.health" + strings.Fields(s[0])[1]}}
				x.Started = time.Date(2026, 3, 5, 12, i, 0, 0, time.UTC)
				if s[1] != "" {
					x.Request.Header, x.Request.Body = contract.Header{{Name: "Content-Type", Value: "application/json"}}, []byte(s[1])
				}
				status := map[bool]int{true: 200, false: 201}[s[0] != "POST /users"]
				if fields := strings.Fields(s[0]); len(fields) > 2 {
					status, _ = strconv.Atoi(fields[2])
				}
				x.Response = &contract.Response{Status: status, Header: contract.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(s[2])}
				if !yield(x, nil) {
					return
				}
			}
		}, contract.ReplayOptions{}), report.HTMLOptions{Spec: onvy.Spec})
	}
	create, one := [3]string{"POST /users", `{"id":"u1"}`, user}, [3]string{"GET /users/u1", "", user}
	list := [3]string{"GET /users", "", `{"users":[` + user + `],"pagination":{"total":1,"limit":100}}`}
	server := [3]string{"POST /v1/projects/p/auth/server", `{}`, token}
	gone, refused := [3]string{"DELETE /users/u1 204"}, `{"error":{"code":"no","message":"no"}}`
	for name, row := range map[string]struct {
		sent [][3]string
		want map[string]string
	}{
		"a user":     {[][3]string{create, one}, map[string]string{"users/created-readable": "held", "page/total-agrees": "not tried", "page/loses-users": "not tried", "token/reused": "not tried", "token/fresh": "not tried", "users/list-agrees": "not tried"}},
		"a list":     {[][3]string{create, list}, map[string]string{"users/created-readable": "not tried", "page/total-agrees": "held", "page/loses-users": "held", "users/list-agrees": "not tried"}},
		"one token":  {[][3]string{server}, map[string]string{"token/reused": "not tried", "token/jti-unique": "not tried"}},
		"refused":    {[][3]string{gone, create, {"GET /users/u1 401", "", refused}}, map[string]string{"users/deleted-gone": "not tried", "users/answers-agree": "not tried"}},
		"not found":  {[][3]string{gone, create, {"GET /users/u1 404", "", refused}}, map[string]string{"users/deleted-gone": "held"}},
		"two reads":  {[][3]string{create, one, one}, map[string]string{"users/answers-agree": "held"}},
		"two tokens": {[][3]string{server, {server[0], server[1], strings.ReplaceAll(token, `"a"`, `"b"`)}}, map[string]string{"token/reused": "held", "token/jti-unique": "held"}},
		"a token":    {[][3]string{server, server}, map[string]string{"users/created-readable": "not tried", "page/loses-users": "not tried", "users/write-answer": "not tried", "token/refresh-reuse": "not tried"}},
		"the three":  {[][3]string{server, create, one, list}, map[string]string{"users/list-agrees": "held", "token/fresh": "held"}},
	} {
		got := pageOf(row.sent...)
		for law, want := range row.want {
			require.Regexp(t, `<h3>`+law+`</h3><span class="chip (held)?">`+want+`</span>`, got, name)
			require.Regexp(t, `<code>`+law+`</code></td><td><span class="chip (held)?">`+want+`<`, got, name)
		}
	}
}
