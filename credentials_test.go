package onvy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// requests keeps what a token endpoint was sent, and answers with ever new
// tokens.
type requests struct {
	api
	sent []string
}

func record(answer string) *requests {
	r := &requests{}
	r.token = func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		id, secret, _ := req.BasicAuth()
		r.sent = append(r.sent, strings.Join([]string{req.URL.EscapedPath(), req.Header.Get("Content-Type"), id, secret, string(body)}, " | "))
		_, _ = io.WriteString(w, answer)
	}
	return r
}

const bearer = `{"access_token":"at","token_type":"bearer","expires_in":900}`

func TestServerCredentialsAskAsDocumented(t *testing.T) {
	creds := onvy.ServerCredentials{ProjectID: "proj_1", ClientID: "server", ClientSecret: onvy.NewSecret("a+b%c d")}
	for want, change := range map[string]func(*onvy.ServerCredentials){
		`/v1/projects/proj_1/auth/server | application/json | server | a+b%c d | {}`:                                                                     func(*onvy.ServerCredentials) {},
		`/v1/projects/proj_1/auth/server | application/json | server | a+b%c d | {"scope":"users:create users:read"}`:                                    func(c *onvy.ServerCredentials) { c.Scopes = []string{"users:create", "users:read"} },
		`/oauth/token | application/x-www-form-urlencoded | server | a%2Bb%25c+d | audience=urn%3Aonvy%3Aproject%3Aproj_1&grant_type=client_credentials`: func(c *onvy.ServerCredentials) { c.Canonical = true },
	} {
		mine := creds
		change(&mine)
		r := record(bearer)
		_, err := client(t, r, mine).Users.Get(t.Context(), "u")
		require.NoError(t, err)
		require.Equal(t, []string{want}, r.sent)
	}
}

func TestUserCredentialsAskAsDocumented(t *testing.T) {
	idToken := func(context.Context) (onvy.Secret, error) { return onvy.NewSecret("idt"), nil }
	exchange := onvy.UserCredentials{ProjectID: "proj_1", ClientID: "sdk", IDToken: idToken}
	refresh := onvy.UserCredentials{ProjectID: "proj_1", ClientID: "sdk", RefreshToken: onvy.NewSecret("rt")}
	canonical := func(c onvy.UserCredentials) onvy.UserCredentials { c.Canonical = true; return c }
	for want, creds := range map[string]onvy.UserCredentials{
		`/v1/projects/proj_1/auth/sdk | application/json |  |  | {"client_id":"sdk","grant":"exchange","token":"idt"}`: exchange,
		`/v1/projects/proj_1/auth/sdk | application/json |  |  | {"client_id":"sdk","grant":"refresh","token":"rt"}`:   refresh,
		`/oauth/token | application/x-www-form-urlencoded |  |  | audience=urn%3Aonvy%3Aproject%3Aproj_1&client_id=sdk` +
			`&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange&subject_token=idt` +
			`&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aid_token`: canonical(exchange),
		`/oauth/token | application/x-www-form-urlencoded |  |  | audience=urn%3Aonvy%3Aproject%3Aproj_1&client_id=sdk` +
			`&grant_type=refresh_token&refresh_token=rt`: canonical(refresh),
	} {
		r := record(bearer)
		_, err := client(t, r, creds).Users.Get(t.Context(), "u")
		require.NoError(t, err)
		require.Equal(t, []string{want}, r.sent)
	}
}

func TestEveryKindOfCredentialsWorksWithTheSandbox(t *testing.T) {
	srv := sandbox.Start(t)
	alice := onvy.UserCredentials{
		ProjectID: srv.Project.ID, ClientID: srv.Project.SDKClientID,
		IDToken: func(context.Context) (onvy.Secret, error) { return srv.MintIDToken("alice"), nil },
	}
	bob := alice
	bob.Canonical = true
	oauth := credentials(srv)
	oauth.Canonical = true
	c, err := onvy.NewClient(credentials(srv), onvy.WithBaseURL(srv.URL))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	_, err = c.Users.Create(t.Context(), onvy.UserCreate{ID: "alice"})
	require.NoError(t, err)
	for name, creds := range map[string]onvy.Credentials{
		"server": oauth, "user": alice, "user, canonical": bob, "pointer": &oauth,
	} {
		t.Run(name, func(t *testing.T) {
			as, err := c.As(creds)
			require.NoError(t, err)
			for range 2 { // an exchange, then a refresh
				_, err = as.Users.Get(t.Context(), "alice")
				require.NoError(t, err)
				srv.ExpireTokens()
			}
		})
	}
	as, err := c.As(onvy.StaticToken{AccessToken: srv.MintAccessToken()})
	require.NoError(t, err)
	_, err = as.Users.Get(t.Context(), "alice")
	require.NoError(t, err)
}

