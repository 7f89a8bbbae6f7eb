package onvy

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/gen"
	"github.com/onvy-health/onvy-go/internal/bounded"
	"github.com/onvy-health/onvy-go/internal/safetext"
)

// audience is the project as the canonical endpoint wants it.
func audience(projectID string) *string { return new("urn:onvy:project:" + projectID) }

// ask sends a token request and reads the answer.
func ask(ctx context.Context, p *pipeline, op *operation, req *http.Request, buildErr error) (*token, error) {
	if buildErr != nil {
		return nil, invalid(op, "the request cannot be made")
	}
	asked := time.Now()
	a, err := p.do(ctx, op, nil, req, p.defaults())
	if err != nil {
		return nil, err
	}
	var body gen.Token
	if err := decodeInto(op, a, &body); err != nil {
		return nil, withoutBody(err)
	}
	if access := body.AccessToken.Reveal(); !strings.EqualFold(body.TokenType, "Bearer") || access == "" || !safetext.Visible(access) {
		return nil, withoutBody(badAnswer(op, a, "the answer has no bearer token"))
	}
	got := Token{AccessToken: NewSecret(body.AccessToken.Reveal())}
	if body.RefreshToken != nil {
		got.RefreshToken = NewSecret(body.RefreshToken.Reveal())
	}
	if body.Scope != nil {
		got.Scope = *body.Scope
	}
	t := newToken(got)
	t.lives(asked, seconds(body.ExpiresIn))
	return t, nil
}

// seconds does not overflow.
func seconds(n int64) time.Duration {
	return time.Duration(min(n, int64(longestLife/time.Second))) * time.Second
}

// withoutBody takes the body off an error, where it may be a token that could
// not be read.
func withoutBody(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		d := e.details()
		d.body, d.code, d.message = nil, "", ""
	}
	return err
}

// serverGrant is client_credentials (RFC 6749, 4.4).
type serverGrant struct {
	creds    ServerCredentials
	pipeline *pipeline
}

func (g *serverGrant) fetch(ctx context.Context) (*token, error) {
	var scope *string
	if len(g.creds.Scopes) > 0 {
		scope = new(strings.Join(g.creds.Scopes, " "))
	}
	id, secret := g.creds.ClientID, g.creds.ClientSecret.Reveal()
	if !g.creds.Canonical {
		req, err := gen.NewCreateServerTokenRequest(g.pipeline.server, g.creds.ProjectID, gen.ServerTokenRequest{Scope: scope})
		if err == nil {
			req.SetBasicAuth(id, secret) // as curl -u in the quickstart
		}
		return ask(ctx, g.pipeline, serverToken, req, err)
	}
	req, err := gen.NewCreateOAuthTokenRequestWithFormdataBody(g.pipeline.server, gen.OAuthTokenRequest{
		GrantType: gen.GrantTypeClientCredentials,
		Audience:  audience(g.creds.ProjectID),
		Scope:     scope,
	})
	if err == nil {
		req.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret)) // RFC 6749, 2.3.1
	}
	return ask(ctx, g.pipeline, oauthServerToken, req, err)
}

// userGrant is token exchange (RFC 8693) and then refresh (RFC 6749, 6). One
// fetch runs at a time, so nothing here needs a lock; a callback that does not
// return is left behind with nothing of the grant in its hands.
type userGrant struct {
	creds    UserCredentials
	pipeline *pipeline
	refresh  Secret // the newest; zero: none that works
	pending  *token // not stored yet: OnToken failed
}

func (g *userGrant) fetch(ctx context.Context) (*token, error) {
	t := g.pending
	if t == nil || !t.expires.IsZero() && !time.Now().Before(t.expires) {
		var err error
		if t, err = g.grant(ctx); err != nil {
			return nil, err
		}
		if t.RefreshToken.IsZero() {
			t.RefreshToken = g.refresh // it stays good (RFC 6749, 6)
		}
		g.refresh = t.RefreshToken
	}
	if store := g.creds.OnToken; store != nil {
		// The old refresh token may be dead by now, so the new one is kept for
		// another try.
		g.pending = t
		if _, err := callback(ctx, g.op(), "OnToken", func() (struct{}, error) { return struct{}{}, store(ctx, t.Token) }); err != nil {
			warn(g.pipeline.logger, "onvy: the token was not stored", err)
			return nil, err
		}
	}
	g.pending = nil
	return t, nil
}

