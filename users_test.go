package onvy_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
)

func TestUserGoesThereAndBack(t *testing.T) {
	_, c := sandboxed(t)
	ctx := t.Context()
	created, err := c.Users.Create(ctx, full)
	require.NoError(t, err)
	require.False(t, created.CreatedAt.IsZero())

	found, err := c.Users.Get(ctx, "avery")
	require.NoError(t, err)
	require.Equal(t, created, found)
	require.Equal(t, full.Thresholds, found.Thresholds)
	require.Equal(t, full.Birthday, found.Birthday)

	changed, err := c.Users.Update(ctx, "avery", onvy.UserUpdate{Lastname: onvy.Set("Jones"), Birthday: onvy.Null[onvy.Date]()})
	require.NoError(t, err)
	require.Equal(t, "Jones", *changed.Lastname)
	require.Nil(t, changed.Birthday, "null clears")
	require.Equal(t, "Avery", *changed.Firstname, "absent leaves as it is")

	replaced, err := c.Users.Replace(ctx, "avery", onvy.UserReplace{Language: new("de")})
	require.NoError(t, err)
	require.Equal(t, "de", *replaced.Language)
	require.Nil(t, replaced.Firstname)

	require.NoError(t, c.Users.Delete(ctx, "avery"))
	_, err = c.Users.Get(ctx, "avery")
	require.ErrorIs(t, err, onvy.ErrNotFound)
	require.EqualError(t, err, "onvy: users.get: 404 Not Found (not_found)")
}

func TestUpdateSendsAbsentNullAndValueApart(t *testing.T) {
	var body string
	c := client(t, &api{users: func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		body = string(raw)
		user(w, "u")
	}}, static)
	for want, change := range map[string]onvy.UserUpdate{
		`{}`:                 {},
		`{"lastname":null}`:  {Lastname: onvy.Null[string]()},
		`{"lastname":""}`:    {Lastname: onvy.Set("")},
		`{"tz_offset":0}`:    {TZOffset: onvy.Set(int32(0))},
		`{"gender":"other"}`: {Gender: onvy.Set(onvy.GenderOther)},
		`{"birthday":"1990-04-23","thresholds":{"ftp":1}}`: {
			Birthday: onvy.Set(onvy.NewDate(1990, 4, 23)), Thresholds: onvy.Set(onvy.Thresholds{FTP: new(1.0)}),
		},
	} {
		_, err := c.Users.Update(t.Context(), "u", change)
		require.NoError(t, err)
		require.Equal(t, want, body)
	}
}

func TestReplaceSendsTheIdOfThePath(t *testing.T) {
	var body map[string]any
	a := &api{users: func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewDecoder(r.Body).Decode(&body)
		user(w, "u")
	}}
	c := client(t, a, static)
	mine := onvy.UserReplace{Language: new("de")}
	_, err := c.Users.Replace(t.Context(), "u", mine)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"id": "u", "language": "de"}, body)
	require.Nil(t, mine.ID, "what the caller has is not changed")

	_, err = c.Users.Replace(t.Context(), "u", onvy.UserReplace{ID: new("other")})
	require.ErrorIs(t, err, onvy.ErrInvalid)
	_, calls := a.counts()
	require.Equal(t, 1, calls)
}

// withID is every operation that takes an id.
var withID = map[string]func(context.Context, *onvy.Client, string) error{
	"create": func(ctx context.Context, c *onvy.Client, id string) error {
		_, err := c.Users.Create(ctx, onvy.UserCreate{ID: id})
		return err
	},
	"get": func(ctx context.Context, c *onvy.Client, id string) error { _, err := c.Users.Get(ctx, id); return err },
	"replace": func(ctx context.Context, c *onvy.Client, id string) error {
		_, err := c.Users.Replace(ctx, id, onvy.UserReplace{})
		return err
	},
	"update": func(ctx context.Context, c *onvy.Client, id string) error {
		_, err := c.Users.Update(ctx, id, onvy.UserUpdate{})
		return err
	},
	"delete": func(ctx context.Context, c *onvy.Client, id string) error { return c.Users.Delete(ctx, id) },
}

func TestIdsThatNoPathCanHoldAreRefusedBeforeAnythingIsSent(t *testing.T) {
	a := &api{}
	c := client(t, a, server)
	for name, call := range withID {
		for _, id := range []string{"", ".", "..", "../x", "a/../b", "/..", `a\..\b`, "./a", "\xff"} {
			err := call(t.Context(), c, id)
			require.ErrorIs(t, err, onvy.ErrInvalid, "%s %q", name, id)
			require.Contains(t, err.Error(), "onvy: users."+name+": the id ")
		}
	}
	tokens, calls := a.counts()
	require.Zero(t, tokens+calls)
}