// vault is where an app keeps the refresh token of a user.
type vault struct {
	stored []string
	err    error
}

func (v *vault) store(_ context.Context, t onvy.Token) error {
	if v.err != nil {
		return v.err
	}
	v.stored = append(v.stored, t.RefreshToken.Reveal())
	return nil
}

// app is a user of a sandbox in memory, with a transport that checks that no
// token is used before it is stored.
func app(t *testing.T, v *vault) (*sandbox.Server, onvy.UserCredentials, *onvy.Client) {
	t.Helper()
	srv, err := sandbox.New()
	require.NoError(t, err)
	_, err = client(t, srv.Handler(), credentials(srv)).Users.Create(t.Context(), onvy.UserCreate{ID: "alice"})
	require.NoError(t, err)
	creds := onvy.UserCredentials{
		ProjectID: srv.Project.ID, ClientID: srv.Project.SDKClientID, OnToken: v.store,
		IDToken: func(context.Context) (onvy.Secret, error) { return srv.MintIDToken("alice"), nil },
	}
	return srv, creds, client(t, srv.Handler(), creds)
}

func TestRefreshTokenRotatesAndIsStoredEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vault{}
		srv, creds, c := app(t, v)
		for i := range 5 {
			_, err := c.Users.Get(t.Context(), "alice")
			require.NoError(t, err)
			require.Len(t, v.stored, i+1)
			time.Sleep(901 * time.Second)
		}
		require.Equal(t, 5, srv.Requests()["createSDKToken"])
		seen := map[string]bool{}
		for _, token := range v.stored {
			require.NotEmpty(t, token)
			require.False(t, seen[token], "the sandbox rotates")
			seen[token] = true
		}

		// Another process goes on from what was stored, without the user.
		creds.IDToken, creds.RefreshToken = nil, onvy.NewSecret(v.stored[4])
		again := client(t, srv.Handler(), creds)
		_, err := again.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
		require.Len(t, v.stored, 6)
	})
}

func TestTokenIsNotUsedBeforeItIsStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		storing := make(chan struct{})
		r := record(bearer)
		creds := onvy.UserCredentials{ProjectID: "p", ClientID: "c", RefreshToken: onvy.NewSecret("rt"), OnToken: func(context.Context, onvy.Token) error {
			<-storing
			return nil
		}}
		c := client(t, r, creds)
		done := make(chan error, 1)
		go func() { _, err := c.Users.Get(t.Context(), "u"); done <- err }()
		synctest.Wait()
		_, calls := r.counts()
		require.Zero(t, calls)
		close(storing)
		require.NoError(t, <-done)
	})
}

func TestTokenThatCouldNotBeStoredIsStoredLaterAndNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("disk full")
		v := &vault{err: full}
		srv, _, c := app(t, v)
		_, err := c.Users.Get(t.Context(), "alice")
		require.ErrorIs(t, err, full)
		require.EqualError(t, err, "onvy: auth.sdk: OnToken failed")
		v.err = nil
		time.Sleep(6 * time.Second)
		_, err = c.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
		require.Len(t, v.stored, 1)
		require.Equal(t, 1, srv.Requests()["createSDKToken"], "the refresh token that came first is the one that works")
	})
}

func TestTokenThatDiedBeforeItWasStoredIsNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vault{err: errors.New("disk full")}
		srv, _, c := app(t, v)
		_, err := c.Users.Get(t.Context(), "alice")
		require.Error(t, err)
		v.err = nil
		time.Sleep(901 * time.Second)
		_, err = c.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
		require.Equal(t, 1, srv.Requests()["getUser"], "no 401 in between")
		require.Equal(t, 2, srv.Requests()["createSDKToken"])
	})
}

