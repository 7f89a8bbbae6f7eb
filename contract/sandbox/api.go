package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	middleware "github.com/oapi-codegen/nethttp-middleware"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/gen"
)

// newAPI puts the generated server behind a validator of the same
// specification that it was generated from.
func newAPI(s *Server) (*router, http.Handler, error) {
	spec, err := openapi3.NewLoader().LoadFromData(onvy.Spec)
	if err != nil {
		return nil, nil, err
	}
	spec.Servers = nil // the sandbox is none of them
	router, err := newRouter(spec)
	if err != nil {
		return nil, nil, err
	}
	failed := func(w http.ResponseWriter, r *http.Request, err error) {
		asRefusal(err).write(w, callOf(r.Context()).op)
	}
	strict := NewStrictHandlerWithOptions(&handlers{s}, nil, StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  failed,
		ResponseErrorHandlerFunc: failed,
	})
	HandlerWithOptions(strict, StdHTTPServerOptions{BaseRouter: router, ErrorHandlerFunc: failed})

	validate := middleware.OapiRequestValidatorWithOptions(spec, &middleware.Options{
		Options: openapi3filter.Options{
			AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc, // see authorize and authenticate
			SkipSettingDefaults: true,
		},
		DiscardValidatedValue: true, // the strict decoding is one more check
		ErrorHandlerWithOpts: func(_ context.Context, err error, w http.ResponseWriter, r *http.Request, _ middleware.ErrorHandlerOpts) {
			c := callOf(r.Context())
			explain(c, err).write(w, c.op)
		},
	})
	return router, validate(router), nil
}

// handlers implements the generated StrictServerInterface.
type handlers struct{ *Server }

var _ StrictServerInterface = (*handlers)(nil)

// explain says what the validator found, in words of our own: its errors
// quote what was sent.
func explain(c *call, err error) *refusal {
	if c.op.token && unknownGrant(c) {
		return refuse(http.StatusBadRequest, "unsupported_grant_type", "the grant is not one of those that the endpoint takes")
	}
	if e, ok := errors.AsType[*openapi3filter.RequestError](err); ok && e.Parameter != nil {
		return badRequest("the parameter " + e.Parameter.Name + " is not valid")
	}
	e, ok := errors.AsType[*openapi3.SchemaError](err)
	if !ok || len(e.JSONPointer()) == 0 {
		return badRequest("the body is not valid")
	}
	field := strings.Join(e.JSONPointer(), ".") // names of the schema: others are not looked at
	switch e.SchemaField {
	case "required":
		return badRequest(field + " is missing")
	case "type", "nullable":
		return badRequest(field + " is of the wrong type")
	case "enum":
		return badRequest(field + " is not one of the values that it may have")
	}
	return badRequest(field + " is not valid")
}

// unknownGrant tells whether a grant was named that no endpoint knows.
func unknownGrant(c *call) bool {
	switch c.op.id {
	case "createOAuthToken":
		form, err := url.ParseQuery(string(c.body))
		grant := form.Get("grant_type")
		return err == nil && grant != "" && !gen.GrantType(grant).Valid()
	case "createSDKToken":
		var body struct{ Grant *string }
		err := json.Unmarshal(c.body, &body)
		return err == nil && body.Grant != nil &&
			!gen.SDKExchangeGrant(*body.Grant).Valid() && !gen.SDKRefreshGrant(*body.Grant).Valid()
	}
	return false
}
