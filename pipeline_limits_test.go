package onvy_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
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
		require.LessOrEqual(t, len(e.Body()), 64<<10)
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
	require.Equal(t, "<html>nginx</html>", string(e.Body()))
	require.Equal(t, "req-7f3a", e.RequestID)
}

func TestRequestIdsThatAreNotIdsAreDropped(t *testing.T) {
	for id, want := range map[string]string{
		"0aB-_.:/=+": "0aB-_.:/=+", "a b": "", "ä": "", "<script>": "", strings.Repeat("x", 128): strings.Repeat("x", 128), strings.Repeat("x", 129): "",
	} {
		c := client(t, &api{users: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Request-Id", id)
			w.WriteHeader(404)
		}}, static)
		_, err := c.Users.Get(t.Context(), "u")
		e, ok := errors.AsType[*onvy.Error](err)
		require.True(t, ok)
		require.Equal(t, want, e.RequestID)
	}
}

func TestErrorsThatWillNotChangeAreNotTriedAgain(t *testing.T) {
	stranger := httptest.NewUnstartedServer(http.NotFoundHandler())
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshake that fails
	stranger.StartTLS()
	t.Cleanup(stranger.Close)
	endless := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write(make([]byte, 11<<20))
	}))
	for base, want := range map[string]string{
		stranger.URL: "onvy: users.get: the certificate of the server: x509.UnknownAuthorityError",
		endless:      "onvy: users.get: too large",
	} {
		requests := 0
		transport := http.DefaultTransport.(*http.Transport).Clone()
		t.Cleanup(transport.CloseIdleConnections)
		c, err := onvy.NewClient(static, onvy.WithBaseURL(base), onvy.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
			requests++
			return transport.RoundTrip(r)
		})))
		require.NoError(t, err)
		_, err = c.Users.Get(t.Context(), "u")
		require.EqualError(t, err, want)
		require.Equal(t, 1, requests)
	}
}

func TestSixtyFourWorkersKeepTheirConnections(t *testing.T) {
	var mu sync.Mutex
	connections := map[string]bool{}
	var wave sync.WaitGroup
	base := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		connections[r.RemoteAddr] = true
		mu.Unlock()
		wave.Done()
		wave.Wait() // all at once
		user(w, "u")
	}))
	c, err := onvy.NewClient(static, onvy.WithBaseURL(base))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	for range 5 {
		wave.Add(64)
		for _, err := range together(64, func(int) error { _, err := c.Users.Get(t.Context(), "u"); return err }) {
			require.NoError(t, err)
		}
	}
	require.Less(t, len(connections), 2*64)
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
