package onvy_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// exchanging are credentials of a user with an identity token.
func exchanging(change func(*onvy.UserCredentials)) onvy.UserCredentials {
	creds := onvy.UserCredentials{
		ProjectID: "proj_1", ClientID: "sdk",
		IDToken: func(context.Context) (onvy.Secret, error) { return onvy.NewSecret("id"), nil },
	}
	change(&creds)
	return creds
}

func TestCallbackThatNeverReturnsDoesNotHoldTheClient(t *testing.T) {
	for name, hang := range map[string]func(*onvy.UserCredentials, func()){
		"OnToken": func(c *onvy.UserCredentials, hang func()) {
			c.OnToken = func(context.Context, onvy.Token) error { hang(); return nil }
		},
		"IDToken": func(c *onvy.UserCredentials, hang func()) {
			c.IDToken = func(context.Context) (onvy.Secret, error) { hang(); return onvy.NewSecret("id"), nil }
		},
		"LoadRefreshToken": func(c *onvy.UserCredentials, hang func()) {
			c.LoadRefreshToken = func(context.Context) (onvy.Secret, error) { hang(); return onvy.Secret{}, nil }
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				end := make(chan struct{})
				defer close(end)
				var calls atomic.Int32
				creds := exchanging(func(c *onvy.UserCredentials) {
					hang(c, func() {
						if calls.Add(1) == 1 { // whatever its context says
							<-end
						}
					})
				})
				c := client(t, &api{}, creds)
				started := time.Now()
				_, err := c.Users.Get(within(t, 200*time.Millisecond), "u")
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, 200*time.Millisecond, time.Since(started))

				_, err = c.Users.Get(t.Context(), "u") // no deadline of its own
				require.ErrorContains(t, err, name+" did not return")
				require.LessOrEqual(t, time.Since(started), 61*time.Second)

				time.Sleep(6 * time.Second)
				_, err = c.Users.Get(t.Context(), "u")
				require.NoError(t, err, "the next call of the callback is a new one")
			})
		})
	}
}

func TestCallbackThatPanicsOrEndsItsGoroutineIsAnErrorForTheWaiting(t *testing.T) {
	for want, misbehave := range map[string]func(){
		"OnToken panicked":       func() { panic("bug for " + canary) },
		"OnToken did not return": runtime.Goexit,
	} {
		t.Run(want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := client(t, &api{}, exchanging(func(c *onvy.UserCredentials) {
					c.OnToken = func(context.Context, onvy.Token) error { misbehave(); return nil }
				}))
				for _, err := range together(10, func(int) error { _, err := c.Users.Get(t.Context(), "u"); return err }) {
					require.ErrorContains(t, err, want)
					require.NotContains(t, err.Error(), canary)
				}
			})
		})
	}
}

func TestPanicOfACallbackWithAnErrorIsFound(t *testing.T) {
	broken := errors.New("broken")
	c := client(t, &api{}, onvy.TokenFunc(func(context.Context) (onvy.Token, error) { panic(broken) }))
	_, err := c.Users.Get(t.Context(), "u")
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "TokenFunc panicked")
}

func TestCallbackThatUsesItsOwnClientIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c *onvy.Client
		c = client(t, &api{}, exchanging(func(creds *onvy.UserCredentials) {
			creds.OnToken = func(ctx context.Context, _ onvy.Token) error {
				_, err := c.Users.Get(ctx, "u")
				return err
			}
		}))
		started := time.Now()
		_, err := c.Users.Get(t.Context(), "u")
		require.ErrorContains(t, err, "OnToken failed")
		require.ErrorContains(t, errors.Unwrap(err), "uses the client that waits for it")
		require.Less(t, time.Since(started), time.Second)
	})
}

func TestTokenRequestHasNothingOfTheCallersContext(t *testing.T) {
	type key struct{}
	var seen any = "not called"
	traced := 0
	a := &api{token: func(w http.ResponseWriter, r *http.Request) { grant(w, "token", 900) }}
	srv := listen(t, a)
	c, err := onvy.NewClient(exchanging(func(c *onvy.UserCredentials) {
		c.OnToken = func(ctx context.Context, _ onvy.Token) error { seen = ctx.Value(key{}); return nil }
	}), onvy.WithBaseURL(srv))
	require.NoError(t, err)
	ctx := context.WithValue(t.Context(), key{}, "a transaction of the caller")
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { traced++ }})
	_, err = c.Users.Get(ctx, "u")
	require.NoError(t, err)
	require.Nil(t, seen)
	require.Equal(t, 1, traced, "the hook belongs to the operation alone")
}

