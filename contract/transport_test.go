package contract_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// observed is a client whose exchanges are kept.
func observed(t *testing.T) (client *http.Client, seen func() ([]*contract.Exchange, []contract.Finding)) {
	t.Helper()
	spec := loadSpec(t)
	var (
		mu        sync.Mutex
		exchanges []*contract.Exchange
		findings  []contract.Finding
	)
	transport := contract.Observe(spec, nil, func(x *contract.Exchange, f []contract.Finding) {
		mu.Lock()
		defer mu.Unlock()
		exchanges, findings = append(exchanges, x), append(findings, f...)
	})
	return &http.Client{Transport: transport}, func() ([]*contract.Exchange, []contract.Finding) {
		mu.Lock()
		defer mu.Unlock()
		return exchanges, findings
	}
}

func TestTransportFindsNothingInWhatTheClientDoes(t *testing.T) {
	srv := sandbox.Start(t)
	watched, seen := observed(t)
	client, err := onvy.NewClient(onvy.ServerCredentials{
		ProjectID: srv.Project.ID, ClientID: srv.Project.ClientID, ClientSecret: srv.Project.ClientSecret,
	}, onvy.WithBaseURL(srv.URL), onvy.WithTransport(watched.Transport))
	require.NoError(t, err)

	for range 3 {
		_, err = client.Users.Create(t.Context(), onvy.UserCreate{ID: "user_1", Firstname: new("Avery")})
		require.NoError(t, err)
		_, err = client.Users.Update(t.Context(), "user_1", onvy.UserUpdate{Lastname: onvy.Set("Smith")})
		require.NoError(t, err)
		for _, err := range client.Users.All(t.Context(), nil) {
			require.NoError(t, err)
		}
		require.NoError(t, client.Users.Delete(t.Context(), "user_1"))
	}
	exchanges, findings := seen()
	require.Len(t, exchanges, 1+3*4)
	require.Empty(t, findings)
}

