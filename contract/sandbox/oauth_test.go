package sandbox_test

import (
	"maps"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"
	idTokenType   = "urn:ietf:params:oauth:token-type:id_token"
)

// with returns a form with pairs changed; "" takes a parameter out.
func with(form url.Values, pairs ...string) url.Values {
	changed := maps.Clone(form)
	for i := 0; i < len(pairs); i += 2 {
		changed.Del(pairs[i])
		if pairs[i+1] != "" {
			changed.Set(pairs[i], pairs[i+1])
		}
	}
	return changed
}

func (c *caller) clientForm() url.Values {
	p := c.srv.Project
	return url.Values{
		"grant_type": {"client_credentials"}, "client_id": {p.ClientID}, "client_secret": {p.ClientSecret.Reveal()},
		"audience": {"urn:onvy:project:" + p.ID}, "scope": {"users:read"},
	}
}

func (c *caller) exchangeForm() url.Values {
	return url.Values{
		"grant_type": {exchangeGrant}, "client_id": {"sdk"}, "subject_token": {c.srv.MintIDToken("ada").Reveal()},
		"subject_token_type": {idTokenType}, "audience": {"urn:onvy:project:" + c.srv.Project.ID},
	}
}

func TestOAuthClientCredentials(t *testing.T) {
	c := start(t)
	p := c.srv.Project
	form := c.clientForm()
	inHeader := with(form, "client_id", "", "client_secret", "")
	for name, r := range map[string]reply{
		"in the form":   c.form(form),
		"in the header": c.form(inHeader, "Authorization", basic(p.ClientID, p.ClientSecret.Reveal())),
		"id in both":    c.form(with(form, "client_secret", ""), "Authorization", basic(p.ClientID, p.ClientSecret.Reveal())),
		"with others":   c.form(with(form, "unknown", "1", "client_assertion", "")),
	} {
		c.neverCached(r)
		require.Equal(t, 200, r.Status, "%s: %s", name, r.Text)
		require.Len(t, r.Body, 3, name)
	}
	empty := with(form)
	empty["scope"] = []string{""} // as if it were not there
	require.Contains(t, c.form(empty).text("scope"), "users:delete")
	empty["audience"] = []string{""}
	require.Equal(t, "audience is missing", c.form(empty).text("error_description"))
}

func TestOAuthExchangeAndRefresh(t *testing.T) {
	c := start(t)
	r := c.neverCached(c.form(c.exchangeForm()))
	require.Equal(t, 200, r.Status, r.Text)
	require.Equal(t, "urn:ietf:params:oauth:token-type:access_token", r.text("issued_token_type"))

	narrow := c.form(with(c.exchangeForm(), "scope", "users:read users:update"))
	require.NotContains(t, narrow.Body, "scope")
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {"sdk"}, "refresh_token": {narrow.text("refresh_token")}, "audience": {"urn:onvy:project:proj_sandbox"}}
	require.Equal(t, "invalid_scope", c.form(with(refresh, "scope", "users:delete")).code(), "a scope that was not granted first")
	narrower := c.form(with(refresh, "scope", "users:read"))
	require.Equal(t, 200, narrower.Status, narrower.Text)
	require.Equal(t, "users:read", claims(t, narrower.text("access_token"))["scope"])
	require.Equal(t, "invalid_grant", c.form(refresh).code())
	again := c.form(with(refresh, "refresh_token", c.exchange("ada").text("refresh_token")))
	require.Equal(t, 200, again.Status, "one from auth/sdk is as good")
}

