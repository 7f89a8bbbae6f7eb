package contract_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// observed is a client whose exchanges are kept.
func observed(t *testing.T) (client *http.Client, seen func() ([]*contract.Exchange, []contract.Finding)) {
	t.Helper()
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
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
