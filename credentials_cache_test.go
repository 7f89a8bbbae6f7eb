package onvy_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

func TestHundredCallersAtStartAskForOneToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{token: func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			grant(w, "token", 900)
		}}
		c := client(t, a, server)
		for _, err := range together(100, func(int) error { _, err := c.Users.Get(t.Context(), "u"); return err }) {
			require.NoError(t, err)
		}
		tokens, calls := a.counts()
		require.Equal(t, 1, tokens)
		require.Equal(t, 100, calls)
	})
}

func TestLeaderThatGivesUpHarmsNoFollower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{token: func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			grant(w, "token", 900)
		}}
		c := client(t, a, server)
		leader, giveUp := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() { _, err := c.Users.Get(leader, "u"); left <- err }()
		synctest.Wait()
		followers := make(chan error, 10)
		for range 10 {
			go func() { _, err := c.Users.Get(t.Context(), "u"); followers <- err }()
		}
		synctest.Wait()
		giveUp()
		require.ErrorIs(t, <-left, context.Canceled)
		for range 10 {
			require.NoError(t, <-followers)
		}
		tokens, _ := a.counts()
		require.Equal(t, 1, tokens)
	})
}

func TestCallerDeadlineHoldsWhileRefreshHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(t, &api{token: func(_ http.ResponseWriter, r *http.Request) { hang(r) }}, server)
		started := time.Now()
		_, err := c.Users.Get(within(t, 50*time.Millisecond), "u")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 50*time.Millisecond, time.Since(started))
		e, ok := errors.AsType[*onvy.Error](err)
		require.True(t, ok)
		require.Equal(t, "users.get", e.Operation)
		require.Zero(t, e.Attempts)
		time.Sleep(5 * time.Minute) // the hanging requests end by themselves
	})
}

func TestNoCallButTheFirstWaitsForATokenInADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{token: func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(2 * time.Second)
			grant(w, "token", 900)
		}}
		c := client(t, a, server)
		for i := range 24 * 60 * 60 / 5 {
			started := time.Now()
			_, err := c.Users.Get(t.Context(), "u")
			require.NoError(t, err)
			if i > 0 {
				require.Zero(t, time.Since(started), "call %d waited", i)
			}
			time.Sleep(5 * time.Second)
		}
		tokens, _ := a.counts()
		require.InDelta(t, 86400/765, tokens, 10) // a life of 720 to 810 s each
	})
}

func TestRenewalComesInTheLastTenToTwentyPercentOfALife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := map[int]bool{}
		for range 50 {
			a := &api{}
			c := client(t, a, server)
			started := time.Now()
			for tokens := 0; tokens < 2; tokens, _ = a.counts() {
				_, err := c.Users.Get(t.Context(), "u")
				require.NoError(t, err)
				time.Sleep(time.Second)
				synctest.Wait()
			}
			age := int(time.Since(started).Seconds())
			require.GreaterOrEqual(t, age, 720)
			require.LessOrEqual(t, age, 812)
			seen[age] = true
		}
		require.Greater(t, len(seen), 10, "processes that started together renew together")
	})
}

func TestFailedRenewalKeepsTheOldTokenAndRestsFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := false
		a := &api{}
		a.token = func(w http.ResponseWriter, r *http.Request) {
			if down {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			grant(w, "token", 900)
		}
		c := client(t, a, server)
		_, err := c.Users.Get(t.Context(), "u")
		require.NoError(t, err)
		down = true
		time.Sleep(820 * time.Second) // in the time of renewal
		for range 50 {
			_, err := c.Users.Get(t.Context(), "u")
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
		tokens, _ := a.counts()
		require.Equal(t, 1+10, tokens, "one failed renewal every five seconds")

		time.Sleep(31 * time.Second) // the token is dead now
		_, err = c.Users.Get(t.Context(), "u")
		require.ErrorIs(t, err, onvy.ErrUnauthorized)
		down = false
		time.Sleep(5 * time.Second)
		_, err = c.Users.Get(t.Context(), "u")
		require.NoError(t, err)
	})
}

func TestExpiryCountsFromBeforeTheTokenRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{token: func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(8 * time.Second)
			grant(w, "token", 10)
		}}
		c := client(t, a, server)
		_, err := c.Users.Get(t.Context(), "u")
		require.NoError(t, err)
		time.Sleep(2 * time.Second) // the server made it 2 s ago, and may have made it 10 s ago
		started := time.Now()
		_, err = c.Users.Get(t.Context(), "u")
		require.NoError(t, err)
		require.Equal(t, 8*time.Second, time.Since(started), "a token was used that may be dead")
	})
}