func TestOAuthRefusals(t *testing.T) {
	c := start(t)
	p := c.srv.Project
	right := basic(p.ClientID, p.ClientSecret.Reveal())
	form, exchange := c.clientForm(), c.exchangeForm()
	refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {"sdk"}, "audience": {"urn:onvy:project:proj_sandbox"}}
	for _, try := range []struct {
		name   string
		form   url.Values
		header string
		status int
		code   string
	}{
		{"nothing", url.Values{}, "", 400, "invalid_request"},
		{"no grant", with(form, "grant_type", ""), "", 400, "invalid_request"},
		{"unknown grant", with(form, "grant_type", "password"), "", 400, "unsupported_grant_type"},
		{"wrong secret", with(form, "client_secret", "wrong"), "", 401, "invalid_client"},
		{"no client", with(form, "client_id", ""), "", 401, "invalid_client"},
		{"no secret", with(form, "client_secret", ""), "", 401, "invalid_client"},
		{"unknown client", with(form, "client_id", "nobody"), "", 401, "invalid_client"},
		{"wrong header", with(form, "client_id", "", "client_secret", ""), basic(p.ClientID, "wrong"), 401, "invalid_client"},
		{"other id in header", with(form, "client_id", "nobody", "client_secret", ""), right, 401, "invalid_client"},
		{"bearer header", with(form, "client_id", "", "client_secret", ""), "Bearer " + c.token, 401, "invalid_client"},
		{"two ways", form, right, 400, "invalid_request"},
		{"no audience", with(form, "audience", ""), "", 400, "invalid_request"},
		{"bad audience", with(form, "audience", "proj_sandbox"), "", 400, "invalid_target"},
		{"other project", with(form, "audience", "urn:onvy:project:proj_other"), "", 401, "invalid_client"},
		{"unknown project", with(form, "audience", "urn:onvy:project:nope"), "", 401, "invalid_client"},
		{"unknown scope", with(form, "scope", "nope"), "", 400, "invalid_scope"},
		{"public client", with(form, "client_id", "sdk", "client_secret", ""), "", 400, "unauthorized_client"},
		{"confidential exchange", with(exchange, "client_id", p.ClientID, "client_secret", p.ClientSecret.Reveal()), "", 400, "unauthorized_client"},
		{"exchange of nothing", with(exchange, "subject_token", ""), "", 400, "invalid_request"},
		{"exchange of what", with(exchange, "subject_token_type", ""), "", 400, "invalid_request"},
		{"exchange of another type", with(exchange, "subject_token_type", "urn:ietf:params:oauth:token-type:saml2"), "", 400, "invalid_request"},
		{"exchange for another type", with(exchange, "requested_token_type", idTokenType), "", 400, "invalid_request"},
		{"exchange of garbage", with(exchange, "subject_token", "x"), "", 400, "invalid_grant"},
		{"exchange by an unknown client", with(exchange, "client_id", "nobody"), "", 401, "invalid_client"},
		{"server scopes for a user", with(exchange, "scope", "daily_records:read"), "", 400, "invalid_scope"},
		{"refresh of nothing", refresh, "", 400, "invalid_request"},
		{"refresh of garbage", with(refresh, "refresh_token", "x"), "", 400, "invalid_grant"},
		{"public client with a secret", with(refresh, "refresh_token", "x", "client_secret", "y"), "", 401, "invalid_client"},
	} {
		r := c.neverCached(c.form(try.form, "Authorization", try.header))
		require.Equal(t, try.status, r.Status, "%s: %s", try.name, r.Text)
		require.Equal(t, try.code, r.code(), try.name)
	}
}

func TestOAuthFormsAreReadStrictly(t *testing.T) {
	c := start(t)
	body := c.clientForm().Encode()
	for _, bad := range []string{body + "&scope=users:read", body + "&x=1&x=2", body + "&a=%zz", body + ";a=b"} {
		r := c.neverCached(c.do("POST", "/oauth/token", bad, "Authorization", "", "Content-Type", "application/x-www-form-urlencoded"))
		require.Equal(t, 400, r.Status, r.Text)
		require.Equal(t, "invalid_request", r.code())
	}
	inQuery := c.do("POST", "/oauth/token?"+body, "grant_type=client_credentials", "Authorization", "", "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, 401, inQuery.Status, "credentials in the query do not count")
	c.neverCached(c.do("POST", "/oauth/token", "{}", "Authorization", ""))
}
