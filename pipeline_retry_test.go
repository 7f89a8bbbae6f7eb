package onvy_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// operations is every operation on users, as a caller has it.
var operations = []struct {
	name string
	id   string // as the contract calls it
	call func(context.Context, *onvy.Client) error
}{
	{"users.create", "createUser", func(ctx context.Context, c *onvy.Client) error {
		_, err := c.Users.Create(ctx, onvy.UserCreate{ID: "new"})
		return err
	}},
	{"users.get", "getUser", func(ctx context.Context, c *onvy.Client) error { _, err := c.Users.Get(ctx, "u"); return err }},
	{"users.replace", "updateUserPut", func(ctx context.Context, c *onvy.Client) error {
		_, err := c.Users.Replace(ctx, "u", onvy.UserReplace{Firstname: new("Avery")})
		return err
	}},
	{"users.update", "updateUserPatch", func(ctx context.Context, c *onvy.Client) error {
		_, err := c.Users.Update(ctx, "u", onvy.UserUpdate{Firstname: onvy.Set("Avery")})
		return err
	}},
	{"users.delete", "deleteUser", func(ctx context.Context, c *onvy.Client) error { return c.Users.Delete(ctx, "u") }},
	{"users.list", "listUsers", func(ctx context.Context, c *onvy.Client) error { _, err := c.Users.List(ctx, nil); return err }},
}

// troubled returns a sandbox in memory that has the user "u", and its client.
func troubled(t *testing.T, opts ...onvy.Option) (*sandbox.Server, *onvy.Client) {
	t.Helper()
	srv, err := sandbox.New()
	require.NoError(t, err)
	c := client(t, srv.Handler(), credentials(srv), opts...)
	_, err = c.Users.Create(t.Context(), onvy.UserCreate{ID: "u"})
	require.NoError(t, err)
	return srv, c
}

func TestEveryOperationOutlivesTwoServerErrors(t *testing.T) {
	for _, op := range operations {
		for _, status := range []int{408, 429, 500, 502, 503, 504} {
			t.Run(op.name+" "+http.StatusText(status), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv, c := troubled(t)
					before := srv.Requests()[op.id]
					srv.Trouble(sandbox.Trouble{Operation: op.id, Status: status, Times: 2})
					require.NoError(t, op.call(t.Context(), c))
					require.Equal(t, 3, srv.Requests()[op.id]-before)
				})
			})
		}
	}
}

func TestEveryOperationOutlivesALostRequestAndALostAnswer(t *testing.T) {
	for _, op := range operations {
		for name, lose := range map[string]sandbox.Loss{"request": sandbox.LoseRequest, "answer": sandbox.LoseAnswer} {
			t.Run(op.name+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					srv, c := troubled(t)
					srv.Trouble(sandbox.Trouble{Operation: op.id, Lose: lose})
					require.NoError(t, op.call(t.Context(), c))
				})
			})
		}
	}
}

func TestThreeRequestsAreAllAndTheErrorIsTheLast(t *testing.T) {
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				srv, c := troubled(t)
				before := srv.Requests()[op.id]
				srv.Trouble(sandbox.Trouble{Operation: op.id, Status: 500, Times: 2}, sandbox.Trouble{Operation: op.id, Status: 503, Times: -1})
				err := op.call(t.Context(), c)
				e, ok := errors.AsType[*onvy.Error](err)
				require.True(t, ok)
				require.Equal(t, op.name, e.Operation)
				require.Equal(t, 503, e.StatusCode)
				require.Equal(t, 3, e.Attempts)
				require.Equal(t, 3, srv.Requests()[op.id]-before)
			})
		})
	}
}

func TestStatusesThatWillNotChangeAreNotTriedAgain(t *testing.T) {
	for _, status := range []int{301, 304, 307, 400, 402, 403, 404, 405, 409, 410, 413, 415, 422, 451, 501, 505} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			a := &api{users: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }}
			c := client(t, a, static)
			for _, op := range operations {
				_, before := a.counts()
				e, ok := errors.AsType[*onvy.Error](op.call(t.Context(), c))
				require.True(t, ok, op.name)
				require.Equal(t, status, e.StatusCode, op.name)
				_, after := a.counts()
				require.Equal(t, 1, after-before, op.name)
			}
		})
	}
}