func TestWhatFailsBehindTheCallersIsAWarning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		fail := false
		a := &api{token: func(w http.ResponseWriter, r *http.Request) {
			if fail {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			grant(w, "token", 100)
		}}
		c := client(t, a, server, onvy.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))))
		_, err := c.Users.Get(t.Context(), "u")
		require.NoError(t, err)
		require.Empty(t, log.String())
		fail = true
		time.Sleep(95 * time.Second)
		_, err = c.Users.Get(t.Context(), "u")
		require.NoError(t, err, "the old token lives")
		time.Sleep(4 * time.Second)
		synctest.Wait()
		require.Contains(t, log.String(), "the token was not renewed")
		require.Contains(t, log.String(), "auth.server: 503")
	})
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		c := client(t, &api{}, exchanging(func(c *onvy.UserCredentials) {
			c.OnToken = func(context.Context, onvy.Token) error { return errors.New("disk full for " + canary) }
		}), onvy.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))))
		_, err := c.Users.Get(t.Context(), "u")
		require.Error(t, err)
		require.Contains(t, log.String(), "the token was not stored")
		require.NotContains(t, log.String(), canary)
	})
}

func TestTokenFuncIsCachedRenewedAndAskedAgainWhenRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		revoked := ""
		a := &api{users: func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == revoked {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			user(w, "u")
		}}
		c := client(t, a, onvy.TokenFunc(func(context.Context) (onvy.Token, error) {
			calls++
			return onvy.Token{AccessToken: onvy.NewSecret(string(rune('a' + calls))), ExpiresAt: time.Now().Add(100 * time.Second)}, nil
		}))
		get := func() { t.Helper(); _, err := c.Users.Get(t.Context(), "u"); require.NoError(t, err) }
		get()
		get()
		require.Equal(t, 1, calls)
		time.Sleep(101 * time.Second)
		get()
		require.Equal(t, 2, calls, "it had ended")
		revoked = "Bearer c"
		get()
		require.Equal(t, 3, calls, "it was refused")
		token, err := c.Token(t.Context())
		require.NoError(t, err)
		c.Invalidate(onvy.Token{AccessToken: onvy.NewSecret("another")})
		get()
		require.Equal(t, 3, calls, "it was not the one in use")
		c.Invalidate(token)
		get()
		require.Equal(t, 4, calls)
	})
}

func TestTokenFuncThatReturnsNothingUsableIsAnError(t *testing.T) {
	for want, token := range map[string]onvy.Token{
		"TokenFunc returned no token":               {},
		"TokenFunc returned a token that has ended": {AccessToken: onvy.NewSecret("t"), ExpiresAt: time.Now().Add(-time.Second)},
		"TokenFunc returned no token (two words)":   {AccessToken: onvy.NewSecret("a b")},
	} {
		c := client(t, &api{}, onvy.TokenFunc(func(context.Context) (onvy.Token, error) { return token, nil }))
		_, err := c.Users.Get(t.Context(), "u")
		require.ErrorContains(t, err, trimNote(want))
		require.ErrorIs(t, err, onvy.ErrUnauthorized)
	}
}

// Two processes that act for one user and share a store of refresh tokens, on a
// server that rotates them.
func TestTwoReplicasShareARefreshTokenThatRotates(t *testing.T) {
	srv := sandbox.Start(t, sandbox.WithTTL(2*time.Second))
	var mu sync.Mutex
	var stored onvy.Secret
	replica := func() *onvy.Client {
		c, err := onvy.NewClient(onvy.UserCredentials{
			ProjectID: srv.Project.ID, ClientID: srv.Project.SDKClientID,
			LoadRefreshToken: func(context.Context) (onvy.Secret, error) { mu.Lock(); defer mu.Unlock(); return stored, nil },
			OnToken: func(_ context.Context, t onvy.Token) error {
				mu.Lock()
				defer mu.Unlock()
				stored = t.RefreshToken
				return nil
			},
		}, onvy.WithBaseURL(srv.URL))
		require.NoError(t, err)
		t.Cleanup(c.CloseIdleConnections)
		return c
	}
	first, err := onvy.NewClient(onvy.UserCredentials{
		ProjectID: srv.Project.ID, ClientID: srv.Project.SDKClientID,
		IDToken: func(context.Context) (onvy.Secret, error) { return srv.MintIDToken("avery"), nil },
		OnToken: func(_ context.Context, t onvy.Token) error { stored = t.RefreshToken; return nil },
	}, onvy.WithBaseURL(srv.URL))
	require.NoError(t, err)
	_, err = first.Users.Create(t.Context(), onvy.UserCreate{ID: "avery"})
	require.NoError(t, err)

	one, two := replica(), replica()
	for range 3 { // each turn each of them needs a new token
		for _, c := range []*onvy.Client{one, two} {
			token, err := c.Token(t.Context())
			require.NoError(t, err)
			_, err = c.Users.Get(t.Context(), "avery")
			require.NoError(t, err)
			c.Invalidate(token)
		}
	}
}

