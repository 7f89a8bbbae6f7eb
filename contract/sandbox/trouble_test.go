package sandbox_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// ask sends a request that may meet any answer, or none.
func (c *caller) ask(method, path, body string) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.URL+path, strings.NewReader(body))
	require.NoError(c.t, err)
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	transport := &http.Transport{} // a connection of its own: net/http repeats a GET on one that was used before
	defer transport.CloseIdleConnections()
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp, string(text), err
}

func TestTroubleMeetsTheNextRequestsOfItsOperation(t *testing.T) {
	c := start(t)
	c.create("a")
	c.srv.Trouble(sandbox.Trouble{Operation: "getUser", Times: 2, Status: 503, RetryAfter: "7"})
	require.Equal(t, 200, c.do("GET", "/users", "").Status)
	for range 2 {
		resp, text, err := c.ask("GET", "/users/a", "")
		require.NoError(t, err)
		require.Equal(t, 503, resp.StatusCode)
		require.Equal(t, "7", resp.Header.Get("Retry-After"))
		require.JSONEq(t, `{"error":"trouble","message":"as ordered"}`, text)
	}
	require.Equal(t, 200, c.do("GET", "/users/a", "").Status)
	require.Equal(t, 3, c.srv.Requests()["getUser"])
}

func TestTroubleByDefaultIsOne500(t *testing.T) {
	c := start(t)
	c.srv.Trouble(sandbox.Trouble{})
	resp, _, err := c.ask("GET", "/users", "")
	require.NoError(t, err)
	require.Equal(t, 500, resp.StatusCode)
	require.Equal(t, 200, c.do("GET", "/users", "").Status)
}

func TestTroubleWithoutEndLastsUntilCalm(t *testing.T) {
	c := start(t)
	c.srv.Trouble(sandbox.Trouble{Times: -1, Status: 429})
	for range 5 {
		require.Equal(t, 429, c.do("GET", "/users", "").Status)
	}
	c.srv.Calm()
	require.Equal(t, 200, c.do("GET", "/users", "").Status)
}

func TestTroubleIsAsDocumentedForItsStatus(t *testing.T) {
	c := start(t)
	for _, status := range []int{400, 401, 403, 429} {
		c.srv.Trouble(sandbox.Trouble{Times: 2, Status: status})
		require.Equal(t, status, c.do("GET", "/users/a", "").Status)
		require.Equal(t, status, c.serverToken("").Status)
	}
}

func TestTroubleCanBeAnHTMLPage(t *testing.T) {
	c := start(t)
	c.srv.Trouble(sandbox.Trouble{Status: 502, HTML: true})
	resp, text, err := c.ask("GET", "/users", "")
	require.NoError(t, err)
	require.Equal(t, 502, resp.StatusCode)
	require.Equal(t, "text/html; charset=utf-8", resp.Header.Get("Content-Type"))
	require.Contains(t, text, "<h1>Bad Gateway</h1>")
}

func TestLostAnswerLeavesTheUserCreated(t *testing.T) {
	c := start(t)
	c.srv.Trouble(sandbox.Trouble{Operation: "createUser", Lose: sandbox.LoseAnswer})
	_, _, err := c.ask("POST", "/users", `{"id":"a"}`)
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, 200, c.do("GET", "/users/a", "").Status)
}

func TestLostRequestLeavesNothing(t *testing.T) {
	c := start(t)
	c.srv.Trouble(sandbox.Trouble{Operation: "createUser", Lose: sandbox.LoseRequest})
	_, _, err := c.ask("POST", "/users", `{"id":"a"}`)
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, 404, c.do("GET", "/users/a", "").Status)
}

func TestDelayComesBeforeAllElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv, err := sandbox.New()
		require.NoError(t, err)
		srv.Trouble(sandbox.Trouble{Delay: time.Hour}, sandbox.Trouble{Delay: time.Minute, Status: 500})
		for _, want := range []struct {
			status int
			delay  time.Duration
		}{{401, time.Hour}, {500, time.Minute}, {401, 0}} {
			begin := time.Now()
			w := &recorder{header: make(http.Header)}
			srv.Handler().ServeHTTP(w, newRequest(t, "GET", "/users"))
			require.Equal(t, want.status, w.status)
			require.Equal(t, want.delay, time.Since(begin))
		}
	})
}

func newRequest(t *testing.T, method, target string) *http.Request {
	req, err := http.NewRequestWithContext(t.Context(), method, target, http.NoBody)
	require.NoError(t, err)
	return req
}

// recorder is the least that a handler needs to write to.
type recorder struct {
	header http.Header
	status int
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return len(p), nil }
