package sandbox_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// protected are the operations of users, with the scope that each needs.
var protected = []struct{ method, path, body, scope string }{
	{"POST", "/users", `{"id":"new"}`, "users:create"},
	{"GET", "/users", ``, "users:read"},
	{"GET", "/users/a", ``, "users:read"},
	{"PUT", "/users/a", `{}`, "users:update"},
	{"PATCH", "/users/a", `{}`, "users:update"},
	{"DELETE", "/users/a", ``, "users:delete"},
}

func claim(name string, value any) func(map[string]any) {
	return func(claims map[string]any) { claims[name] = value }
}

func TestRequestsWithoutTokenAreChallengedWithoutErrorCode(t *testing.T) {
	c := start(t)
	c.create("a")
	for _, op := range protected {
		for _, header := range []string{"", "Basic c2VydmVyOnNhbmRib3gtc2VjcmV0", "Token x", "Bear x"} {
			r := c.do(op.method, op.path, op.body, "Authorization", header)
			require.Equal(t, 401, r.Status)
			require.Equal(t, `Bearer realm="onvy"`, r.Header.Get("WWW-Authenticate"))
		}
		r := c.do(op.method, op.path+"?access_token="+c.token, op.body, "Authorization", "", "X-API-Key", c.token)
		require.Equal(t, 401, r.Status)
	}
}

