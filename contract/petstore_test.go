package contract_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// petstore is the example of the OpenAPI Initiative and Swagger, which nobody
// here wrote; see its title for where it is from.
func petstore(t *testing.T) *contract.Spec {
	t.Helper()
	text, err := os.ReadFile("internal/spec/testdata/petstore.json")
	require.NoError(t, err)
	spec, err := contract.Load(text)
	require.NoError(t, err)
	return spec
}

// petstoreServer keeps users by their names, and gives pets and orders out.
func petstoreServer(t *testing.T) *httptest.Server {
	t.Helper()
	var mu sync.Mutex
	users := make(map[string]json.RawMessage)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		name := strings.TrimPrefix(r.URL.Path, "/user/")
		var user struct {
			ID                                                    int64
			Username, FirstName, LastName, Email, Password, Phone string
			UserStatus                                            int32
		}
		switch {
		case (r.Method == http.MethodPost || r.Method == http.MethodPut) && json.Unmarshal(body, &user) != nil:
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, "{}")
		case r.Method == http.MethodPost && r.URL.Path == "/user":
			users[user.Username] = body
			_, _ = w.Write(body)
		case strings.HasPrefix(r.URL.Path, "/pet/findByStatus"):
			_, _ = io.WriteString(w, `[{"id":1,"name":"doggie","photoUrls":[]},{"id":1,"name":"doggie","photoUrls":[]}]`)
		case users[name] == nil:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, "{}")
		case r.Method == http.MethodPut:
			users[name] = body
			_, _ = w.Write(body)
		case r.Method == http.MethodDelete:
			delete(users, name)
			_, _ = io.WriteString(w, "{}")
		default:
			_, _ = w.Write(users[name])
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// A spec of another API is told in a line what of it can be checked; nobody is
// accused.
func TestASpecOfAnotherAPIIsNotAccused(t *testing.T) {
	spec, s := petstore(t), petstoreServer(t)
	target := sandboxTarget(t, sandbox.Start(t))
	target.BaseURL = s.URL
	var recorded []*contract.Exchange
	suite, err := contract.NewSuite(spec, target, contract.Options{LedgerDir: t.TempDir(), Seed: 1, OnExchange: func(x *contract.Exchange) { recorded = append(recorded, x) }})
	require.NoError(t, err)
	report := suite.Run(t.Context())
	require.Positive(t, report.Summary.Passed)
	for _, f := range report.Findings {
		require.NotEqual(t, contract.Violation, f.Level, f.String())
	}
	require.Contains(t, strings.Join(report.Limits, "\n"), "not of the ONVY Health API")

	replay := spec.Replay(t.Context(), "recorded", func(yield func(*contract.Exchange, error) bool) {
		for _, x := range recorded {
			if !yield(x, nil) {
				return
			}
		}
	}, contract.ReplayOptions{Complete: true})
	require.Positive(t, replay.Summary.Exchanges)
	for _, f := range replay.Findings {
		require.NotEqual(t, contract.Violation, f.Level, f.String())
	}
	require.Equal(t, report.Limits, replay.Limits)
}
