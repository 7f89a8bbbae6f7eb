package contract_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"strings"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// An exchange from anywhere, as bytes.
func ExampleSpec_Check() {
	spec, err := contract.Load(onvy.Spec)
	if err != nil {
		log.Fatal(err)
	}
	findings := spec.Check(&contract.Exchange{
		Request: contract.Request{
			Method: "GET", URL: "https://api.onvy.health/users/user_123",
			Header: contract.Header{{Name: "Authorization", Value: "Bearer at_1"}},
		},
		Response: &contract.Response{
			Status: 200,
			Header: contract.Header{{Name: "Content-Type", Value: "application/json"}},
			Body:   []byte(`{"id":"user_123","id":"user_123","height":"172","created_at":"2026-03-05T18:10:27Z","updated_at":"2026-03-05T18:10:27Z"}`),
		},
	})
	for _, f := range findings {
		fmt.Println(f.Level, f.Rule, f.Pointer, f.Message)
	}
	// Output:
	// violation json/duplicate-name /id a name stands twice in one object
	// violation schema/type /height a string where a number is documented
}

// What a program sends and gets is checked as it goes along.
func ExampleTransport() {
	spec, err := contract.Load(onvy.Spec)
	if err != nil {
		log.Fatal(err)
	}
	srv, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Listen("127.0.0.1:0"); err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	client := &http.Client{Transport: contract.Transport(spec, nil, func(f contract.Finding) {
		fmt.Println(f.Level, f.Rule, f.Message)
	})}
	srv.Trouble(sandbox.Trouble{Operation: "listUsers", Status: 502, HTML: true})
	resp, err := client.Get(srv.URL + "/users")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	fmt.Println(resp.StatusCode, strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html"))
	// Output:
	// 502 true
	// violation http/server-error the server failed with 502
	// assumption http/content-type the content type is text/html; application/json is documented
}

// A rule of your own is held against every exchange of a run, beside those of
// this package.
func ExampleOptions_rules() {
	spec, err := contract.Load(onvy.Spec)
	if err != nil {
		log.Fatal(err)
	}
	traced := &contract.Rule{
		ID: "team/trace-id", Level: contract.Violation, Title: "An answer that created a user has a Trace-Id.",
		Breaks: "201 without Trace-Id", Holds: "201 with Trace-Id: 4bf92f3577b34da6",
		Check: func(c *contract.Call) {
			if r := c.Exchange.Response; r != nil && r.Status == 201 && !r.Header.Has("Trace-Id") {
				c.Report(contract.Finding{Message: "the answer has no Trace-Id"})
			}
		},
	}
	srv, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Listen("127.0.0.1:0"); err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	target := contract.Target{
		BaseURL: srv.URL,
		Project: contract.Project{ID: srv.Project.ID, ClientID: srv.Project.ClientID, ClientSecret: srv.Project.ClientSecret},
	}
	suite, err := contract.NewSuite(spec, target, contract.Options{Rules: []*contract.Rule{traced}, Run: "^users/(create|delete)$"})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range suite.Run(context.Background()).Findings {
		fmt.Println(f.Rule, f.Operation, f.Status, f.Message)
	}
	// Output:
	// team/trace-id createUser 201 the answer has no Trace-Id
}
