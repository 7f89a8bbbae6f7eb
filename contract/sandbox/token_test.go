package sandbox_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func basic(id, secret string) string {
	pair := url.QueryEscape(id) + ":" + url.QueryEscape(secret)
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

// serverToken asks auth/server with the right credentials.
func (c *caller) serverToken(scope string) reply {
	c.t.Helper()
	p := c.srv.Project
	body := "{}"
	if scope != "" {
		body = fmt.Sprintf(`{"scope":%q}`, scope)
	}
	return c.neverCached(c.do("POST", "/v1/projects/"+p.ID+"/auth/server", body, "Authorization", basic(p.ClientID, p.ClientSecret.Reveal())))
}

func (c *caller) sdk(project, grant, token, client string) reply {
	c.t.Helper()
	body := fmt.Sprintf(`{"grant":%q,"token":%q,"client_id":%q}`, grant, token, client)
	return c.neverCached(c.do("POST", "/v1/projects/"+project+"/auth/sdk", body, "Authorization", ""))
}

func (c *caller) exchange(subject string) reply {
	return c.sdk(c.srv.Project.ID, "exchange", c.srv.MintIDToken(subject).Reveal(), "sdk")
}

func (c *caller) refresh(token string) reply {
	return c.sdk(c.srv.Project.ID, "refresh", token, "sdk")
}

// neverCached holds an answer of a token endpoint against RFC 6749, 5.1.
func (c *caller) neverCached(r reply) reply {
	c.t.Helper()
	require.Equal(c.t, "no-store", r.Header.Get("Cache-Control"), r.Text)
	require.Equal(c.t, "no-cache", r.Header.Get("Pragma"), r.Text)
	if r.Status == 401 {
		require.True(c.t, strings.HasPrefix(r.Header.Get("WWW-Authenticate"), `Basic realm="onvy"`), r.Header)
	}
	return r
}

func claims(t testing.TB, token string) map[string]any {
	t.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	require.NoError(t, err)
	var c map[string]any
	require.NoError(t, json.Unmarshal(payload, &c))
	return c
}

func TestServerTokenIsTheDocumentedAnswer(t *testing.T) {
	c := start(t)
	r := c.serverToken("users:create users:read")
	require.Equal(t, 200, r.Status)
	token := r.text("access_token")
	require.Equal(t, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": json.Number("900")}, r.Body)

	got := claims(t, token)
	require.EqualValues(t, 900, got["exp"].(float64)-got["iat"].(float64))
	for name, want := range map[string]any{
		"project_id": c.srv.Project.ID, "sub": "server", "principal_type": "client", "scope": "users:create users:read",
		"iss": "urn:onvy:sandbox", "aud": []any{"urn:onvy:project:" + c.srv.Project.ID}, "nbf": got["iat"],
	} {
		require.Equal(t, want, got[name], name)
	}
	require.NotContains(t, got, "user_id")
	require.NotEqual(t, got["jti"], claims(t, c.serverToken("").text("access_token"))["jti"])
}

func TestScopeIsSaidWhereItIsNotWhatWasAsked(t *testing.T) {
	c := start(t)
	require.Equal(t, strings.Join(sandbox.Scopes(), " "), c.serverToken("").text("scope"))
	require.Equal(t, "users:read", c.serverToken("users:read users:read").text("scope"))
	require.NotContains(t, c.serverToken("users:read").Body, "scope")
	for _, scope := range []string{"nope:read", "users:read nope:read", "users:read  users:create", "users:read ", "Users:read", "admin.oauth_clients:revoke"} {
		r := c.serverToken(scope)
		require.Equal(t, 400, r.Status, scope)
		require.Equal(t, "invalid_scope", r.code(), scope)
	}
}

func TestWrongClientsLookAllAlike(t *testing.T) {
	c := start(t)
	p, o := c.srv.Project, c.srv.Other
	right := basic(p.ClientID, p.ClientSecret.Reveal())
	var first string
	for name, try := range map[string]struct{ project, authorization string }{
		"wrong secret":          {p.ID, basic(p.ClientID, "wrong")},
		"no secret":             {p.ID, basic(p.ClientID, "")},
		"unknown client":        {p.ID, basic("nobody", p.ClientSecret.Reveal())},
		"public client":         {p.ID, basic(p.SDKClientID, "")},
		"other project's":       {p.ID, basic(o.ClientID, o.ClientSecret.Reveal())},
		"for the other project": {o.ID, right},
		"unknown project":       {"proj_unknown", right},
		"escaped project":       {"%2F", right},
		"none":                  {p.ID, ""},
		"bearer":                {p.ID, "Bearer " + c.token},
		"no base64":             {p.ID, "Basic !"},
		"no colon":              {p.ID, "Basic " + base64.StdEncoding.EncodeToString([]byte("server"))},
		"bad escape":            {p.ID, "Basic " + base64.StdEncoding.EncodeToString([]byte("server:%zz"))},
		"empty":                 {p.ID, "Basic"},
	} {
		r := c.neverCached(c.do("POST", "/v1/projects/"+try.project+"/auth/server", "{}", "Authorization", try.authorization))
		require.Equal(t, 401, r.Status, name)
		require.Equal(t, "invalid_client", r.code(), name)
		if first == "" {
			first = r.Text
		}
		require.Equal(t, first, r.Text, name)
	}
	for _, scheme := range []string{"basic", "BASIC"} {
		r := c.do("POST", "/v1/projects/"+p.ID+"/auth/server", "{}", "Authorization", strings.Replace(right, "Basic", scheme, 1))
		require.Equal(t, 200, r.Status, scheme)
	}
}

func TestCredentialsAreFormEncodedInBasic(t *testing.T) {
	odd := "a:b%c+d ü&="
	c := start(t, sandbox.WithProjects(sandbox.Project{ID: "p/1", ClientID: odd, ClientSecret: onvy.NewSecret(odd), SDKClientID: "sdk"}))
	r := c.do("POST", "/v1/projects/p%2F1/auth/server", "{}", "Authorization", basic(odd, odd))
	require.Equal(t, 200, r.Status, r.Text)
	raw := "Basic " + base64.StdEncoding.EncodeToString([]byte(odd+":"+odd))
	require.Equal(t, 401, c.do("POST", "/v1/projects/p%2F1/auth/server", "{}", "Authorization", raw).Status)
	r = c.form(url.Values{"grant_type": {"client_credentials"}, "client_id": {odd}, "client_secret": {odd}, "audience": {"urn:onvy:project:p/1"}})
	require.Equal(t, 200, r.Status, r.Text)
}

func TestExchangeGivesATokenForTheUser(t *testing.T) {
	c := start(t)
	r := c.exchange("ada")
	require.Equal(t, 200, r.Status, r.Text)
	require.NotEmpty(t, r.text("refresh_token"))
	got := claims(t, r.text("access_token"))
	require.Equal(t, []any{"user", "ada", "ada"}, []any{got["principal_type"], got["user_id"], got["sub"]})

	c.token = r.text("access_token")
	require.Equal(t, 201, c.do("POST", "/users", `{"id":"ada"}`).Status)
	require.Equal(t, 200, c.do("GET", "/users/ada", "").Status)
}

func TestExchangeVerifiesTheIdentityToken(t *testing.T) {
	c := start(t)
	good := c.srv.MintIDToken("ada").Reveal()
	for name, token := range map[string]string{
		"expired":      c.srv.MintIDToken("ada", claim("exp", time.Now().Unix()-1)).Reveal(),
		"without end":  c.srv.MintIDToken("ada", claim("exp", nil)).Reveal(),
		"issuer":       c.srv.MintIDToken("ada", claim("iss", "https://other.invalid")).Reveal(),
		"audience":     c.srv.MintIDToken("ada", claim("aud", "app:proj_other")).Reveal(),
		"no subject":   c.srv.MintIDToken("").Reveal(),
		"other signer": sandbox.Start(t).MintIDToken("ada").Reveal(),
		"access token": c.token,
		"tampered":     good[:len(good)-3] + "AAA",
		"garbage":      "garbage",
	} {
		r := c.sdk(c.srv.Project.ID, "exchange", token, "sdk")
		require.Equal(t, 400, r.Status, name)
		require.Equal(t, "invalid_grant", r.code(), name)
		require.NotContains(t, r.Text, token)
	}
	require.Equal(t, "invalid_grant", c.sdk(c.srv.Other.ID, "exchange", good, "sdk").code())
	require.Equal(t, "invalid_client", c.sdk("proj_unknown", "exchange", good, "sdk").code())
	require.Equal(t, "invalid_client", c.sdk(c.srv.Project.ID, "exchange", good, "server").code())
	require.Equal(t, "unsupported_grant_type", c.sdk(c.srv.Project.ID, "password", good, "sdk").code())
	require.Equal(t, 200, c.sdk(c.srv.Project.ID, "exchange", good, "sdk").Status)
}

func TestRefreshTokensAreGoodOnce(t *testing.T) {
	c := start(t)
	first := c.exchange("ada").text("refresh_token")
	second := c.refresh(first)
	require.Equal(t, 200, second.Status, second.Text)
	require.Equal(t, "ada", claims(t, second.text("access_token"))["user_id"])
	third := c.refresh(second.text("refresh_token"))
	require.Equal(t, 200, third.Status)

	require.Equal(t, "invalid_grant", c.refresh(first).code())
	require.Equal(t, "invalid_grant", c.refresh(third.text("refresh_token")).code(), "using one again withdraws those that came of it")
	require.Equal(t, 200, c.refresh(c.exchange("ada").text("refresh_token")).Status)
}

func TestRefreshTokensAreBoundToProjectAndClient(t *testing.T) {
	c := start(t)
	token := c.exchange("ada").text("refresh_token")
	require.Equal(t, "invalid_grant", c.sdk(c.srv.Other.ID, "refresh", token, "sdk").code())
	require.Equal(t, "invalid_client", c.sdk(c.srv.Project.ID, "refresh", token, "other").code())
	require.Equal(t, "invalid_grant", c.refresh("rt_unknown").code())
	require.Equal(t, 401, c.do("GET", "/users", "", "Authorization", "Bearer "+token).Status)
	require.Equal(t, 200, c.refresh(token).Status, "a refused request does not use it up")
}

func TestRefreshTokensRunOut(t *testing.T) {
	now := time.Now()
	c := start(t, sandbox.WithClock(func() time.Time { return now }))
	token := c.exchange("ada").text("refresh_token")
	now = now.Add(30 * 24 * time.Hour)
	require.Equal(t, "invalid_grant", c.refresh(token).code())
}

func TestTokenRequestsAreCounted(t *testing.T) {
	c := start(t)
	c.serverToken("")
	c.exchange("ada")
	c.form(url.Values{})
	c.do("GET", "/users", "")
	c.do("HEAD", "/users", "")
	require.Equal(t, 3, c.srv.TokenRequests())
	require.Equal(t, map[string]int{"createServerToken": 1, "createSDKToken": 1, "createOAuthToken": 1, "listUsers": 2}, c.srv.Requests())
}
