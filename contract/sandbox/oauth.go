package sandbox

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/onvy-health/onvy-go/gen"
)

const (
	accessTokenType = "urn:ietf:params:oauth:token-type:access_token"
	idTokenType     = "urn:ietf:params:oauth:token-type:id_token"
	jwtType         = "urn:ietf:params:oauth:token-type:jwt"
)

// oauthForm are the parameters of a request to the OAuth endpoint. What is empty
// was left out (RFC 6749, 3.2).
type oauthForm struct{ url.Values }

func (f oauthForm) scope() string { return f.Get("scope") }

// oauthToken is the token endpoint of RFC 6749, with the token exchange of
// RFC 8693.
func oauthToken(s *Server, c *call) (*reply, error) {
	values, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, badRequest("the body is not a valid form")
	}
	form := oauthForm{values}
	client, err := oauthClient(c.basic, form)
	if err != nil {
		return nil, err
	}
	switch gen.GrantType(form.Get("grant_type")) {
	case gen.GrantTypeClientCredentials:
		return c.token(s.oauthClientCredentials(client, form))
	case gen.GrantTypeRefreshToken:
		return c.token(s.oauthRefresh(client, form))
	}
	return c.token(s.oauthExchange(client, form))
}

// oauthClient returns the credentials of a request, in the header or in the
// form, and refuses both (RFC 6749, 2.3).
func oauthClient(headers []string, form oauthForm) (credentials, error) {
	if len(headers) == 0 {
		if !form.Has("client_id") {
			return credentials{}, invalidClient()
		}
		return credentials{form.Get("client_id"), form.Get("client_secret")}, nil
	}
	if form.Has("client_secret") {
		return credentials{}, badRequest("the client authenticated in two ways")
	}
	if len(headers) > 1 {
		return credentials{}, invalidClient()
	}
	c, ok := basicCredentials(headers[0])
	if !ok || form.Has("client_id") && form.Get("client_id") != c.id {
		return credentials{}, invalidClient()
	}
	return c, nil
}

func (g *grants) oauthClientCredentials(c credentials, form oauthForm) (gen.Token, error) {
	project, err := projectOf(form)
	if err != nil {
		return gen.Token{}, err
	}
	if t := g.projects[project]; t != nil && c.secret == "" && equal(c.id, t.SDKClientID) {
		return gen.Token{}, unauthorizedClient()
	}
	t, err := g.projects.confidential(project, c)
	if err != nil {
		return gen.Token{}, err
	}
	return g.clientToken(t, form.scope())
}

func (g *grants) oauthRefresh(c credentials, form oauthForm) (gen.Token, error) {
	t, err := g.oauthPublic(c, form)
	if err != nil {
		return gen.Token{}, err
	}
	if !form.Has("refresh_token") {
		return gen.Token{}, badRequest("refresh_token is missing")
	}
	return g.refresh(t, form.Get("refresh_token"), form.scope())
}

func (g *grants) oauthExchange(c credentials, form oauthForm) (gen.Token, error) {
	t, err := g.oauthPublic(c, form)
	if err != nil {
		return gen.Token{}, err
	}
	switch {
	case !form.Has("subject_token"):
		return gen.Token{}, badRequest("subject_token is missing")
	case !form.Has("subject_token_type"):
		return gen.Token{}, badRequest("subject_token_type is missing")
	case form.Get("subject_token_type") != idTokenType && form.Get("subject_token_type") != jwtType:
		return gen.Token{}, badRequest("subject_token_type is not one that can be exchanged")
	case form.Has("requested_token_type") && form.Get("requested_token_type") != accessTokenType:
		return gen.Token{}, badRequest("requested_token_type is not one that can be had")
	}
	token, err := g.exchange(t, form.Get("subject_token"), form.scope())
	token.IssuedTokenType = new(accessTokenType)
	return token, err
}

// oauthPublic returns the project of a request of its public client. The
// confidential client may not use the grants of users.
func (g *grants) oauthPublic(c credentials, form oauthForm) (*tenant, error) {
	project, err := projectOf(form)
	if err != nil {
		return nil, err
	}
	if t := g.projects[project]; t != nil && t.isConfidential(c) {
		return nil, unauthorizedClient()
	}
	if c.secret != "" {
		return nil, invalidClient()
	}
	return g.projects.public(project, c.id)
}

func unauthorizedClient() *refusal {
	return refuse(http.StatusBadRequest, "unauthorized_client", "the client may not use this grant")
}

// projectOf is the project that the audience names.
func projectOf(form oauthForm) (string, error) {
	if !form.Has("audience") {
		return "", badRequest("audience is missing")
	}
	project, ok := strings.CutPrefix(form.Get("audience"), audiencePrefix)
	if !ok || project == "" {
		return "", refuse(http.StatusBadRequest, "invalid_target", "audience is not the URN of a project")
	}
	return project, nil
}
