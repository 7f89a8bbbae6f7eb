// Package otel shows how the requests of an onvy.Client become spans. It is a
// module of its own, so that the client's go.mod stays free of OpenTelemetry.
package otel

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	onvy "github.com/onvy-health/onvy-go"
)

// Transport makes a span of every request, named after its operation:
// "users.get", "auth.server". Give it to onvy.WithTransport.
func Transport(provider trace.TracerProvider) http.RoundTripper {
	return otelhttp.NewTransport(withoutURL{http.DefaultTransport},
		otelhttp.WithTracerProvider(provider),
		otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string {
			return onvy.Operation(r.Context())
		}),
	)
}

// withoutURL takes back the URL that otelhttp records: its path has the id of
// a user, and its query a page token.
type withoutURL struct{ http.RoundTripper }

func (t withoutURL) RoundTrip(r *http.Request) (*http.Response, error) {
	trace.SpanFromContext(r.Context()).SetAttributes(attribute.String("url.full", "[not recorded]"))
	return t.RoundTripper.RoundTrip(r)
}
