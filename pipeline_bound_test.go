package onvy_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// net/http hands over the connection as the body of a 101, and that knows no
// deadline.
func TestSwitchingProtocolsHoldsNobody(t *testing.T) {
	hold := make(chan struct{})
	upgrade := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: odd\r\n\r\n")
		_ = rw.Flush()
		<-hold
	})
	odd := true
	a := &api{}
	srv := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if odd {
			upgrade(w, r)
			return
		}
		a.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { close(hold) })
	for name, creds := range map[string]onvy.Credentials{"at the API": static, "at the token endpoint": server} {
		t.Run(name, func(t *testing.T) {
			odd = true
			c, err := onvy.NewClient(creds, onvy.WithBaseURL(srv))
			require.NoError(t, err)
			_, err = c.Users.Get(within(t, 30*time.Second), "u")
			require.ErrorContains(t, err, "101")
			odd = false
			_, err = c.Users.Get(within(t, 30*time.Second), "u")
			if name == "at the API" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "101", "remembered for 5 s, as any refusal")
		})
	}
}

// deaf ignores the context of its requests.
type deaf struct{ end chan struct{} }

func (d deaf) RoundTrip(*http.Request) (*http.Response, error) {
	<-d.end
	return nil, io.ErrUnexpectedEOF
}

// mute answers, and its bodies ignore the context too.
type mute struct{ end chan struct{} }

func (m mute) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 503, Header: http.Header{}, Body: m, Request: r}, nil
}
func (m mute) Read([]byte) (int, error) { <-m.end; return 0, io.EOF }
func (m mute) Close() error             { return nil }

func TestTransportThatIgnoresItsContextHoldsNobody(t *testing.T) {
	for name, make := range map[string]func(chan struct{}) http.RoundTripper{
		"no answer":        func(end chan struct{}) http.RoundTripper { return deaf{end} },
		"no end of a body": func(end chan struct{}) http.RoundTripper { return mute{end} },
	} {
		for _, creds := range []onvy.Credentials{static, server} {
			synctest.Test(t, func(t *testing.T) {
				end := newEnd()
				defer close(end)
				c, err := onvy.NewClient(creds, onvy.WithTransport(make(end)), onvy.WithMaxAttempts(1))
				require.NoError(t, err)
				started := time.Now()
				_, err = c.Users.Get(within(t, 200*time.Millisecond), "u")
				require.ErrorIs(t, err, context.DeadlineExceeded, name)
				require.Equal(t, 200*time.Millisecond, time.Since(started))
				started = time.Now()
				_, err = c.Users.Get(t.Context(), "u")
				require.ErrorIs(t, err, context.DeadlineExceeded, name)
				require.LessOrEqual(t, time.Since(started), 61*time.Second, "the attempt timeout holds without a deadline")
				time.Sleep(time.Minute) // the token request has ended too
			})
		}
	}
}

func newEnd() chan struct{} { return make(chan struct{}) }

func TestTransportThatPanicsPanicsInTheCaller(t *testing.T) {
	c, err := onvy.NewClient(static, onvy.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) { panic("bug") })))
	require.NoError(t, err)
	require.PanicsWithValue(t, "bug", func() { _, _ = c.Users.Get(t.Context(), "u") })
}

func TestTransportThatPanicsInATokenRequestIsAnError(t *testing.T) {
	c, err := onvy.NewClient(server, onvy.WithTransport(roundTripper(func(*http.Request) (*http.Response, error) { panic("bug " + canary) })))
	require.NoError(t, err)
	_, err = c.Users.Get(t.Context(), "u")
	require.ErrorContains(t, err, "auth.server: panic (string)")
	require.NotContains(t, err.Error(), canary)
}

func TestFirstDayMistakesAreNamed(t *testing.T) {
	plain := listen(t, &api{})
	c, err := onvy.NewClient(static, onvy.WithBaseURL(strings.Replace(plain, "http://", "https://", 1)))
	require.NoError(t, err)
	_, err = c.Users.Get(t.Context(), "u")
	require.EqualError(t, err, "onvy: users.get: the server does not speak TLS on this port")
}
