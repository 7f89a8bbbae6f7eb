package onvy_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// chaos is a network between a client and a handler on which things go wrong
// at random: connections are refused and break, in requests and in answers,
// and a gateway in between answers instead of the server or loses patience
// after the server was done. HTTP is spoken by net/http on both sides.
type chaos struct {
	network *http.Transport
	conns   chan net.Conn

	mu  sync.Mutex
	rnd *rand.Rand
}

// connect starts a server of the handler and returns the network to it.
func connect(t *testing.T, h http.Handler, seed uint64) *chaos {
	c := &chaos{conns: make(chan net.Conn), rnd: rand.New(rand.NewPCG(seed, seed))}
	c.network = &http.Transport{
		DialContext:         func(context.Context, string, string) (net.Conn, error) { return c.dial() },
		MaxIdleConnsPerHost: 100,
	}
	srv := &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = srv.Serve(c) }()
	t.Cleanup(func() { _ = srv.Close(); c.network.CloseIdleConnections() })
	return c
}

// one reports whether something happens that happens once in n times.
func (c *chaos) one(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rnd.IntN(n) == 0
}

func (c *chaos) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.one(30) {
		return gateway(http.StatusBadGateway, nil), nil
	}
	if c.one(30) {
		return gateway(http.StatusTooManyRequests, http.Header{"Retry-After": {"1"}}), nil
	}
	resp, err := c.network.RoundTrip(r)
	if err == nil && c.one(30) {
		_ = resp.Body.Close()
		return gateway(http.StatusGatewayTimeout, nil), nil
	}
	return resp, err
}

func gateway(status int, h http.Header) *http.Response {
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader("<html>"))}
}

func (c *chaos) dial() (net.Conn, error) {
	if c.one(10) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	here, there := net.Pipe()
	c.conns <- there
	return &brittle{here, c}, nil
}

// Accept, Close and Addr make it the listener of the server.
func (c *chaos) Accept() (net.Conn, error) {
	conn, ok := <-c.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (c *chaos) Close() error   { close(c.conns); return nil }
func (c *chaos) Addr() net.Addr { return &net.TCPAddr{} }

// brittle is the client's end of a connection, which may break before, within
// and after every write, and before every read.
type brittle struct {
	net.Conn
	chaos *chaos
}

func (b *brittle) Write(p []byte) (int, error) {
	if b.chaos.one(25) {
		n, _ := b.Conn.Write(p[:b.chaos.intn(len(p)+1)])
		_ = b.Conn.Close()
		return n, &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
	}
	return b.Conn.Write(p)
}

func (b *brittle) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	if err == nil && b.chaos.one(25) {
		_ = b.Conn.Close()
		return b.chaos.intn(n + 1), &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return n, err
}

func (c *chaos) intn(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rnd.IntN(n)
}

// TestTenThousandOperationsOverABadConnection runs workers that create, read,
// change, list and delete users of their own, with revoked tokens in between.
// Each remembers what must be there. In the end the server must have that:
// nobody twice, nobody lost, and no error that is not an *Error.
func TestTenThousandOperationsOverABadConnection(t *testing.T) {
	const workers, each, seed = 20, 500, 1
	synctest.Test(t, func(t *testing.T) {
		srv, err := sandbox.New()
		require.NoError(t, err)
		c, err := onvy.NewClient(credentials(srv), onvy.WithBaseURL("http://localhost"), onvy.WithTransport(connect(t, srv.Handler(), seed)))
		require.NoError(t, err)
		kept := make([]map[string]bool, workers) // id: must be there; absent: must not; see unsure
		unsure := make([]map[string]bool, workers)
		failed := make([]int, workers)
		errs := together(workers, func(w int) error {
			kept[w], unsure[w] = map[string]bool{}, map[string]bool{}
			var err error
			failed[w], err = work(t, srv, c, rand.New(rand.NewPCG(seed, uint64(w))), w, each, kept[w], unsure[w])
			return err
		})
		for _, err := range errs {
			require.NoError(t, err)
		}

		good := client(t, srv.Handler(), credentials(srv))
		there := map[string]bool{}
		for user, err := range good.Users.All(t.Context(), &onvy.ListOptions{Limit: 1000}) {
			require.NoError(t, err)
			require.False(t, there[user.ID], "%s is there twice", user.ID)
			there[user.ID] = true
		}
		lost, failures := 0, 0
		for w := range workers {
			failures += failed[w]
			for id := range kept[w] {
				require.True(t, there[id] || unsure[w][id], "%s is lost", id)
				delete(there, id)
			}
			for id := range unsure[w] {
				lost++
				delete(there, id)
			}
		}
		require.Empty(t, there, "deleted users came back")
		require.NotZero(t, failures, "the connection was not bad enough to show anything")
		require.Less(t, failures, workers*each/20, "three attempts should outlive most of it")
		t.Logf("%d operations, %d failed, %d ids of unknown fate, %v requests", workers*each, failures, lost, srv.Requests())
	})
}

// work runs n operations and returns how many failed. Its own error is that
// of a promise that was broken.
func work(t *testing.T, srv *sandbox.Server, c *onvy.Client, rnd *rand.Rand, worker, n int, kept, unsure map[string]bool) (failed int, err error) {
	var mine []string
	for i := range n {
		var err error
		id := ""
		if len(mine) > 0 {
			id = mine[rnd.IntN(len(mine))]
		}
		switch kind := rnd.IntN(10); {
		case kind < 4 || id == "":
			id = fmt.Sprintf("user_%02d_%04d", worker, i)
			_, err = c.Users.Create(t.Context(), onvy.UserCreate{ID: id, Weight: new(rnd.Float64()), Language: new("en")})
			if errors.Is(err, onvy.ErrConflict) {
				return failed, fmt.Errorf("%s is new and was called taken", id)
			}
			if err == nil {
				mine = append(mine, id)
				kept[id] = true
			} else {
				unsure[id] = true
			}
		case kind < 6:
			_, err = c.Users.Get(t.Context(), id)
		case kind < 7:
			_, err = c.Users.Update(t.Context(), id, onvy.UserUpdate{Weight: onvy.Set(rnd.Float64())})
		case kind < 8:
			_, err = c.Users.Replace(t.Context(), id, onvy.UserReplace{Weight: new(rnd.Float64())})
		case kind < 9:
			_, err = c.Users.List(t.Context(), &onvy.ListOptions{Limit: 5})
		default:
			err = c.Users.Delete(t.Context(), id)
			if err == nil {
				delete(kept, id)
			} else {
				unsure[id] = true
			}
			mine = remove(mine, id)
		}
		if i%100 == 99 {
			srv.RevokeTokens()
		}
		if err == nil {
			continue
		}
		failed++
		if _, ok := errors.AsType[*onvy.Error](err); !ok {
			return failed, fmt.Errorf("an error that is not an *Error: %T", err)
		}
		if errors.Is(err, onvy.ErrNotFound) {
			return failed, fmt.Errorf("%s was there and was called unknown", id)
		}
		time.Sleep(time.Second) // as anybody would; a token that cannot be had is remembered for 5 s
	}
	return failed, nil
}

func remove(ids []string, id string) []string {
	for i := range ids {
		if ids[i] == id {
			return append(ids[:i], ids[i+1:]...)
		}
	}
	return ids
}
