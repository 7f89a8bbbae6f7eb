package onvy_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// What an error has for programs.
func ExampleError() {
	srv, client := start()
	defer srv.Close()
	srv.Trouble(sandbox.Trouble{Operation: "listUsers", Status: 429, RetryAfter: "3600"})

	_, err := client.Users.List(ctx, nil)
	if e, ok := errors.AsType[*onvy.Error](err); ok && errors.Is(err, onvy.ErrRateLimited) {
		fmt.Println(e.Operation, e.StatusCode, e.RetryAfter)
	}
	fmt.Println(err)
	// Output:
	// users.list 429 1h0m0s
	// onvy: users.list: 429 Too Many Requests, retry after 1h0m0s
}

// Two bad answers and a good one are a good one.
func Example_retries() {
	srv, client := start()
	defer srv.Close()
	srv.Trouble(sandbox.Trouble{Operation: "listUsers", Status: 503, Times: 2})

	_, err := client.Users.List(ctx, nil)
	fmt.Println(err, srv.Requests()["listUsers"])
	// Output: <nil> 3
}

// A caller's deadline holds, whatever the server does.
func Example_deadline() {
	srv, client := start()
	defer srv.Close()
	srv.Trouble(sandbox.Trouble{Operation: "createServerToken", Delay: time.Minute})

	ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	_, err := client.Users.List(ctx, nil)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output: true
}

// All tokens are revoked, and nobody notices.
func Example_revokedToken() {
	srv, client := start()
	defer srv.Close()

	for range 3 {
		_, err := client.Users.List(ctx, nil)
		fmt.Println(err)
		srv.RevokeTokens()
	}
	fmt.Println(srv.TokenRequests(), "token requests")
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// 3 token requests
}

func ExampleWithLogger() {
	srv, _ := start()
	defer srv.Close()
	debug := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "duration" {
				return slog.Attr{} // not the same each time
			}
			return a
		},
	}))

	client, err := onvy.NewClient(credentials(srv), onvy.WithBaseURL(srv.URL), onvy.WithLogger(debug))
	if err != nil {
		log.Fatal(err)
	}
	_, _ = client.Users.Get(ctx, "user_123")
	// Output:
	// level=DEBUG msg="onvy request" operation=auth.server method=POST route=/v1/projects/{project_id}/auth/server attempt=1 status=200
	// level=DEBUG msg="onvy request" operation=users.get method=GET route=/users/{user_id} attempt=1 status=404
}

// counter counts requests by operation.
type counter struct {
	http.RoundTripper
	n map[string]int
}

func (c counter) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n[onvy.Operation(r.Context())]++
	return c.RoundTripper.RoundTrip(r)
}

func ExampleOperation() {
	srv, _ := start()
	defer srv.Close()

	transport := counter{http.DefaultTransport, map[string]int{}}
	client, err := onvy.NewClient(credentials(srv), onvy.WithBaseURL(srv.URL), onvy.WithTransport(transport))
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		_, _ = client.Users.Get(ctx, "user_123")
	}
	fmt.Println(transport.n)
	// Output: map[auth.server:1 users.get:3]
}
