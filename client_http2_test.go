package onvy_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

// A connection of HTTP/2 that a firewall has forgotten swallows all requests;
// without pings it would be used again and again.
func TestConnectionThatDiedInSilenceIsLeftForANewOne(t *testing.T) {
	after, timeout := onvy.Pings()
	require.Positive(t, after)
	require.LessOrEqual(t, after+timeout, 15*time.Second, "half of an attempt")

	var versions sync.Map
	a := &api{users: func(w http.ResponseWriter, r *http.Request) { versions.Store(r.Proto, true); user(w, "u") }}
	srv := httptest.NewUnstartedServer(a)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	hole := dig(t, srv.Listener.Addr().String())

	transport := onvy.TransportForTests(func(t *http.Transport) {
		roots := x509.NewCertPool()
		roots.AddCert(srv.Certificate())
		t.TLSClientConfig = &tls.Config{RootCAs: roots}
	}, 50*time.Millisecond, 50*time.Millisecond)
	c, err := onvy.NewClient(static, onvy.WithBaseURL("https://"+hole.addr), onvy.WithTransport(transport))
	require.NoError(t, err)
	_, err = c.Users.Get(t.Context(), "u")
	require.NoError(t, err)
	_, http2 := versions.Load("HTTP/2.0")
	require.True(t, http2)

	hole.swallow.Store(true) // what is open now, not what comes
	_, err = c.Users.Get(within(t, 20*time.Second), "u")
	require.NoError(t, err, "the next attempt has another connection")
	require.Equal(t, int32(2), hole.connections.Load())
}

// hole is a TCP proxy whose old connections may go silent.
type hole struct {
	addr        string
	swallow     atomic.Bool
	connections atomic.Int32
}

func dig(t *testing.T, to string) *hole {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	h := &hole{addr: l.Addr().String()}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				return
			}
			old := h.connections.Add(1) == 1
			for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
				go func() {
					defer way[1].Close()
					buf := make([]byte, 32<<10)
					for {
						n, err := way[0].Read(buf)
						if err != nil {
							return
						}
						if old && h.swallow.Load() {
							continue
						}
						if _, err := way[1].Write(buf[:n]); err != nil {
							return
						}
					}
				}()
			}
		}
	}()
	return h
}