func TestRefreshTokenIsLoadedOnceMoreAfterInvalidGrant(t *testing.T) {
	var asked []string
	a := &api{token: func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 200)
		n, _ := r.Body.Read(body)
		used := "old"
		if bytes.Contains(body[:n], []byte(`"new"`)) {
			used = "new"
		}
		asked = append(asked, used)
		if used == "old" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
			return
		}
		grant(w, "token", 900)
	}}
	loads := []string{"old", "new"} // stored by another process in between
	c := client(t, a, onvy.UserCredentials{
		ProjectID: "proj_1", ClientID: "sdk",
		LoadRefreshToken: func(context.Context) (onvy.Secret, error) {
			next := loads[0]
			loads = loads[1:]
			return onvy.NewSecret(next), nil
		},
	})
	_, err := c.Users.Get(t.Context(), "u")
	require.NoError(t, err)
	require.Equal(t, []string{"old", "new"}, asked)
}

func TestRefreshTokenThatStaysRefusedIsAskedForTwiceAtMost(t *testing.T) {
	a := &api{token: func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
	}}
	loads := 0
	c := client(t, a, onvy.UserCredentials{
		ProjectID: "proj_1", ClientID: "sdk",
		LoadRefreshToken: func(context.Context) (onvy.Secret, error) {
			loads++
			return onvy.NewSecret(string(rune('a' + loads))), nil // another one each time
		},
	})
	_, err := c.Users.Get(t.Context(), "u")
	require.ErrorIs(t, err, onvy.ErrUnauthorized)
	tokens, _ := a.counts()
	require.Equal(t, 2, tokens)
}

func TestAPIThatRefusesGoodTokensCostsFewTokenRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{users: func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(10 * time.Millisecond)
			w.WriteHeader(http.StatusUnauthorized)
		}}
		c := client(t, a, server)
		end := time.Now().Add(20 * time.Second)
		together(50, func(int) error {
			for time.Now().Before(end) {
				_, err := c.Users.Get(t.Context(), "u")
				require.ErrorIs(t, err, onvy.ErrUnauthorized)
			}
			return nil
		})
		tokens, calls := a.counts()
		require.Greater(t, calls, 10_000)
		require.LessOrEqual(t, tokens, 5, "one each 5 seconds")
	})
}

func TestCallersWaitOutAShortFailureOfTheTokenEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		back := time.Now().Add(time.Second)
		a := &api{token: func(w http.ResponseWriter, r *http.Request) {
			if time.Now().Before(back) {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			grant(w, "token", 900)
		}}
		c := client(t, a, server)
		_, err := c.Users.Get(within(t, 10*time.Second), "u")
		require.Error(t, err, "three attempts failed")
		started := time.Now()
		_, err = c.Users.Get(within(t, 10*time.Second), "u")
		require.NoError(t, err, "there was time left")
		require.Less(t, time.Since(started), 2*time.Second)
	})
}

func TestCallersWithoutTimeDoNotWaitForTheTokenEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{token: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }}
		c := client(t, a, server, onvy.WithMaxAttempts(1))
		_, err := c.Users.Get(t.Context(), "u")
		require.Error(t, err)
		started := time.Now()
		_, err = c.Users.Get(within(t, 100*time.Millisecond), "u")
		require.ErrorContains(t, err, "503")
		require.Zero(t, time.Since(started))
	})
}

func TestOneAttemptStillDropsARevokedToken(t *testing.T) {
	revoked := ""
	a := &api{users: func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == revoked {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		user(w, "u")
	}}
	c := client(t, a, server, onvy.WithMaxAttempts(1))
	_, err := c.Users.Get(t.Context(), "u")
	require.NoError(t, err)
	revoked = "Bearer token-1"
	_, err = c.Users.Get(t.Context(), "u")
	require.ErrorIs(t, err, onvy.ErrUnauthorized, "one attempt is one attempt")
	for range 5 {
		_, err = c.Users.Get(t.Context(), "u")
		require.NoError(t, err)
	}
	tokens, _ := a.counts()
	require.Equal(t, 2, tokens)
}
