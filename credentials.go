package onvy

import (
	"context"
	"errors"
	"time"

	"github.com/onvy-health/onvy-go/internal/credential"
	"github.com/onvy-health/onvy-go/internal/safetext"
)

// Credentials are what a client gets its tokens with: [ServerCredentials],
// [UserCredentials], [TokenFunc] or [StaticToken].
type Credentials interface {
	// tokens checks the credentials and makes the source of their tokens.
	tokens(p *pipeline) (tokens, error)
}

// tokens is where the pipeline has its tokens from.
type tokens interface {
	// get returns a token that is worth sending, or an error of ctx or of the
	// token endpoint.
	get(ctx context.Context) (*token, error)
	// reject says that the server refused a token, and returns whether get
	// may now have another.
	reject(*token) bool
	// invalidate drops the token in use if it is the one that is given.
	invalidate(Token)
}

// ServerCredentials are those of a confidential client: server to server, for
// all users of a project.
type ServerCredentials struct {
	ProjectID    string
	ClientID     string
	ClientSecret Secret
	// Scopes to ask for ("users:read"); nil asks for all that the client has.
	Scopes []string
	// Canonical asks at POST /oauth/token (RFC 6749) instead of the project's
	// own endpoint, /v1/projects/{project_id}/auth/server.
	Canonical bool
}

func (c ServerCredentials) tokens(p *pipeline) (tokens, error) {
	for _, err := range []error{
		credential.Project("ServerCredentials.ProjectID", c.ProjectID),
		credential.Client("ServerCredentials.ClientID", c.ClientID),
		credential.Secret("ServerCredentials.ClientSecret", c.ClientSecret.Reveal()),
		credential.Scopes("ServerCredentials.Scopes", c.Scopes),
	} {
		if err != nil {
			return nil, err
		}
	}
	c.Scopes = append([]string(nil), c.Scopes...)
	return p.cache((&serverGrant{creds: c, pipeline: p}).fetch), nil
}

// UserCredentials are those of a public client that acts for one user: an
// identity token of the project's identity provider is exchanged for an access
// token and a refresh token, and the refresh token for the next ones.
//
// It needs IDToken, RefreshToken or LoadRefreshToken, or several of them. The
// refresh token is used until it is refused, and then IDToken is asked.
//
// The callbacks serve all callers of the client, and so get a context that has
// none of a caller's values and ends after a minute. One that does not return
// by then is left behind; one that panics fails the operations that wait for
// the token; one that uses the client which waits for it gets an error there.
type UserCredentials struct {
	ProjectID string
	ClientID  string // of the public client, "sdk" in the examples of ONVY
	// IDToken returns an identity token that is valid now. It is called when
	// there is no refresh token that works.
	IDToken func(context.Context) (Secret, error) `json:"-"`
	// RefreshToken is the one that OnToken stored last. A refresh token may be
	// good for one use only: clients that share one need LoadRefreshToken.
	RefreshToken Secret
	// LoadRefreshToken returns the refresh token that was stored last, by this
	// process or by another one that acts for the same user. It is asked before
	// each refresh, and once more if the server refuses the refresh token: what
	// another process stored in between is then used. Nothing (the zero Secret)
	// leaves the token that is known. Two processes may still refresh at the
	// same moment; where the server takes that for theft (RFC 9700, 4.14.2), take
	// a lock here and give it back in OnToken, or after a minute.
	LoadRefreshToken func(context.Context) (Secret, error) `json:"-"`
	// OnToken is called with each new token, to store the refresh token. The
	// new token is used when it has returned nil, and never before: a program
	// that ends in between finds a refresh token that works. If it fails, so do
	// the operations that wait for the token, and it is called again with the
	// same token, not before 5 seconds later. nil stores nothing: the refresh
	// token is lost with the program.
	OnToken func(context.Context, Token) error `json:"-"`
	// Canonical asks at POST /oauth/token (RFC 8693, RFC 6749) instead of the
	// project's own endpoint, /v1/projects/{project_id}/auth/sdk.
	Canonical bool
}

func (c UserCredentials) tokens(p *pipeline) (tokens, error) {
	for _, err := range []error{
		credential.Project("UserCredentials.ProjectID", c.ProjectID),
		credential.Client("UserCredentials.ClientID", c.ClientID),
	} {
		if err != nil {
			return nil, err
		}
	}
	if c.IDToken == nil && c.LoadRefreshToken == nil && c.RefreshToken.IsZero() {
		return nil, errors.New("UserCredentials needs IDToken, RefreshToken or LoadRefreshToken")
	}
	return p.cache((&userGrant{creds: c, pipeline: p, refresh: c.RefreshToken}).fetch), nil
}

// StaticToken is an access token from elsewhere. It is used as long as the
// server takes it; then operations end in [ErrUnauthorized].
type StaticToken struct{ AccessToken Secret }

func (c StaticToken) tokens(*pipeline) (tokens, error) {
	if err := credential.Secret("StaticToken.AccessToken", c.AccessToken.Reveal()); err != nil {
		return nil, err
	}
	if !safetext.Visible(c.AccessToken.Reveal()) {
		return nil, errors.New("StaticToken.AccessToken has a character that no token has")
	}
	return static{newToken(Token{AccessToken: c.AccessToken})}, nil
}

// static is the source of the one token of a StaticToken.
type static struct{ *token }

func (s static) get(context.Context) (*token, error) { return s.token, nil }
func (s static) reject(*token) bool                  { return false }
func (s static) invalidate(Token)                    {}

// TokenFunc gets access tokens from elsewhere: a vault, a sidecar, another
// library. It is called when there is no token or the one in use is about to
// end, once at a time, with a context that has none of a caller's values and
// ends after a minute. ExpiresAt of the token says when that is; if it is zero,
// the token is used until the server refuses it.
type TokenFunc func(context.Context) (Token, error)

func (f TokenFunc) tokens(p *pipeline) (tokens, error) {
	if f == nil {
		return nil, errors.New("the TokenFunc is nil")
	}
	return p.cache(f.fetch), nil
}

func (f TokenFunc) fetch(ctx context.Context) (*token, error) {
	got, err := callback(ctx, tokenFunc, "TokenFunc", func() (Token, error) { return f(ctx) })
	if err != nil {
		return nil, err
	}
	now := time.Now()
	switch access := got.AccessToken.Reveal(); {
	case access == "" || !safetext.Visible(access):
		return nil, callbackError(tokenFunc, "TokenFunc returned no token", ErrUnauthorized)
	case !got.ExpiresAt.IsZero() && !now.Before(got.ExpiresAt):
		return nil, callbackError(tokenFunc, "TokenFunc returned a token that has ended", ErrUnauthorized)
	}
	t := newToken(got)
	if !got.ExpiresAt.IsZero() {
		t.lives(now, min(got.ExpiresAt.Sub(now), longestLife))
		t.ExpiresAt = got.ExpiresAt
	}
	return t, nil
}
