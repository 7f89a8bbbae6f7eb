package onvy_test

import (
	"errors"
	"fmt"
	"io"
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

// chaos is a connection on which one request in four meets some trouble: it
// is not sent, not answered, answered by somebody in between, or cut.
type chaos struct {
	http.RoundTripper
	mu  sync.Mutex
	rnd *rand.Rand
}

func (c *chaos) roll(n int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rnd.IntN(n)
}

func (c *chaos) RoundTrip(r *http.Request) (*http.Response, error) {
	switch c.roll(28) {
	case 0:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case 1:
		return nil, &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}
	case 2:
		return page502(http.StatusBadGateway, ""), nil
	case 3:
		return page502(http.StatusTooManyRequests, "1"), nil
	case 4: // carried out, and the answer is lost
		resp, err := c.RoundTripper.RoundTrip(r)
		if err == nil {
			_ = resp.Body.Close()
		}
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	case 5: // carried out, and somebody in between lost patience
		resp, err := c.RoundTripper.RoundTrip(r)
		if err == nil {
			_ = resp.Body.Close()
		}
		return page502(http.StatusGatewayTimeout, ""), nil
	case 6: // carried out, and the answer is cut
		resp, err := c.RoundTripper.RoundTrip(r)
		if err == nil && resp.StatusCode/100 == 2 {
			resp.Body = io.NopCloser(&cut{`{"id":`})
		}
		return resp, err
	}
	return c.RoundTripper.RoundTrip(r)
}

func page502(status int, retryAfter string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("<html>"))}
	if retryAfter != "" {
		resp.Header.Set("Retry-After", retryAfter)
	}
	return resp
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
		bad := &chaos{RoundTripper: memory{srv.Handler()}, rnd: rand.New(rand.NewPCG(seed, seed))}
		c, err := onvy.NewClient(credentials(srv), onvy.WithTransport(bad))
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
