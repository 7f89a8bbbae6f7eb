package otel_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/examples/otel"
)

func ExampleTransport() {
	srv, err := sandbox.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Listen("127.0.0.1:0"); err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	spans := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithSyncer(spans))
	client, err := onvy.NewClient(onvy.ServerCredentials{
		ProjectID: srv.Project.ID, ClientID: srv.Project.ClientID, ClientSecret: srv.Project.ClientSecret,
	}, onvy.WithBaseURL(srv.URL), onvy.WithTransport(otel.Transport(provider)))
	if err != nil {
		log.Fatal(err)
	}
	srv.Trouble(sandbox.Trouble{Operation: "createUser", Status: 503})
	if _, err := client.Users.Create(context.Background(), onvy.UserCreate{ID: "user_123"}); err != nil {
		log.Fatal(err)
	}
	if _, err := client.Users.Get(context.Background(), "user_123"); err != nil {
		log.Fatal(err)
	}

	for _, span := range spans.GetSpans() {
		fmt.Println(span.Name, span.Status.Code)
		if strings.Contains(fmt.Sprint(span.Attributes), "user_123") {
			fmt.Println("the id of a user was recorded")
		}
	}
	// Output:
	// auth.server Unset
	// users.create Error
	// users.create Unset
	// users.get Unset
}
