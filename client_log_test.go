package onvy_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// logger returns a logger and a function that returns what was logged.
func logger(t *testing.T, level slog.Level) (*slog.Logger, func() []map[string]any) {
	var b bytes.Buffer
	return slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{Level: level})), func() (lines []map[string]any) {
		for line := range bytes.Lines(b.Bytes()) {
			var v map[string]any
			require.NoError(t, json.Unmarshal(line, &v))
			lines = append(lines, v)
		}
		b.Reset()
		return lines
	}
}

func TestLoggerHasOneLineForEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, lines := logger(t, slog.LevelDebug)
		srv, err := sandbox.New()
		require.NoError(t, err)
		c := client(t, srv.Handler(), credentials(srv), onvy.WithLogger(log))
		srv.Trouble(sandbox.Trouble{Operation: "getUser", Status: 503}, sandbox.Trouble{Operation: "getUser", Lose: sandbox.LoseRequest})
		_, err = c.Users.Get(t.Context(), "nobody")
		require.ErrorIs(t, err, onvy.ErrNotFound)
		var got []map[string]any
		for _, line := range lines() {
			require.Equal(t, "DEBUG", line["level"])
			require.Equal(t, "onvy request", line["msg"])
			require.Contains(t, line, "duration")
			for _, key := range []string{"time", "level", "msg", "duration"} {
				delete(line, key)
			}
			got = append(got, line)
		}
		require.Equal(t, []map[string]any{
			{"operation": "auth.server", "method": "POST", "route": "/v1/projects/{project_id}/auth/server", "attempt": 1.0, "status": 200.0},
			{"operation": "users.get", "method": "GET", "route": "/users/{user_id}", "attempt": 1.0, "status": 503.0},
			{"operation": "users.get", "method": "GET", "route": "/users/{user_id}", "attempt": 2.0, "error": "unexpected EOF"},
			{"operation": "users.get", "method": "GET", "route": "/users/{user_id}", "attempt": 3.0, "status": 404.0},
		}, got)
	})
}

func TestLogHasNoIdNoPageTokenNoSecretAndNoBody(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a := &api{users: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "req-1")
		w.WriteHeader(400)
		_, _ = w.Write([]byte(`{"error":"` + canary + `"}`))
	}}
	creds := onvy.ServerCredentials{ProjectID: canary, ClientID: canary, ClientSecret: onvy.NewSecret(canary)}
	c := client(t, a, creds, onvy.WithLogger(log))
	_, err := c.Users.Get(t.Context(), canary)
	require.Error(t, err)
	_, err = c.Users.List(t.Context(), &onvy.ListOptions{Page: canary})
	require.Error(t, err)
	require.NotContains(t, b.String(), canary)
	require.Contains(t, b.String(), "request_id=req-1")
}

func TestLoggerAboveDebugIsSilent(t *testing.T) {
	log, lines := logger(t, slog.LevelInfo)
	_, err := client(t, &api{}, server, onvy.WithLogger(log)).Users.Get(t.Context(), "u")
	require.NoError(t, err)
	require.Empty(t, lines())
}

func TestTransportSeesTheOperation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		require.Empty(t, onvy.Operation(t.Context()))
		srv, err := sandbox.New()
		require.NoError(t, err)
		var seen []string
		c, err := onvy.NewClient(credentials(srv), onvy.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
			seen = append(seen, onvy.Operation(r.Context()))
			return memory{srv.Handler()}.RoundTrip(r)
		})))
		require.NoError(t, err)
		want := []string{"auth.server"}
		for _, op := range slices.Backward(operations) {
			_ = op.call(t.Context(), c)
			want = append(want, op.name)
		}
		require.Equal(t, want, seen)
	})
}