func TestIdsAreEscapedAndNeverAnotherPath(t *testing.T) {
	ids := []string{
		"user_123", "a/b", "ü", "a b", "a+b", "a%2Fb", "100%", "a?b=c", "a#b", "a;b", "a,b", "a=b&c", "a:b", "@", "*", "~",
		"...", "a..b", "日本語", "a\x00b", "a\nb", `a\b`, `"'<>`, "{user_id}", "//evil.example", "http://evil.example/", strings.Repeat("x", 300),
	}
	for _, base := range []string{"https://api.example", "https://api.example/", "https://api.example/onvy/v2/"} {
		var asked *http.Request
		c, err := onvy.NewClient(static, onvy.WithBaseURL(base), onvy.WithTransport(memory{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = r
			if r.Method == http.MethodDelete {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			user(w, idOf(r))
		})}))
		require.NoError(t, err)
		prefix := strings.TrimSuffix(strings.TrimPrefix(base, "https://api.example"), "/") + "/users/"
		for name, call := range withID {
			if name == "create" {
				continue
			}
			for _, id := range ids {
				require.NoError(t, call(t.Context(), c, id), "%s %q", name, id)
				require.Equal(t, "api.example", asked.URL.Host)
				require.Equal(t, prefix+id, asked.URL.Path, "%s %q", name, id)
				rest, ok := strings.CutPrefix(asked.URL.EscapedPath(), prefix)
				require.True(t, ok)
				require.NotContains(t, rest, "/", "%s %q", name, id)
				require.Empty(t, asked.URL.RawQuery)
			}
		}
	}
}

func TestSandboxFindsStrangeIdsAgain(t *testing.T) {
	_, c := sandboxed(t)
	for _, id := range []string{"a/b", "ü", "a b", "a+b", "100%", "a?b=c", "日本語", strings.Repeat("x", 300)} {
		_, err := c.Users.Create(t.Context(), onvy.UserCreate{ID: id})
		require.NoError(t, err, "%q", id)
		found, err := c.Users.Get(t.Context(), id)
		require.NoError(t, err, "%q", id)
		require.Equal(t, id, found.ID)
		require.NoError(t, c.Users.Delete(t.Context(), id), "%q", id)
	}
}

func TestNumbersThatJSONDoesNotHaveAreRefused(t *testing.T) {
	a := &api{}
	c := client(t, a, static)
	_, err := c.Users.Create(t.Context(), onvy.UserCreate{ID: "u", Weight: new(math.NaN())})
	require.ErrorIs(t, err, onvy.ErrInvalid)
	_, err = c.Users.Update(t.Context(), "u", onvy.UserUpdate{Weight: onvy.Set(math.Inf(1))})
	require.ErrorIs(t, err, onvy.ErrInvalid)
	_, calls := a.counts()
	require.Zero(t, calls)
}

func TestNilContextIsAnError(t *testing.T) {
	c := client(t, &api{}, server)
	var none context.Context
	_, err := c.Users.Get(none, "u")
	require.ErrorIs(t, err, onvy.ErrInvalid)
	_, err = c.Token(none)
	require.ErrorIs(t, err, onvy.ErrInvalid)
}

func TestAnswersThatAreNotAUserAreErrorsWithTheirStatus(t *testing.T) {
	for name, body := range map[string]string{
		"empty": "", "null": "null", "HTML": "<html>canary</html>", "an array": "[]", "a number": `{"id":7}`,
		"a date": `{"id":"u","birthday":"canary"}`, "a time": `{"id":"u","created_at":"canary"}`, "two": `{"id":"u"}{"id":"canary"}`,
	} {
		t.Run(name, func(t *testing.T) {
			a := &api{users: func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, body) }}
			found, err := client(t, a, static).Users.Get(t.Context(), "u")
			require.Nil(t, found)
			e, ok := errors.AsType[*onvy.Error](err)
			require.True(t, ok)
			require.Equal(t, 200, e.StatusCode)
			require.Contains(t, err.Error(), "not the JSON")
			require.NotContains(t, err.Error(), "canary")
			_, calls := a.counts()
			require.Equal(t, 1, calls)
		})
	}
}

func TestPlaceOfAWrongTypeIsTold(t *testing.T) {
	a := &api{users: func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"id":"u","thresholds":{"ftp":"canary"}}`)
	}}
	_, err := client(t, a, static).Users.Get(t.Context(), "u")
	require.EqualError(t, err, "onvy: users.get: 200 OK: the answer is not the JSON that the contract has, at thresholds.ftp")
}

func TestCreateTakesEveryGoodStatus(t *testing.T) {
	for _, status := range []int{200, 201, 202} {
		a := &api{users: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status); user(w, "u") }}
		_, err := client(t, a, static).Users.Create(t.Context(), onvy.UserCreate{ID: "u"})
		require.NoError(t, err)
	}
}
