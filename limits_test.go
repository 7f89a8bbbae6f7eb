package onvy_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// endless is a body of n bytes that counts what is read of it.
type endless struct{ left, read int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.left)
	for i := range p[:n] {
		p[i] = ' '
	}
	e.left -= n
	e.read += n
	return int(n), nil
}

// bodies answers every request with a status and an endless body.
func bodies(t *testing.T, status int, size, length int64) (*onvy.Client, *endless) {
	body := &endless{left: size}
	c, err := onvy.NewClient(static, onvy.WithMaxAttempts(1), onvy.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, ContentLength: length, Body: io.NopCloser(body)}, nil
	})))
	require.NoError(t, err)
	return c, body
}

func TestErrorPageOfOneGiBCostsTheLimit(t *testing.T) {
	for _, length := range []int64{-1, 1 << 30} {
		c, body := bodies(t, 502, 1<<30, length)
		_, err := c.Users.Get(t.Context(), "u")
		e, ok := errors.AsType[*onvy.Error](err)
		require.True(t, ok)
		require.Equal(t, 502, e.StatusCode, "the status is kept")
		require.LessOrEqual(t, len(e.Body), 64<<10)
		require.LessOrEqual(t, body.read, int64(64<<10)+1)
	}
}

func TestAnswerBeyondTenMiBIsTooLarge(t *testing.T) {
	for _, length := range []int64{-1, 1 << 30} {
		c, body := bodies(t, 200, 1<<30, length)
		_, err := c.Users.List(t.Context(), nil)
		require.ErrorIs(t, err, onvy.ErrTooLarge)
		require.LessOrEqual(t, body.read, int64(10<<20)+1)
	}
}

func TestAnswerOfTenMiBIsRead(t *testing.T) {
	c, _ := bodies(t, 200, 10<<20, -1)
	_, err := c.Users.List(t.Context(), nil)
	require.NotErrorIs(t, err, onvy.ErrTooLarge)
	require.ErrorContains(t, err, "not the JSON")
}

func TestBodyThatNeverEndsIsGivenUpWithTheAttempt(t *testing.T) {
	base := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"id":`)
		w.(http.Flusher).Flush()
		hang(r)
	}))
	c, err := onvy.NewClient(static, onvy.WithBaseURL(base), onvy.WithMaxAttempts(1), onvy.WithAttemptTimeout(50*time.Millisecond))
	require.NoError(t, err)
	_, err = c.Users.Get(t.Context(), "u")
	require.EqualError(t, err, "onvy: users.get: no answer within 50ms")

	_, err = c.Users.Get(within(t, 20*time.Millisecond), "u")
	require.EqualError(t, err, "onvy: users.get: context deadline exceeded")
}

func TestTokenNeverFollowsARedirect(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s was followed, Authorization %v", r.Method, r.URL, r.Header["Authorization"] != nil)
	}))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL+"/users/u", status)
		}))
		t.Cleanup(here.Close)
		for _, creds := range []onvy.Credentials{static, server} { // an operation, and a token request
			c, err := onvy.NewClient(creds, onvy.WithBaseURL(here.URL))
			require.NoError(t, err)
			t.Cleanup(c.CloseIdleConnections)
			for _, op := range operations {
				err := op.call(t.Context(), c)
				e, ok := errors.AsType[*onvy.Error](err)
				require.True(t, ok)
				require.Equal(t, status, e.StatusCode)
				require.NotContains(t, err.Error(), elsewhere.URL)
			}
		}
	}
}

func TestErrorPageThatIsNotJSONKeepsItsStatus(t *testing.T) {
	c := client(t, &api{users: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("X-Request-Id", "req-7f3a")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "<html>nginx</html>")
	}}, static, onvy.WithMaxAttempts(1))
	_, err := c.Users.Get(t.Context(), "u")
	require.EqualError(t, err, "onvy: users.get: 502 Bad Gateway, request req-7f3a")
	e, _ := errors.AsType[*onvy.Error](err)
	require.Equal(t, "<html>nginx</html>", string(e.Body))
	require.Equal(t, "req-7f3a", e.RequestID)
}

func TestTransportThatGivesNothingIsAnError(t *testing.T) {
	for _, resp := range []*http.Response{nil, {StatusCode: 200}} {
		c, err := onvy.NewClient(static, onvy.WithMaxAttempts(1), onvy.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) {
			return resp, nil
		})))
		require.NoError(t, err)
		_, err = c.Users.Get(t.Context(), "u")
		require.Error(t, err)
	}
}