func TestMaxAttemptsOneSendsOneRequest(t *testing.T) {
	for _, status := range []int{401, 500} {
		a := &api{users: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) }}
		_, err := client(t, a, server, onvy.WithMaxAttempts(1)).Users.Get(t.Context(), "u")
		require.Error(t, err)
		_, calls := a.counts()
		require.Equal(t, 1, calls)
	}
}

func TestTokenRequestsAreRepeatedOnlyWhereThatIsSafe(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	reset := &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	user := onvy.UserCredentials{ProjectID: "p", ClientID: "sdk", RefreshToken: onvy.NewSecret("rt")}
	oauthUser, oauthServer := user, server
	oauthUser.Canonical, oauthServer.Canonical = true, true
	for name, test := range map[string]struct {
		creds    onvy.Credentials
		err      error
		status   int
		requests int
	}{
		"server, not sent":           {server, dial, 0, 3},
		"server, perhaps sent":       {server, reset, 0, 3}, // a second token harms nobody
		"server, 503":                {server, nil, 503, 3},
		"server, canonical, 503":     {oauthServer, nil, 503, 3},
		"refresh, not sent":          {user, dial, 0, 3},
		"refresh, perhaps sent":      {user, reset, 0, 1}, // it may be used up
		"refresh, cut":               {user, io.ErrUnexpectedEOF, 0, 1},
		"refresh, 503":               {user, nil, 503, 1},
		"refresh, refused for now":   {user, nil, 429, 3},
		"refresh, canonical, cut":    {oauthUser, reset, 0, 1},
		"refresh, canonical, 500":    {oauthUser, nil, 500, 1},
		"refresh, canonical, no net": {oauthUser, dial, 0, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				c, err := onvy.NewClient(test.creds, onvy.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
					requests++
					if test.err != nil {
						return nil, test.err
					}
					return &http.Response{StatusCode: test.status, Body: http.NoBody}, nil
				})))
				require.NoError(t, err)
				_, err = c.Users.Get(t.Context(), "u")
				require.Error(t, err)
				require.Equal(t, test.requests, requests)
			})
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestRepeatedRequestHasTheWholeBodyAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		a := &api{users: func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			bodies = append(bodies, string(body))
			w.WriteHeader(http.StatusBadGateway)
		}}
		_, err := client(t, a, static).Users.Create(t.Context(), onvy.UserCreate{ID: "u"})
		require.Error(t, err)
		require.Equal(t, []string{`{"id":"u"}`, `{"id":"u"}`, `{"id":"u"}`}, bodies)
	})
}

func TestWaitsGrowAndAreNotTheSameForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := map[time.Duration]bool{}
		for range 20 {
			var times []time.Time
			a := &api{users: func(w http.ResponseWriter, r *http.Request) {
				times = append(times, time.Now())
				w.WriteHeader(http.StatusServiceUnavailable)
			}}
			_, err := client(t, a, static, onvy.WithMaxAttempts(10)).Users.Get(t.Context(), "u")
			require.Error(t, err)
			require.Len(t, times, 10)
			for i, longest := range []time.Duration{200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000} {
				wait := times[i+1].Sub(times[i])
				require.LessOrEqual(t, wait, longest*time.Millisecond)
				require.GreaterOrEqual(t, wait, longest*time.Millisecond/2)
			}
			seen[times[1].Sub(times[0])] = true
		}
		require.Greater(t, len(seen), 10)
	})
}

func TestRetryAfterIsWaitedFor(t *testing.T) {
	date := time.Date(2026, 3, 5, 18, 10, 27, 0, time.UTC)
	for name, header := range map[string]http.Header{
		"seconds":                        {"Retry-After": {"7"}},
		"a date, from the server's Date": {"Retry-After": {date.Add(7 * time.Second).Format(http.TimeFormat)}, "Date": {date.Format(http.TimeFormat)}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{}
				a.users = func(w http.ResponseWriter, r *http.Request) {
					if _, calls := a.counts(); calls > 1 {
						user(w, "u")
						return
					}
					for name, values := range header {
						w.Header()[name] = values
					}
					w.WriteHeader(http.StatusServiceUnavailable)
				}
				started := time.Now()
				_, err := client(t, a, static).Users.Get(t.Context(), "u")
				require.NoError(t, err)
				require.Equal(t, 7*time.Second, time.Since(started))
			})
		})
	}
}

