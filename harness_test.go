package onvy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// memory is a transport that calls a handler instead of a network: inside a
// synctest bubble time then passes only when everybody waits. A handler that
// panics is a connection that breaks.
type memory struct{ http.Handler }

func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	served := r.Clone(r.Context())
	served.RequestURI, served.Host = r.URL.RequestURI(), r.URL.Host
	if served.Body == nil {
		served.Body = http.NoBody
	}
	answer := make(chan *http.Response, 1)
	go func() {
		defer close(answer)
		defer func() { _ = recover() }()
		w := httptest.NewRecorder()
		m.ServeHTTP(w, served)
		answer <- w.Result()
	}()
	select {
	case resp := <-answer:
		if resp == nil {
			return nil, io.ErrUnexpectedEOF
		}
		return resp, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// api is a server of a test's own: tokens that live for 900 s, and a function
// for all that needs one. It counts both.
type api struct {
	token func(w http.ResponseWriter, r *http.Request) // nil: a new token each time
	users http.HandlerFunc

	mu     sync.Mutex
	tokens int
	calls  int
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/oauth/token" || len(r.URL.Path) > 3 && r.URL.Path[:3] == "/v1" {
		a.mu.Lock()
		a.tokens++
		n := a.tokens
		a.mu.Unlock()
		if a.token != nil {
			a.token(w, r)
			return
		}
		grant(w, fmt.Sprintf("token-%d", n), 900)
		return
	}
	a.mu.Lock()
	a.calls++
	a.mu.Unlock()
	if a.users == nil {
		user(w, "u")
		return
	}
	a.users(w, r)
}

// counts returns how many requests for tokens and for users there were.
func (a *api) counts() (tokens, calls int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.tokens, a.calls
}

func grant(w http.ResponseWriter, token string, seconds int64) {
	fmt.Fprintf(w, `{"access_token":%q,"token_type":"Bearer","expires_in":%d}`, token, seconds)
}

func user(w http.ResponseWriter, id string) {
	text, _ := json.Marshal(id)
	fmt.Fprintf(w, `{"id":%s,"created_at":"2026-03-05T18:10:27Z","updated_at":"2026-03-05T18:10:27Z"}`, text)
}

// idOf is the id of the user that a request is about.
func idOf(r *http.Request) string {
	return r.URL.Path[strings.Index(r.URL.Path, "/users/")+len("/users/"):]
}

// hang waits for as long as the client does.
func hang(r *http.Request) { <-r.Context().Done() }

var server = onvy.ServerCredentials{ProjectID: "proj_1", ClientID: "server", ClientSecret: onvy.NewSecret("secret")}

// client returns a client of a handler, without a network.
func client(t testing.TB, h http.Handler, creds onvy.Credentials, opts ...onvy.Option) *onvy.Client {
	t.Helper()
	c, err := onvy.NewClient(creds, append([]onvy.Option{onvy.WithTransport(memory{h})}, opts...)...)
	require.NoError(t, err)
	return c
}

// sandboxed starts a sandbox and returns a client of it, over real HTTP.
func sandboxed(t testing.TB, opts ...onvy.Option) (*sandbox.Server, *onvy.Client) {
	t.Helper()
	srv := sandbox.Start(t)
	c, err := onvy.NewClient(credentials(srv), append([]onvy.Option{onvy.WithBaseURL(srv.URL)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	return srv, c
}

func credentials(srv *sandbox.Server) onvy.ServerCredentials {
	return onvy.ServerCredentials{
		ProjectID: srv.Project.ID, ClientID: srv.Project.ClientID, ClientSecret: srv.Project.ClientSecret,
	}
}

// static is for tests that are not about tokens.
var static = onvy.StaticToken{AccessToken: onvy.NewSecret("token")}

// together runs n callers at once and returns their errors.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = call(i) })
	}
	wg.Wait()
	return errs
}

// within is t.Context with a deadline.
func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// raw listens, answers each connection with the same bytes and closes it. It
// returns its base URL.
func raw(t testing.TB, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}()
	return "http://" + l.Addr().String()
}

// listen serves a handler over real HTTP and returns its base URL.
func listen(t testing.TB, h http.Handler) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}
