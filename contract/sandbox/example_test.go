package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// A program embeds the server as it embeds any handler.
func ExampleNew() {
	srv, err := sandbox.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := srv.Listen("127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	defer srv.Close()

	resp, err := http.Get(srv.URL + "/users")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(resp.Status, resp.Header.Get("WWW-Authenticate"))
	// Output: 401 Unauthorized Bearer realm="onvy"
}

// get asks for a user with a good token and prints what comes back.
func get(srv *sandbox.Server, id string) {
	req, _ := http.NewRequest(http.MethodGet, srv.URL+"/users/"+id, nil)
	req.Header.Set("Authorization", "Bearer "+srv.MintAccessToken().Reveal())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		fmt.Println("no answer")
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	fmt.Println(resp.StatusCode, resp.Header.Get("Retry-After"))
}

// Two requests fail as an overloaded server fails them, the third one is
// served. This is how to see whether one's own code tries again.
func ExampleServer_Trouble() {
	srv, _ := sandbox.New()
	_ = srv.Listen("127.0.0.1:0")
	defer srv.Close()

	srv.Trouble(sandbox.Trouble{Operation: "getUser", Times: 2, Status: 503, RetryAfter: "1"})
	for range 3 {
		get(srv, "user_123")
	}
	// Output:
	// 503 1
	// 503 1
	// 404
}

// The answer to a request gets lost after it was carried out: the user is
// there, and the client does not know.
func ExampleServer_Trouble_lostAnswer() {
	srv, _ := sandbox.New()
	_ = srv.Listen("127.0.0.1:0")
	defer srv.Close()

	srv.Trouble(sandbox.Trouble{Operation: "createUser", Lose: sandbox.LoseAnswer})
	req, _ := http.NewRequest(http.MethodPost, srv.URL+"/users", strings.NewReader(`{"id":"user_123"}`))
	req.Header.Set("Authorization", "Bearer "+srv.MintAccessToken().Reveal())
	req.Header.Set("Content-Type", "application/json")
	_, err := http.DefaultClient.Do(req)
	fmt.Println(err != nil)
	get(srv, "user_123")
	// Output:
	// true
	// 200
}
