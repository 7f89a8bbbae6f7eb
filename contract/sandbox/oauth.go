package sandbox

import (
	"context"
	"net/http"
	"strings"

	"github.com/onvy-health/onvy-go/gen"
)

const (
	accessTokenType = "urn:ietf:params:oauth:token-type:access_token"
	idTokenType     = "urn:ietf:params:oauth:token-type:id_token"
	jwtType         = "urn:ietf:params:oauth:token-type:jwt"
)

// CreateOAuthToken is the token endpoint of RFC 6749, with the token exchange
// of RFC 8693.
func (h *handlers) CreateOAuthToken(ctx context.Context, r CreateOAuthTokenRequestObject) (CreateOAuthTokenResponseObject, error) {
	c, err := h.oauthClient(callOf(ctx).basic, r.Body)
	if err != nil {
		return nil, err
	}
	var token gen.Token
	switch r.Body.GrantType {
	case gen.GrantTypeClientCredentials:
		token, err = h.oauthClientCredentials(c, r.Body)
	case gen.GrantTypeRefreshToken:
		token, err = h.oauthRefresh(c, r.Body)
	default:
		token, err = h.oauthExchange(c, r.Body)
	}
	if err != nil {
		return nil, err
	}
	return CreateOAuthToken200JSONResponse{OAuthTokenJSONResponse{
		Body: token, Headers: OAuthTokenResponseHeaders{CacheControl: "no-store", Pragma: new("no-cache")},
	}}, nil
}

// oauthClient returns the credentials of a request, in the header or in the
// form, and refuses both (RFC 6749, 2.3).
func (h *handlers) oauthClient(headers []string, form *gen.OAuthTokenRequest) (credentials, error) {
	if len(headers) == 0 {
		if form.ClientID == nil {
			return credentials{}, invalidClient()
		}
		return credentials{*form.ClientID, value(form.ClientSecret)}, nil
	}
	if form.ClientSecret != nil {
		return credentials{}, badRequest("the client authenticated in two ways")
	}
	if len(headers) > 1 {
		return credentials{}, invalidClient()
	}
	c, ok := basicCredentials(headers[0])
	if !ok || form.ClientID != nil && *form.ClientID != c.id {
		return credentials{}, invalidClient()
	}
	return c, nil
}

func (h *handlers) oauthClientCredentials(c credentials, form *gen.OAuthTokenRequest) (gen.Token, error) {
	project, err := projectOf(form)
	if err != nil {
		return gen.Token{}, err
	}
	if t := h.projects[project]; t != nil && c.secret == "" && equal(c.id, t.SDKClientID) {
		return gen.Token{}, unauthorizedClient()
	}
	t, err := h.confidential(project, c)
	if err != nil {
		return gen.Token{}, err
	}
	return h.clientToken(t, value(form.Scope))
}

func (h *handlers) oauthRefresh(c credentials, form *gen.OAuthTokenRequest) (gen.Token, error) {
	t, err := h.oauthPublic(c, form)
	if err != nil {
		return gen.Token{}, err
	}
	if form.RefreshToken == nil {
		return gen.Token{}, badRequest("refresh_token is missing")
	}
	return h.refresh(t, *form.RefreshToken, value(form.Scope))
}

func (h *handlers) oauthExchange(c credentials, form *gen.OAuthTokenRequest) (gen.Token, error) {
	t, err := h.oauthPublic(c, form)
	if err != nil {
		return gen.Token{}, err
	}
	switch {
	case form.SubjectToken == nil:
		return gen.Token{}, badRequest("subject_token is missing")
	case form.SubjectTokenType == nil:
		return gen.Token{}, badRequest("subject_token_type is missing")
	case *form.SubjectTokenType != idTokenType && *form.SubjectTokenType != jwtType:
		return gen.Token{}, badRequest("subject_token_type is not one that can be exchanged")
	case form.RequestedTokenType != nil && *form.RequestedTokenType != accessTokenType:
		return gen.Token{}, badRequest("requested_token_type is not one that can be had")
	}
	token, err := h.exchange(t, *form.SubjectToken, value(form.Scope))
	token.IssuedTokenType = new(accessTokenType)
	return token, err
}

// oauthPublic returns the project of a request of its public client. The
// confidential client may not use the grants of users.
func (h *handlers) oauthPublic(c credentials, form *gen.OAuthTokenRequest) (*tenant, error) {
	project, err := projectOf(form)
	if err != nil {
		return nil, err
	}
	if t := h.projects[project]; t != nil && t.isConfidential(c) {
		return nil, unauthorizedClient()
	}
	if c.secret != "" {
		return nil, invalidClient()
	}
	return h.public(project, c.id)
}

func unauthorizedClient() *refusal {
	return refuse(http.StatusBadRequest, "unauthorized_client", "the client may not use this grant")
}

// projectOf is the project that the audience names.
func projectOf(form *gen.OAuthTokenRequest) (string, error) {
	if form.Audience == nil {
		return "", badRequest("audience is missing")
	}
	project, ok := strings.CutPrefix(*form.Audience, audiencePrefix)
	if !ok || project == "" {
		return "", refuse(http.StatusBadRequest, "invalid_target", "audience is not the URN of a project")
	}
	return project, nil
}