func TestTransportSeesWhatADecoderLeavesUnread(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"u","created_at":"2026-03-05T18:10:27Z","updated_at":"2026-03-05T18:10:27Z"} trailing`)
	}))
	defer server.Close()
	client, seen := observed(t)

	req, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/users/u", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer at")
	resp, err := client.Do(req)
	require.NoError(t, err)
	var user map[string]any
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&user))
	require.NoError(t, resp.Body.Close())

	_, findings := seen()
	require.Len(t, findings, 1)
	require.Equal(t, "json/trailing", findings[0].Rule)
}

func TestTransportLeavesOtherPathsAlone(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	}))
	defer server.Close()
	client, seen := observed(t)

	resp, err := client.Post(server.URL+"/elsewhere", "text/plain", strings.NewReader("as it was"))
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "as it was", string(text))
	exchanges, _ := seen()
	require.Empty(t, exchanges)
}

func TestTransportReportsAnExchangeWithoutAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer server.Close()
	client, seen := observed(t)

	resp, err := client.Post(server.URL+"/users", "application/json", strings.NewReader(`{"id":"u"}`))
	if err == nil {
		_ = resp.Body.Close()
	}
	require.Error(t, err)
	exchanges, findings := seen()
	require.Len(t, exchanges, 1)
	require.True(t, errors.Is(exchanges[0].Err, contract.ErrClosed))
	require.Len(t, findings, 1)
	require.Equal(t, "http/closed", findings[0].Rule)
}

// A body that nobody reads is not checked, and is not fetched either.
func TestTransportDoesNotReadWhatTheCallerDoesNotWant(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat(" ", 32<<10)); err != nil {
				return
			}
		}
	}))
	defer server.Close()
	client, seen := observed(t)

	resp, err := client.Get(server.URL + "/users")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	exchanges, _ := seen()
	require.Empty(t, exchanges)
}

// An answer may come before the whole request has been read.
func TestTransportKeepsAnAnswerThatComesBeforeTheRequestIsSent(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		_ = http.NewResponseController(w).Flush()
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	t.Cleanup(server.Close)
	client, seen := observed(t)
	times := 20
	if !needs.Whole(t) {
		times = 5
	}
	for range times {
		body := io.LimitReader(endless{}, 1<<20)
		resp, err := client.Post(server.URL+"/users", "application/json", body)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	exchanges, _ := seen()
	require.Len(t, exchanges, times)
}

// endless is a text without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return min(len(p), 4096), nil
}

// Behind a gateway, the API begins at a path of its own.
func TestASpecAtABaseURLFindsWhatIsBelowIt(t *testing.T) {
	spec := loadSpec(t)
	at, err := spec.At("https://gateway.example/health%20data/")
	require.NoError(t, err)
	x := func(path string) *contract.Exchange {
		return &contract.Exchange{
			Request:  contract.Request{Method: "GET", URL: "https://gateway.example" + path, Header: contract.Header{{Name: "Authorization", Value: "Bearer some-token"}}},
			Response: &contract.Response{Status: 200, Header: contract.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(`{"id":7}`)},
		}
	}
	below, beside := x("/health%20data/users/u1"), x("/users/u1")
	require.True(t, at.Matches(below))
	require.False(t, at.Matches(beside))
	require.False(t, spec.Matches(below))
	require.Contains(t, rulesOf(at.Check(below)), "schema/type")
	require.NotContains(t, rulesOf(at.Check(beside)), "schema/type")

	gone := &contract.Exchange{Request: below.Request, Response: &contract.Response{Status: 204}}
	gone.Request.Method = "DELETE"
	history := contract.WholeHistory(at)
	history.Add(gone)
	found := x("/health%20data/users/u1")
	found.Response.Body = []byte(`{"id":"u1","created_at":"2026-03-05T18:10:27Z","updated_at":"2026-03-05T18:10:27Z"}`)
	require.Contains(t, rulesOf(history.Add(found)), "users/deleted-gone")

	server := sandbox.Start(t)
	front := httptest.NewServer(http.StripPrefix("/health data", server.Handler()))
	t.Cleanup(front.Close)
	var matched int
	client := &http.Client{Transport: contract.Observe(at, nil, func(*contract.Exchange, []contract.Finding) { matched++ })}
	for _, path := range []string{"/health%20data/users", "/users"} {
		resp, err := client.Get(front.URL + path)
		require.NoError(t, err)
		_, err = io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	require.Equal(t, 1, matched)

	_, err = spec.At("://")
	require.ErrorContains(t, err, "cannot be read")
}

// What Content-Encoding says must be true: no client can read the body else.
func TestTransportSaysWhatIsNotOfItsContentCoding(t *testing.T) {
	for name, c := range map[string]struct {
		offers string // by the caller itself; "" leaves it to net/http
		coding string
		body   string
		rules  []string
	}{
		"gzip, taken off by net/http":       {"", "gzip", zipped(user()), []string{}},
		"gzip, for a caller who unpacks it": {"gzip", "gzip", zipped(user()), []string{}},
		"no gzip, for net/http":             {"", "gzip", user(), []string{"http/content-encoding"}},
		"no gzip, for the caller":           {"gzip", "gzip", user(), []string{"http/content-encoding"}},
		"half of it":                        {"gzip", "gzip", zipped(user())[:40], []string{"http/content-encoding"}},
		"a coding that nobody here reads":   {"br", "br", "whatever", []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Content-Encoding", c.coding)
				_, _ = io.WriteString(w, c.body)
			}))
			defer srv.Close()
			client, seen := observed(t)
			req, err := http.NewRequest("GET", srv.URL+"/users/user_123", nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer opaque")
			if c.offers != "" {
				req.Header.Set("Accept-Encoding", c.offers)
			}
			resp, err := client.Do(req)
			require.NoError(t, err)
			_, _ = io.Copy(io.Discard, resp.Body)
			require.NoError(t, resp.Body.Close())
			_, findings := seen()
			rules := rulesOf(findings)
			if c.coding == "br" {
				rules = slices.DeleteFunc(rules, func(id string) bool { return strings.HasPrefix(id, "json/") })
			}
			require.ElementsMatch(t, c.rules, rules, "%v", findings)
		})
	}
}

func zipped(text string) string {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, _ = io.WriteString(zip, text)
	_ = zip.Close()
	return b.String()
}