// grant refreshes, or exchanges an identity token if it cannot. Another process
// may have refreshed since: the refresh token is loaded before it is used, and
// once more when it was refused.
func (g *userGrant) grant(ctx context.Context) (*token, error) {
	if err := g.load(ctx); err != nil {
		return nil, err
	}
	for again := true; !g.refresh.IsZero(); again = false {
		used := g.refresh.Reveal()
		t, err := g.request(ctx, "refresh", g.refresh)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Code() != string(gen.OAuthErrorCodeInvalidGrant) {
			return t, err
		}
		if loadErr := g.load(ctx); loadErr != nil {
			return nil, loadErr
		}
		if again && g.refresh.Reveal() != used {
			continue
		}
		if g.creds.IDToken == nil {
			return nil, err
		}
		g.refresh = Secret{} // refused for good: expired, revoked or used
	}
	if g.creds.IDToken == nil {
		return nil, callbackError(g.op(), "LoadRefreshToken returned no token", ErrUnauthorized)
	}
	idToken, err := callback(ctx, g.op(), "IDToken", func() (Secret, error) { return g.creds.IDToken(ctx) })
	if err != nil {
		return nil, err
	}
	if idToken.IsZero() {
		return nil, callbackError(g.op(), "IDToken returned no token", ErrUnauthorized)
	}
	return g.request(ctx, "exchange", idToken)
}

// load asks for the newest refresh token, if there is somebody to ask. None
// leaves the one that is known.
func (g *userGrant) load(ctx context.Context) error {
	if g.creds.LoadRefreshToken == nil {
		return nil
	}
	newest, err := callback(ctx, g.op(), "LoadRefreshToken", func() (Secret, error) { return g.creds.LoadRefreshToken(ctx) })
	if err == nil && !newest.IsZero() {
		g.refresh = newest
	}
	return err
}

// op is the operation by which the grant gets its tokens.
func (g *userGrant) op() *operation {
	if g.creds.Canonical {
		return oauthUserToken
	}
	return userToken
}

func (g *userGrant) request(ctx context.Context, grant string, subject Secret) (*token, error) {
	value := subject.Reveal()
	if !g.creds.Canonical {
		var body gen.SDKTokenRequest
		var err error
		if grant == "refresh" {
			err = body.FromSDKRefresh(gen.SDKRefresh{Grant: gen.SDKRefreshGrantRefresh, Token: value, ClientID: g.creds.ClientID})
		} else {
			err = body.FromSDKExchange(gen.SDKExchange{Grant: gen.SDKExchangeGrantExchange, Token: value, ClientID: g.creds.ClientID})
		}
		if err != nil {
			return nil, invalid(userToken, "the request cannot be written as JSON")
		}
		req, err := gen.NewCreateSDKTokenRequest(g.pipeline.server, g.creds.ProjectID, body)
		return ask(ctx, g.pipeline, userToken, req, err)
	}
	form := gen.OAuthTokenRequest{ClientID: &g.creds.ClientID, Audience: audience(g.creds.ProjectID)}
	if grant == "refresh" {
		form.GrantType, form.RefreshToken = gen.GrantTypeRefreshToken, &value
	} else {
		form.GrantType, form.SubjectToken = gen.GrantTypeTokenExchange, &value
		form.SubjectTokenType = new("urn:ietf:params:oauth:token-type:id_token")
	}
	req, err := gen.NewCreateOAuthTokenRequestWithFormdataBody(g.pipeline.server, form)
	return ask(ctx, g.pipeline, oauthUserToken, req, err)
}

// callback calls a function of the program. It may do anything: whatever it
// does, the answer is there when ctx ends, and it is an error of the operation.
func callback[T any](ctx context.Context, op *operation, name string, f func() (T, error)) (T, error) {
	v, err := bounded.Call(ctx, f)
	if err == nil {
		return v, nil
	}
	reason := name + " failed"
	if _, panicked := errors.AsType[*bounded.Panic](err); panicked {
		reason = name + " panicked"
	} else if errors.Is(err, bounded.ErrNoReturn) || ctx.Err() != nil {
		reason = name + " did not return"
	}
	return v, callbackError(op, reason, err)
}

// callbackError is the error of a function of the program. What it says is the
// program's own and not printed; errors.Is and errors.As find it.
func callbackError(op *operation, reason string, err error) *Error {
	return failure(op.name, 0, details{reason: reason, cause: err, grants: true, callback: true})
}
