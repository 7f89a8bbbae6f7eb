package sandbox

import (
	"context"
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/gen"
)

// CreateServerToken is the client_credentials grant behind
// POST /v1/projects/{project_id}/auth/server.
func (h *handlers) CreateServerToken(ctx context.Context, r CreateServerTokenRequestObject) (CreateServerTokenResponseObject, error) {
	basic := callOf(ctx).basic
	if len(basic) != 1 {
		return nil, invalidClient()
	}
	c, ok := basicCredentials(basic[0])
	if !ok {
		return nil, invalidClient()
	}
	t, err := h.confidential(r.ProjectID, c)
	if err != nil {
		return nil, err
	}
	token, err := h.clientToken(t, value(r.Body.Scope))
	if err != nil {
		return nil, err
	}
	return CreateServerToken200JSONResponse{ServerTokenJSONResponse{
		Body: token, Headers: ServerTokenResponseHeaders{CacheControl: "no-store", Pragma: new("no-cache")},
	}}, nil
}

// CreateSDKToken is the exchange and refresh grants behind
// POST /v1/projects/{project_id}/auth/sdk.
func (h *handlers) CreateSDKToken(_ context.Context, r CreateSDKTokenRequestObject) (CreateSDKTokenResponseObject, error) {
	body, err := r.Body.ValueByDiscriminator()
	if err != nil {
		return nil, badRequest("the body is not valid")
	}
	var token gen.Token
	switch b := body.(type) {
	case gen.SDKExchange:
		t, err := h.public(r.ProjectID, b.ClientID)
		if err != nil {
			return nil, err
		}
		token, err = h.exchange(t, b.Token, "")
		if err != nil {
			return nil, err
		}
	case gen.SDKRefresh:
		t, err := h.public(r.ProjectID, b.ClientID)
		if err != nil {
			return nil, err
		}
		token, err = h.refresh(t, b.Token, "")
		if err != nil {
			return nil, err
		}
	}
	return CreateSDKToken200JSONResponse{UserTokenJSONResponse{
		Body: token, Headers: UserTokenResponseHeaders{CacheControl: "no-store", Pragma: new("no-cache")},
	}}, nil
}

// clientToken is a token for the confidential client itself. It never comes
// with a refresh token (RFC 6749, 4.4.3).
func (h *handlers) clientToken(t *tenant, asked string) (gen.Token, error) {
	granted, err := scopes(t.Scopes).grant(asked)
	if err != nil {
		return gen.Token{}, err
	}
	return h.token(&principal{project: t.ID, subject: t.ClientID, scope: granted}, asked), nil
}

// exchange is a token for the user whom an identity token names.
func (h *handlers) exchange(t *tenant, idToken, asked string) (gen.Token, error) {
	user, err := h.idp.verify(idToken, t.ID)
	if err != nil {
		return gen.Token{}, err
	}
	granted, err := scopes(userScopes).grant(asked)
	if err != nil {
		return gen.Token{}, err
	}
	token := h.token(&principal{project: t.ID, subject: user, user: user, scope: granted}, asked)
	token.RefreshToken = new(gen.NewSecret(t.refresh.issue(&family{client: t.SDKClientID, user: user, scope: granted})))
	return token, nil
}

// refresh is a token for the user for whom a refresh token was issued.
func (h *handlers) refresh(t *tenant, refreshToken, asked string) (gen.Token, error) {
	next, f, granted, err := t.refresh.rotate(refreshToken, t.SDKClientID, asked)
	if err != nil {
		return gen.Token{}, err
	}
	token := h.token(&principal{project: t.ID, subject: f.user, user: f.user, scope: granted}, asked)
	token.RefreshToken = new(gen.NewSecret(next))
	return token, nil
}

// token is the answer with a new access token. It says which scopes were
// granted only where they are not those asked for (RFC 6749, 5.1).
func (h *handlers) token(p *principal, asked string) gen.Token {
	token := gen.Token{AccessToken: gen.NewSecret(h.tokens.issue(p)), TokenType: "Bearer", ExpiresIn: int64(h.tokens.ttl / time.Second)}
	if !slices.Equal(splitScopes(asked), p.scope) {
		token.Scope = new(p.scope.String())
	}
	return token
}

// value is what an optional string points to, or "".
func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
