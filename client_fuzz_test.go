package onvy_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

func FuzzIdLeadsToItsOwnPathOrNowhere(f *testing.F) {
	for _, id := range []string{"user_123", "", ".", "..", "a/b", "../x", "ü", "a%2Fb", "//x", "\xff", "?", "#", "a\x00", `\..\`} {
		f.Add(id)
	}
	var asked *http.Request
	c := client(f, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = r; user(w, idOf(r)) }), static)
	f.Fuzz(func(t *testing.T, id string) {
		asked = nil
		_, err := c.Users.Get(t.Context(), id)
		if errors.Is(err, onvy.ErrInvalid) {
			require.Nil(t, asked)
			return
		}
		require.NoError(t, err)
		require.Equal(t, "api.onvy.health", asked.URL.Host)
		require.Equal(t, "/users/"+id, asked.URL.Path)
		require.Equal(t, 2, strings.Count(asked.URL.EscapedPath(), "/"))
		require.Empty(t, asked.URL.RawQuery)
	})
}

func FuzzAnyAnswerIsAUserOrAnError(f *testing.F) {
	f.Add(200, `{"id":"u","birthday":"1990-04-23","created_at":"2026-03-05T18:10:27Z"}`, "", "")
	f.Add(200, `{"id":7}`, "soon", "Thu, 05 Mar 2026 18:10:27 GMT")
	f.Add(429, `{"error":"rate_limited"}`, "1e9", "")
	f.Add(503, `<html>`, "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT")
	f.Fuzz(func(t *testing.T, status int, body, retryAfter, date string) {
		if status < 200 || status > 999 {
			return
		}
		c := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Retry-After"], w.Header()["Date"] = []string{retryAfter}, []string{date}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}), static, onvy.WithMaxAttempts(1))
		got, err := c.Users.Get(t.Context(), "u")
		if err == nil {
			require.NotNil(t, got)
			return
		}
		require.Nil(t, got)
		e, ok := errors.AsType[*onvy.Error](err)
		require.True(t, ok)
		require.Equal(t, status, e.StatusCode)
		require.GreaterOrEqual(t, e.RetryAfter, time.Duration(0))
		require.NotContains(t, err.Error(), "\n")
	})
}