func TestTokensThatAreNotGoodAreRefused(t *testing.T) {
	now := time.Now()
	c := start(t, withStoppedClock(now))
	c.create("a")
	parts := strings.Split(c.token, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": "urn:onvy:sandbox"}).SignedString([]byte("guess"))
	require.NoError(t, err)
	mint := func(change func(map[string]any)) string { return c.srv.MintAccessToken(change).Reveal() }

	for name, token := range map[string]string{
		"empty":             "",
		"garbage":           "garbage",
		"very long":         strings.Repeat("x", 100000),
		"not ASCII":         "ü",
		"two":               c.token + " " + c.token,
		"unsigned":          none + "." + parts[1] + ".",
		"unsigned, kept":    none + "." + parts[1] + "." + parts[2],
		"other key":         signed,
		"other payload":     parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{}`)) + "." + parts[2],
		"no signature":      parts[0] + "." + parts[1] + ".",
		"expired":           mint(claim("exp", now.Unix())),
		"without end":       mint(claim("exp", nil)),
		"not yet":           mint(claim("nbf", now.Unix()+60)),
		"issued later":      mint(claim("iat", now.Unix()+60)),
		"other issuer":      mint(claim("iss", "https://other.invalid")),
		"other audience":    mint(claim("aud", "urn:onvy:project:proj_other")),
		"other project":     mint(claim("project_id", "proj_other")),
		"unknown project":   mint(forProject("proj_unknown")),
		"user without id":   mint(claim("principal_type", "user")),
		"id without user":   mint(claim("user_id", "a")),
		"identity token":    c.srv.MintIDToken("a").Reveal(),
		"of another server": sandbox.Start(t).MintAccessToken().Reveal(),
	} {
		for _, op := range protected {
			r := c.do(op.method, op.path, op.body, "Authorization", "Bearer "+token)
			require.Equal(t, 401, r.Status, name)
			require.Equal(t, "invalid_token", r.code(), name)
			require.Contains(t, r.Header.Get("WWW-Authenticate"), `Bearer realm="onvy", error="invalid_token"`, name)
		}
	}
	for i := range len(c.token) { // every single character counts
		other := byte('A')
		if c.token[i] == other {
			other = 'B'
		}
		r := c.do("GET", "/users", "", "Authorization", "Bearer "+c.token[:i]+string(other)+c.token[i+1:])
		require.Equal(t, 401, r.Status, i)
	}
	require.Equal(t, 200, c.do("GET", "/users/a", "").Status)
}

func TestSchemeIsCaseInsensitive(t *testing.T) {
	c := start(t)
	for _, scheme := range []string{"Bearer", "bearer", "BEARER", "bEaReR"} {
		require.Equal(t, 200, c.do("GET", "/users", "", "Authorization", scheme+" "+c.token).Status)
	}
}

func TestEveryOperationNeedsItsScope(t *testing.T) {
	c := start(t)
	c.create("a")
	all := []string{"users:create", "users:read", "users:update", "users:delete"}
	for _, op := range protected {
		var others []string
		for _, scope := range all {
			if scope != op.scope {
				others = append(others, scope)
			}
		}
		for _, scope := range []any{strings.Join(others, " "), "", nil, op.scope + "x", strings.ToUpper(op.scope)} {
			r := c.do(op.method, op.path, op.body, "Authorization", "Bearer "+c.srv.MintAccessToken(claim("scope", scope)).Reveal())
			require.Equal(t, 403, r.Status, "%s %s with %v", op.method, op.path, scope)
			require.Equal(t, "insufficient_scope", r.code())
			require.Equal(t, `Bearer realm="onvy", error="insufficient_scope", scope="`+op.scope+`"`, r.Header.Get("WWW-Authenticate"))
		}
		r := c.do(op.method, op.path, op.body, "Authorization", "Bearer "+c.srv.MintAccessToken(claim("scope", op.scope)).Reveal())
		require.Less(t, r.Status, 300, "%s %s: %s", op.method, op.path, r.Text)
	}
}

func TestProjectsDoNotSeeEachOther(t *testing.T) {
	c := start(t)
	c.create("mine", "both")
	other := *c
	other.token = c.srv.MintAccessToken(forProject(c.srv.Other.ID)).Reveal()
	other.create("both")
	require.Equal(t, []string{"both"}, other.walk(10))
	for _, op := range protected[2:] {
		require.Equal(t, 404, other.do(op.method, "/users/mine", op.body).Status, op.method)
	}
	require.Equal(t, 204, other.do("DELETE", "/users/both", "").Status)
	require.Equal(t, []string{"mine", "both"}, c.walk(10))
}

func TestUserTokenReachesItsUserOnly(t *testing.T) {
	c := start(t)
	c.create("ada", "bob")
	eve := *c
	eve.token = c.srv.MintAccessToken(asUser("eve")).Reveal()
	require.Equal(t, 404, eve.do("GET", "/users/eve", "").Status)
	require.Empty(t, eve.walk(10))
	require.Equal(t, 403, eve.do("POST", "/users", `{"id":"mallory"}`).Status)
	require.Equal(t, 403, eve.do("POST", "/users", `{"id":"ada"}`).Status)
	require.Equal(t, 201, eve.do("POST", "/users", `{"id":"eve"}`).Status)
	require.Equal(t, []string{"eve"}, eve.walk(10))
	for _, op := range protected[2:] {
		require.Equal(t, 404, eve.do(op.method, "/users/ada", op.body).Status, op.method)
		require.Less(t, eve.do(op.method, "/users/eve", op.body).Status, 300, op.method)
	}
	require.Equal(t, []string{"ada", "bob"}, c.walk(10))
}

func asUser(id string) func(map[string]any) {
	return func(claims map[string]any) {
		claims["principal_type"], claims["user_id"], claims["sub"] = "user", id, id
	}
}

func TestTokensRunOut(t *testing.T) {
	now := time.Date(2026, 3, 5, 12, 0, 0, 500, time.UTC)
	c := start(t, sandbox.WithTTL(10*time.Second), sandbox.WithClock(func() time.Time { return now }))
	c.token = c.serverToken("").text("access_token")
	now = now.Add(9 * time.Second)
	require.Equal(t, 200, c.do("GET", "/users", "").Status)
	now = now.Add(time.Second)
	require.Equal(t, "the access token has expired", c.do("GET", "/users", "").text("message"))
}

func TestTokensCanBeExpiredAndRevoked(t *testing.T) {
	c := start(t)
	refresh := c.exchange("ada").text("refresh_token")
	c.srv.ExpireTokens()
	require.Equal(t, "the access token has expired", c.do("GET", "/users", "").text("message"))
	next := c.refresh(refresh)
	require.Equal(t, 200, next.Status)
	c.token = next.text("access_token")
	require.Equal(t, 200, c.do("GET", "/users", "").Status)
	c.srv.RevokeTokens()
	require.Equal(t, "the access token was revoked", c.do("GET", "/users", "").text("message"))
	require.Equal(t, "invalid_grant", c.refresh(next.text("refresh_token")).code())
	c.token = c.serverToken("").text("access_token")
	require.Equal(t, 200, c.do("GET", "/users", "").Status)
}
