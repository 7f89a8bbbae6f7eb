package sandbox

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/contract/sandbox/internal/document"
	"github.com/onvy-health/onvy-go/gen"
)

// serverToken is the client_credentials grant behind
// POST /v1/projects/{project_id}/auth/server.
func serverToken(s *Server, c *call) (*reply, error) {
	if len(c.basic) != 1 {
		return nil, invalidClient()
	}
	given, ok := basicCredentials(c.basic[0])
	if !ok {
		return nil, invalidClient()
	}
	t, err := s.projects.confidential(c.project(), given)
	if err != nil {
		return nil, err
	}
	scope, _ := document.Text(c.body, "scope")
	return c.token(s.clientToken(t, scope))
}

// sdkToken is the exchange and refresh grants behind
// POST /v1/projects/{project_id}/auth/sdk.
func sdkToken(s *Server, c *call) (*reply, error) {
	client, _ := document.Text(c.body, "client_id")
	t, err := s.projects.public(c.project(), client)
	if err != nil {
		return nil, err
	}
	token, _ := document.Text(c.body, "token")
	if grant, _ := document.Text(c.body, "grant"); gen.SDKExchangeGrant(grant).Valid() {
		return c.token(s.exchange(t, token, ""))
	}
	return c.token(s.refresh(t, token, ""))
}

// project is the one that the path names.
func (c *call) project() string { return c.vars["project_id"] }

// token is the answer with a token, or the refusal of one.
func (c *call) token(token gen.Token, err error) (*reply, error) {
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(token)
	return &reply{status: c.op.Success, body: body}, err
}

// grants give tokens: to a client for itself, and for users to whom an identity
// token or a refresh token speaks.
type grants struct {
	projects tenants
	tokens   *issuer
	idp      *identityProvider
	scopes   []string // that operations ask for
}

// clientToken is a token for the confidential client itself. It never comes
// with a refresh token (RFC 6749, 4.4.3).
func (g *grants) clientToken(t *tenant, asked string) (gen.Token, error) {
	granted, err := scopes(t.Scopes).grant(asked)
	if err != nil {
		return gen.Token{}, err
	}
	return g.token(&principal{project: t.ID, subject: t.ClientID, scope: granted}, asked), nil
}

// exchange is a token for the user whom an identity token names.
func (g *grants) exchange(t *tenant, idToken, asked string) (gen.Token, error) {
	user, err := g.idp.verify(idToken, t.ID)
	if err != nil {
		return gen.Token{}, err
	}
	granted, err := scopes(g.scopes).grant(asked)
	if err != nil {
		return gen.Token{}, err
	}
	token := g.token(&principal{project: t.ID, subject: user, user: user, scope: granted}, asked)
	token.RefreshToken = new(gen.NewSecret(t.refresh.issue(&family{client: t.SDKClientID, user: user, scope: granted})))
	return token, nil
}

// refresh is a token for the user for whom a refresh token was issued.
func (g *grants) refresh(t *tenant, refreshToken, asked string) (gen.Token, error) {
	next, f, granted, err := t.refresh.rotate(refreshToken, t.SDKClientID, asked)
	if err != nil {
		return gen.Token{}, err
	}
	token := g.token(&principal{project: t.ID, subject: f.user, user: f.user, scope: granted}, asked)
	token.RefreshToken = new(gen.NewSecret(next))
	return token, nil
}

// token is the answer with a new access token. It says which scopes were
// granted only where they are not those asked for (RFC 6749, 5.1).
func (g *grants) token(p *principal, asked string) gen.Token {
	token := gen.Token{AccessToken: gen.NewSecret(g.tokens.issue(p)), TokenType: "Bearer", ExpiresIn: int64(g.tokens.ttl / time.Second)}
	if !slices.Equal(splitScopes(asked), p.scope) {
		token.Scope = new(p.scope.String())
	}
	return token
}
