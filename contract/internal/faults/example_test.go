package faults_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// A server with one fault is a handler as any other. This one has another
// default limit than the documented 100.
func Example() {
	fault := faults.Named("default-limit-10")
	srv, err := sandbox.New()
	if err != nil {
		fmt.Println(err)
		return
	}
	ts := httptest.NewServer(fault.Handler(srv))
	defer ts.Close()

	req, _ := http.NewRequest(http.MethodGet, ts.URL+"/users", nil)
	req.Header.Set("Authorization", "Bearer "+srv.MintAccessToken().Reveal())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(fault.Title)
	fmt.Printf("%s", body)
	// Output:
	// the default limit is 10
	// {"users":[],"pagination":{"limit":10,"total":0}}
}
