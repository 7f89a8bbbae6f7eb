package browsertest_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/report"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// broken is a server with several things wrong, by the method of the request.
var broken = map[string]string{"PATCH": "patch-ignores-field", "DELETE": "scope-not-enforced-on-delete", "GET": "www-authenticate-missing"}

// run runs the suite against a sandbox with faults.
func run(t *testing.T, byMethod map[string]string) (*contract.Report, report.HTMLOptions) {
	t.Helper()
	srv, err := sandbox.New()
	require.NoError(t, err)
	handlers := map[string]http.Handler{}
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
	suite, err := contract.NewSuite(spec, selftest.Target(srv, ts.URL), contract.Options{
		Seed: 7, LedgerDir: t.TempDir(), MaxWait: 1, OnExchange: o.Timeline.Add,
	})
	require.NoError(t, err)
	r := suite.Run(t.Context())
	r.Target = "https://staging.example" // the same page from each run
	return r, o
}
