package onvy_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"testing"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

var ctx = context.Background()

// TestMain starts the sandbox that the environment of the examples points to.
func TestMain(m *testing.M) {
	srv, _ := start()
	defer srv.Close()
	for name, value := range map[string]string{
		"ONVY_BASE_URL":      srv.URL,
		"ONVY_PROJECT_ID":    srv.Project.ID,
		"ONVY_CLIENT_ID":     srv.Project.ClientID,
		"ONVY_CLIENT_SECRET": srv.Project.ClientSecret.Reveal(),
	} {
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
	}
	m.Run()
}

// start returns a sandbox and a client of it.
func start() (*sandbox.Server, *onvy.Client) {
	srv, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Listen("127.0.0.1:0"); err != nil {
		log.Fatal(err)
	}
	client, err := onvy.NewClient(credentials(srv), onvy.WithBaseURL(srv.URL))
	if err != nil {
		log.Fatal(err)
	}
	return srv, client
}

func Example_quickstart() {
	client, err := onvy.NewClient(onvy.ServerCredentials{
		ProjectID:    os.Getenv("ONVY_PROJECT_ID"),
		ClientID:     os.Getenv("ONVY_CLIENT_ID"),
		ClientSecret: onvy.NewSecret(os.Getenv("ONVY_CLIENT_SECRET")),
	}, onvy.WithBaseURL(os.Getenv("ONVY_BASE_URL")))
	if err != nil {
		log.Fatal(err)
	}
	user, err := client.Users.Create(ctx, onvy.UserCreate{ID: "user_123", Firstname: new("Avery")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.ID, *user.Firstname)
	// Output: user_123 Avery
}

// The canonical endpoint of RFC 6749, and two scopes of those that the client has.
func ExampleServerCredentials() {
	client, err := onvy.NewClient(onvy.ServerCredentials{
		ProjectID:    os.Getenv("ONVY_PROJECT_ID"),
		ClientID:     os.Getenv("ONVY_CLIENT_ID"),
		ClientSecret: onvy.NewSecret(os.Getenv("ONVY_CLIENT_SECRET")),
		Scopes:       []string{"users:create", "users:read"},
		Canonical:    true,
	}, onvy.WithBaseURL(os.Getenv("ONVY_BASE_URL")))
	if err != nil {
		log.Fatal(err)
	}
	err = client.Users.Delete(ctx, "user_123")
	fmt.Println(err)
	// Output: onvy: users.delete: 403 Forbidden (insufficient_scope)
}

// An app signs its user in with its own identity provider, and keeps the
// refresh tokens of ONVY.
func ExampleUserCredentials() {
	srv, _ := start()
	defer srv.Close()

	var stored string // a keychain, say
	client, err := onvy.NewClient(onvy.UserCredentials{
		ProjectID: srv.Project.ID,
		ClientID:  srv.Project.SDKClientID,
		IDToken: func(ctx context.Context) (onvy.Secret, error) {
			return srv.MintIDToken("avery"), nil // of the identity provider
		},
		OnToken: func(ctx context.Context, token onvy.Token) error {
			stored = token.RefreshToken.Reveal()
			return nil
		},
	}, onvy.WithBaseURL(srv.URL))
	if err != nil {
		log.Fatal(err)
	}
	user, err := client.Users.Create(ctx, onvy.UserCreate{ID: "avery"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.ID, stored != "")
	// Output: avery true
}

// The next start of the app needs no sign-in.
func ExampleUserCredentials_refreshToken() {
	srv, _ := start()
	defer srv.Close()
	stored := signIn(srv) // what OnToken was given last

	client, err := onvy.NewClient(onvy.UserCredentials{
		ProjectID:    srv.Project.ID,
		ClientID:     srv.Project.SDKClientID,
		RefreshToken: stored,
		OnToken: func(ctx context.Context, token onvy.Token) error {
			fmt.Println("a new one to store:", token.RefreshToken)
			return nil
		},
	}, onvy.WithBaseURL(srv.URL))
	if err != nil {
		log.Fatal(err)
	}
	list, err := client.Users.List(ctx, nil)
	fmt.Println(len(list.Users), err)
	// Output:
	// a new one to store: [secret]
	// 1 <nil>
}

// signIn returns the refresh token of a user of the sandbox.
func signIn(srv *sandbox.Server) (refresh onvy.Secret) {
	client, err := onvy.NewClient(onvy.UserCredentials{
		ProjectID: srv.Project.ID, ClientID: srv.Project.SDKClientID,
		IDToken: func(context.Context) (onvy.Secret, error) { return srv.MintIDToken("avery"), nil },
		OnToken: func(_ context.Context, token onvy.Token) error { refresh = token.RefreshToken; return nil },
	}, onvy.WithBaseURL(srv.URL))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.Users.Create(ctx, onvy.UserCreate{ID: "avery"}); err != nil {
		log.Fatal(err)
	}
	return refresh
}

// A server that is sent the access tokens of users acts with each of them.
func ExampleClient_As() {
	srv, client := start()
	defer srv.Close()
	tokenOfAvery := srv.MintAccessToken() // from a request's Authorization header

	avery, err := client.As(onvy.StaticToken{AccessToken: tokenOfAvery})
	if err != nil {
		log.Fatal(err)
	}
	_, err = avery.Users.Get(ctx, "somebody-else")
	fmt.Println(err)
	// Output: onvy: users.get: 404 Not Found (not_found)
}

// An endpoint that this package does not have.
func ExampleClient_Token() {
	srv, client := start()
	defer srv.Close()

	token, err := client.Token(ctx)
	if err != nil {
		log.Fatal(err)
	}
	req, err := http.NewRequestWithContext(ctx, "GET", srv.URL+"/users?limit=1", nil)
	if err != nil {
		log.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token.AccessToken.Reveal())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status)
	// Output: 200 OK
}

func ExampleSecret() {
	secret := onvy.NewSecret("correct horse")
	fmt.Printf("%v %q %#v %x\n", secret, secret, secret, secret)
	fmt.Println(secret.Reveal())
	// Output:
	// [secret] [secret] [secret] [secret]
	// correct horse
}

// What is wrong with the configuration is said before anything is sent.
func ExampleNewClient_errors() {
	_, err := onvy.NewClient(onvy.ServerCredentials{ProjectID: "proj_1", ClientID: "server"})
	fmt.Println(err)
	_, err = onvy.NewClient(onvy.StaticToken{AccessToken: onvy.NewSecret("at")}, onvy.WithBaseURL("http://staging.api.onvy.health"))
	fmt.Println(err)
	// Output:
	// onvy: NewClient: ServerCredentials.ClientSecret is empty
	// onvy: NewClient: WithBaseURL: http would show the token to the network: use https, or WithInsecureHTTP
}