func TestScopesAreThoseOfNewClient(t *testing.T) {
	r := record(bearer)
	creds := server
	creds.Scopes = []string{"users:read"}
	c := client(t, r, creds)
	creds.Scopes[0] = "changed"
	_, err := c.Users.Get(t.Context(), "u")
	require.NoError(t, err)
	require.Contains(t, r.sent[0], `{"scope":"users:read"}`)
}

func TestDeadRefreshTokenLeadsToTheIdentityProvider(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vault{}
		srv, creds, c := app(t, v)
		_, err := c.Users.Get(t.Context(), "alice")
		require.NoError(t, err)
		srv.RevokeTokens()
		_, err = c.Users.Get(t.Context(), "alice")
		require.NoError(t, err, "a 401, a refresh that is refused, an exchange")
		require.Len(t, v.stored, 2)

		creds.IDToken, creds.RefreshToken = nil, onvy.NewSecret("rt_dead")
		_, err = client(t, srv.Handler(), creds).Users.Get(t.Context(), "alice")
		require.ErrorIs(t, err, onvy.ErrUnauthorized, "sign in again")
		require.EqualError(t, err, "onvy: auth.sdk: 400 Bad Request (invalid_grant)")
	})
}

func TestRefreshTokenThatIsNotReplacedStaysGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(bearer) // no refresh_token in the answer
		v := &vault{}
		c := client(t, r, onvy.UserCredentials{ProjectID: "p", ClientID: "c", RefreshToken: onvy.NewSecret("rt"), OnToken: v.store})
		for range 3 {
			_, err := c.Users.Get(t.Context(), "u")
			require.NoError(t, err)
			time.Sleep(time.Hour)
		}
		require.Len(t, r.sent, 3)
		require.Contains(t, r.sent[2], `"token":"rt"`)
		require.Equal(t, []string{"rt", "rt", "rt"}, v.stored)
	})
}

func TestIDTokenThatFailsOrIsEmptyIsTheError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		signedOut := errors.New("signed out")
		creds := onvy.UserCredentials{ProjectID: "p", ClientID: "c", IDToken: func(context.Context) (onvy.Secret, error) { return onvy.Secret{}, signedOut }}
		_, err := client(t, &api{}, creds).Users.Get(t.Context(), "u")
		require.ErrorIs(t, err, signedOut)
		creds.IDToken = func(context.Context) (onvy.Secret, error) { return onvy.Secret{}, nil }
		_, err = client(t, &api{}, creds).Users.Get(t.Context(), "u")
		require.ErrorIs(t, err, onvy.ErrUnauthorized)
		require.ErrorContains(t, err, "IDToken returned no token")
	})
}

func TestAsKeepsTokensApartAndConnectionsTogether(t *testing.T) {
	seen := map[string]int{}
	remotes := map[string]bool{}
	srv := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen[r.Header.Get("Authorization")]++
		remotes[r.RemoteAddr] = true
		user(w, "u")
	}))
	c, err := onvy.NewClient(onvy.StaticToken{AccessToken: onvy.NewSecret("a")}, onvy.WithBaseURL(srv))
	require.NoError(t, err)
	t.Cleanup(c.CloseIdleConnections)
	other, err := c.As(onvy.StaticToken{AccessToken: onvy.NewSecret("b")})
	require.NoError(t, err)
	for range 3 {
		for _, c := range []*onvy.Client{c, other} {
			_, err := c.Users.Get(t.Context(), "u")
			require.NoError(t, err)
		}
	}
	require.Equal(t, map[string]int{"Bearer a": 3, "Bearer b": 3}, seen)
	require.Len(t, remotes, 1)
}

func TestMissingProjectIsNotAMissingUser(t *testing.T) {
	for _, status := range []int{404, 409} {
		for _, before := range []int{status, 503} { // 503: as if a request had been lost
			synctest.Test(t, func(t *testing.T) {
				a := &api{}
				a.token = func(w http.ResponseWriter, r *http.Request) {
					if tokens, _ := a.counts(); tokens == 1 {
						w.WriteHeader(before)
						return
					}
					w.WriteHeader(status)
				}
				err := client(t, a, server).Users.Delete(t.Context(), "u")
				require.Error(t, err, "nothing was deleted")
				require.NotErrorIs(t, err, onvy.ErrNotFound)
				require.NotErrorIs(t, err, onvy.ErrConflict)
			})
		}
	}
}