func TestFiftyCallersWithARevokedTokenAskForOneNewToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var valid atomic.Value
		valid.Store("Bearer token-1")
		a := &api{}
		a.users = func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Duration(len(r.URL.Path)) * 10 * time.Millisecond) // not all at once
			if r.Header.Get("Authorization") != valid.Load() {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			user(w, idOf(r))
		}
		c := client(t, a, server)
		_, err := c.Users.Get(t.Context(), "u")
		require.NoError(t, err)
		valid.Store("Bearer token-2")
		ids := "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"
		for _, err := range together(50, func(i int) error { _, err := c.Users.Get(t.Context(), ids[:i+1]); return err }) {
			require.NoError(t, err)
		}
		tokens, calls := a.counts()
		require.Equal(t, 2, tokens)
		require.LessOrEqual(t, calls, 1+2*50)
	})
}

func TestTokenThatIsRefusedAgainIsNotTriedAThirdTime(t *testing.T) {
	a := &api{}
	c := client(t, a, server)
	_, err := c.Users.Get(t.Context(), "u")
	require.NoError(t, err)
	a.users = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusUnauthorized) }
	_, err = c.Users.Get(t.Context(), "u")
	require.ErrorIs(t, err, onvy.ErrUnauthorized)
	tokens, calls := a.counts()
	require.Equal(t, 2, tokens)
	require.Equal(t, 3, calls)
}

func TestStaticTokenIsNotTriedAgain(t *testing.T) {
	a := &api{users: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusUnauthorized) }}
	_, err := client(t, a, static).Users.Get(t.Context(), "u")
	require.ErrorIs(t, err, onvy.ErrUnauthorized)
	_, calls := a.counts()
	require.Equal(t, 1, calls)
}

func TestFiftyCallersWithABadSecretSendOneRequestAndGetTheSameAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{token: func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
		}}
		c := client(t, a, server)
		errs := together(50, func(int) error { _, err := c.Users.Get(t.Context(), "u"); return err })
		for _, err := range errs {
			require.ErrorIs(t, err, onvy.ErrUnauthorized)
			require.EqualError(t, err, errs[0].Error())
		}
		require.EqualError(t, errs[0], "onvy: auth.server: 401 Unauthorized (invalid_client)")

		time.Sleep(4900 * time.Millisecond)
		_, err := c.Users.Get(t.Context(), "u")
		require.EqualError(t, err, errs[0].Error(), "the answer is remembered for 5 s")
		tokens, calls := a.counts()
		require.Equal(t, 1, tokens)
		require.Zero(t, calls)

		time.Sleep(200 * time.Millisecond)
		_, err = c.Users.Get(t.Context(), "u")
		require.ErrorIs(t, err, onvy.ErrUnauthorized)
		tokens, _ = a.counts()
		require.Equal(t, 2, tokens, "and forgotten then")
	})
}

func TestTokenEndpointThatAsksForTimeGetsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &api{token: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "30")
			w.WriteHeader(http.StatusTooManyRequests)
		}}
		c := client(t, a, server)
		for range 24 { // then callers wait for the rest
			_, err := c.Users.Get(t.Context(), "u")
			require.ErrorIs(t, err, onvy.ErrRateLimited)
			time.Sleep(time.Second)
		}
		tokens, _ := a.counts()
		require.Equal(t, 1, tokens)
	})
}

func TestTokenAnswersThatCannotBeUsedAreErrors(t *testing.T) {
	for name, body := range map[string]string{
		"not JSON":           `<html>`,
		"null":               `null`,
		"no token":           `{"token_type":"Bearer","expires_in":900}`,
		"another type":       `{"access_token":"canary","token_type":"mac","expires_in":900}`,
		"a header in it":     `{"access_token":"canary\r\nX: y","token_type":"Bearer","expires_in":900}`,
		"a life of one word": `{"access_token":"canary","token_type":"Bearer","expires_in":"long"}`,
	} {
		t.Run(name, func(t *testing.T) {
			a := &api{token: func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(body)) }}
			_, err := client(t, a, server).Users.Get(t.Context(), "u")
			e, ok := errors.AsType[*onvy.Error](err)
			require.True(t, ok)
			require.Equal(t, "auth.server", e.Operation)
			require.Equal(t, http.StatusOK, e.StatusCode)
			require.Empty(t, e.Body(), "it may hold a token")
			require.NotContains(t, err.Error(), "canary")
			_, calls := a.counts()
			require.Zero(t, calls)
		})
	}
}

func TestTokenOfUnknownOrEndlessLifeIsUsedUntilItIsRefused(t *testing.T) {
	for name, seconds := range map[string]int64{"none": 0, "negative": -1, "one that overflows into 5 s": 1<<55 + 5} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &api{token: func(w http.ResponseWriter, r *http.Request) { grant(w, "token", seconds) }}
				c := client(t, a, server)
				for range 10 {
					_, err := c.Users.Get(t.Context(), "u")
					require.NoError(t, err)
					time.Sleep(24 * time.Hour)
				}
				tokens, _ := a.counts()
				require.Equal(t, 1, tokens)
			})
		})
	}
}

func TestTokenIsThereForOtherEndpoints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(t, &api{}, server)
		token, err := c.Token(t.Context())
		require.NoError(t, err)
		require.Equal(t, "token-1", token.AccessToken.Reveal())
		require.Equal(t, 900*time.Second, time.Until(token.ExpiresAt))
	})
}
