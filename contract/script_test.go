package contract_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/faults/plant"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// observer is a proxy before a server that sees what the shell sends.
type observer struct {
	*httptest.Server
	mu        sync.Mutex
	exchanges []*contract.Exchange
}

func observe(t *testing.T, spec *contract.Spec, h http.Handler) *observer {
	t.Helper()
	behind := httptest.NewServer(h)
	t.Cleanup(behind.Close)
	o := &observer{}
	to, err := url.Parse(behind.URL)
	require.NoError(t, err)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true
	transport.DisableKeepAlives = true
	o.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport: contract.Observe(spec, transport, func(x *contract.Exchange, _ []contract.Finding) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.exchanges = append(o.exchanges, x)
		}),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	t.Cleanup(o.Close)
	return o
}

func (o *observer) seen() []*contract.Exchange {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.exchanges)
}

// shell runs a script as it was pasted, with the variables that README names.
func shell(t *testing.T, script, base string, srv *sandbox.Server) {
	t.Helper()
	target := selftest.Target(srv, base)
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Stdin = strings.NewReader(script)
	cmd.Env = append(os.Environ(),
		"ONVY_BASE_URL="+base, "ONVY_PROJECT_ID="+target.Project.ID,
		"ONVY_CLIENT_ID="+target.Project.ClientID, "ONVY_CLIENT_SECRET="+target.Project.ClientSecret.Reveal(),
		"ONVY_ID_TOKEN="+target.IDToken.Reveal(), "ONVY_SDK_CLIENT_ID="+target.SDKClientID,
		"ONVY_OTHER_PROJECT_ID="+target.Other.ID, "ONVY_OTHER_CLIENT_ID="+target.Other.ClientID, "ONVY_OTHER_CLIENT_SECRET="+target.Other.ClientSecret.Reveal(),
	)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", script, out)
}

// shows reports whether the exchanges show a finding: the same rule speaks of
// them, or, where a case of the suite decides, the answer is the same.
func shows(spec *contract.Spec, f *contract.Finding, exchanges []*contract.Exchange) bool {
	history := contract.WholeHistory(spec)
	var last *contract.Exchange
	for _, x := range exchanges {
		if slices.ContainsFunc(slices.Concat(spec.Check(x), history.Add(x)), func(g contract.Finding) bool { return g.Rule == f.Rule }) {
			return true
		}
		if x.Request.Method == f.Steps[len(f.Steps)-1].Method {
			if u, _ := url.Parse(x.Request.URL); u != nil && strings.HasSuffix(strings.SplitN(f.Steps[len(f.Steps)-1].URL, "?", 2)[0], u.EscapedPath()) {
				last = x
			}
		}
	}
	law := strings.Replace(f.Rule, "meals/", "users/", 1)
	for _, r := range contract.Rules() {
		if r.ID == law && r.Kind != contract.KindProbe {
			return false
		}
	}
	return last != nil && last.Response != nil && last.Response.Status == f.Status
}

// sixteen are faults of every kind: tokens, clients, scopes, values, headers,
// bytes, what is stored, and lists.
var sixteen = []string{
	"accept-garbage-token", "jwt-issued-unsigned", "accept-alg-none", "server-accept-wrong-secret", "scope-not-enforced-on-delete", "refresh-token-reusable",
	"www-authenticate-missing", "token-cache-control-public", "measurement-unit-enum", "weight-nan", "get-duplicate-keys",
	"patch-as-put", "put-ignores-field", "unknown-user-200", "malformed-json-500", "list-ignores-limit",
}

// ofMeals are faults of a resource that only the spec knows, in which the server
// gives the ids, within those of users.
var ofMeals = []string{
	"meals-create-loses-comment", "meals-type-meal_time", "meals-put-merges", "meals-patch-replaces", "meals-delete-leaves-in-list", "meals-page-limit-more",
}

// Each script is run by a shell and curl, against the server with the fault and
// against one that is right: it shows the fault of the first and none of the
// second.
func TestTheScriptOfAFindingShowsItWhenItIsPasted(t *testing.T) {
	t.Parallel()
	needs.Programs(t, "sh", "curl", "sed", "cut", "base64")
	meals, err := os.ReadFile("testdata/meals.yaml")
	require.NoError(t, err)
	for _, name := range needs.Sample(t, slices.Concat(sixteen, ofMeals), 16) {
		t.Run(name, func(t *testing.T) {
			if slices.Contains(sixteen, name) {
				pasted(t, string(onvy.Spec), cases(t), faults.All(), name)
			} else {
				pasted(t, string(meals), "^meals/", plantedInto(t, string(meals), "meals"), name)
			}
		})
	}
}

// plantedInto are the faults of a resource of a spec.
func plantedInto(t *testing.T, text, resource string) []faults.Fault {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	require.NoError(t, err)
	model, err := spec.New(doc)
	require.NoError(t, err)
	return plant.In(model.Resource(resource))
}

func pasted(t *testing.T, text, cases string, from []faults.Fault, name string) {
	t.Helper()
	spec, err := loadText(text)
	require.NoError(t, err)
	srv, err := sandbox.New(withText(text))
	require.NoError(t, err)
	i := slices.IndexFunc(from, func(f faults.Fault) bool { return f.Name == name })
	require.GreaterOrEqual(t, i, 0)
	fault, meals := from[i], slices.Contains(ofMeals, name)
	handler := fault.Handler(srv)
	direct := httptest.NewServer(handler)
	t.Cleanup(direct.Close)
	suite, err := contract.NewSuite(spec, selftest.Target(srv, direct.URL), contract.Options{Seed: 7, LedgerDir: t.TempDir(), MaxWait: 1, Run: cases, Risky: meals})
	require.NoError(t, err)
	r := suite.Run(t.Context())
	var found *contract.Finding
	for _, c := range r.Causes() {
		for _, f := range c.Findings {
			require.Equal(t, f.Steps == nil, f.Curl == "", "%s %s: what has evidence has a script", f.Rule, f.Operation)
			if f.Rule == fault.Rule && found == nil && f.Steps != nil {
				found = f
			}
		}
	}
	require.NotNil(t, found, fault.Rule)
	require.Contains(t, found.Curl, "curl -i -sS")

	if meals {
		shownWhole(t, found)
	}
	broken := observe(t, spec, handler)
	shell(t, found.Curl, broken.URL, srv)
	require.True(t, shows(spec, found, broken.seen()), "%s", found.Curl)

	good, err := sandbox.New(withText(text))
	require.NoError(t, err)
	right := observe(t, spec, good.Handler())
	shell(t, found.Curl, right.URL, good)
	require.NotEmpty(t, right.seen())
	require.False(t, shows(spec, found, right.seen()), "a server that is right is accused: %s", found.Curl)
	if last := right.seen()[len(right.seen())-1]; meals {
		require.Equal(t, "DELETE 204", fmt.Sprint(last.Request.Method, " ", last.Response.Status), "what it has created it deletes: %s", found.Curl)
	}
}

// shownWhole holds that the steps of a finding begin with the create of what it is
// about, and hide nothing of it: the server has given its id to the suite.
func shownWhole(t *testing.T, f *contract.Finding) {
	t.Helper()
	if first := f.Steps[0]; len(f.Steps) > 1 {
		require.Equal(t, "POST", first.Method)
		require.NotContains(t, first.Response.Body, "…")
	}
	if strings.HasPrefix(f.Rule, "meals/") && f.Operation == "getMeal" {
		require.Greater(t, len(f.Steps), 1, f.Rule)
	}
}