func TestRetryAfterBeyondPatienceReturnsAtOnce(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"86400":                         24 * time.Hour,
		"21":                            21 * time.Second,
		"99999999999999999999":          1<<63 - 1,
		"9223372036854775807":           1<<63 - 1,
		"Fri, 31 Dec 9999 23:59:59 GMT": 1<<63 - 1,
	} {
		t.Run(value, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{users: func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Retry-After", value)
					w.WriteHeader(http.StatusTooManyRequests)
				}}
				started := time.Now()
				_, err := client(t, a, static).Users.Get(t.Context(), "u")
				require.ErrorIs(t, err, onvy.ErrRateLimited)
				require.Zero(t, time.Since(started))
				e, _ := errors.AsType[*onvy.Error](err)
				require.Equal(t, want, e.RetryAfter)
				require.Equal(t, 1, e.Attempts)
			})
		})
	}
}

func TestRetryAfterThatMakesNoSenseIsNone(t *testing.T) {
	for _, value := range []string{"-5", "soon", "1.5", "Thu, 05 Mar 1999 18:10:27 GMT"} {
		t.Run(value, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{users: func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Retry-After", value)
					w.WriteHeader(http.StatusTooManyRequests)
				}}
				_, err := client(t, a, static).Users.Get(t.Context(), "u")
				e, ok := errors.AsType[*onvy.Error](err)
				require.True(t, ok)
				require.Zero(t, e.RetryAfter)
				require.Equal(t, 3, e.Attempts)
			})
		})
	}
}

func TestWaitThatWouldOutlastTheDeadlineIsNotBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{users: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "10")
			w.WriteHeader(http.StatusServiceUnavailable)
		}}
		started := time.Now()
		_, err := client(t, a, static).Users.Get(within(t, 9*time.Second), "u")
		e, ok := errors.AsType[*onvy.Error](err)
		require.True(t, ok)
		require.Equal(t, 503, e.StatusCode, "the answer says more than the deadline")
		require.Equal(t, 10*time.Second, e.RetryAfter)
		require.Zero(t, time.Since(started))
	})
}

func TestCancelEndsAWaitAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{users: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "10")
			w.WriteHeader(http.StatusServiceUnavailable)
		}}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		started := time.Now()
		_, err := client(t, a, static).Users.Get(ctx, "u")
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, time.Second, time.Since(started))
	})
}

func TestHangingRequestIsGivenUpAfterThirtySecondsAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{}
		a.users = func(w http.ResponseWriter, r *http.Request) {
			if _, calls := a.counts(); calls < 3 {
				hang(r)
			}
			user(w, "u")
		}
		c := client(t, a, static)
		started := time.Now()
		_, err := c.Users.Get(t.Context(), "u")
		require.NoError(t, err)
		require.InDelta(t, 60.5, time.Since(started).Seconds(), 0.5)

		a.users = func(w http.ResponseWriter, r *http.Request) { hang(r) }
		_, err = c.Users.Get(t.Context(), "u")
		require.EqualError(t, err, "onvy: users.get: no answer within 30s, 3 attempts")
		e, _ := errors.AsType[*onvy.Error](err)
		require.True(t, e.Timeout())
	})
}

func TestAnswerThatIsCutIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		c, err := onvy.NewClient(static, onvy.WithTransport(roundTripper(func(r *http.Request) (*http.Response, error) {
			requests++
			body := io.Reader(&cut{`{"id":"u","created_at":"2026-03-05T18:10:27Z"`})
			if requests == 3 {
				body = io.MultiReader(body, &cut{})
			}
			return &http.Response{StatusCode: 200, Body: io.NopCloser(body)}, nil
		})))
		require.NoError(t, err)
		_, err = c.Users.Get(t.Context(), "u")
		require.EqualError(t, err, "onvy: users.get: unexpected EOF, 3 attempts")
		require.Equal(t, 3, requests)
	})
}

// cut is a body that ends too soon.
type cut struct{ text string }

func (c *cut) Read(p []byte) (int, error) {
	if c.text == "" {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, c.text)
	c.text = c.text[n:]
	return n, nil
}

func TestContextThatHasEndedSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, creds := range []onvy.Credentials{static, server} {
		a := &api{}
		c := client(t, a, creds)
		for _, op := range operations {
			err := op.call(ctx, c)
			require.ErrorIs(t, err, context.Canceled)
			require.EqualError(t, err, "onvy: "+op.name+": context canceled")
			e, _ := errors.AsType[*onvy.Error](err)
			require.Zero(t, e.Attempts)
		}
		tokens, calls := a.counts()
		require.Zero(t, tokens+calls)
	}
}
