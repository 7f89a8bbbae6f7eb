package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/go-json-experiment/json/jsontext"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/sandbox/internal/document"
)

// shipped is the model of openapi.yaml, read once.
var shipped = sync.OnceValues(func() (*spec.Model, error) { return spec.Parse(onvy.Spec) })

// handler answers a request that holds by the spec.
type handler func(s *Server, c *call) (*reply, error)

// handlerOf is what carries out an operation.
func handlerOf(op *operation) (handler, error) {
	switch {
	case op.Role == spec.Token && op.Media == "application/x-www-form-urlencoded":
		return oauthToken, nil
	case op.Role == spec.Token && op.Takes(spec.ClientCredentials):
		return serverToken, nil
	case op.Role == spec.Token && op.Takes(spec.TokenExchange):
		return sdkToken, nil
	case op.Role == spec.Token:
		return nil, fmt.Errorf("%s: %s gives tokens in a way that the sandbox does not know", op.Place, op.ID)
	}
	if h := resourceHandlers[op.Role]; h != nil {
		return h, nil
	}
	return func(*Server, *call) (*reply, error) {
		return nil, refuse(http.StatusNotImplemented, "not_implemented", "the sandbox does not know what this operation does")
	}, nil
}

// validate holds a request against the spec.
func validate(doc *openapi3.T, c *call, r *http.Request) error {
	op := c.op
	item := doc.Paths.Value(op.Path)
	err := openapi3filter.ValidateRequest(r.Context(), &openapi3filter.RequestValidationInput{
		Request:    r,
		PathParams: c.vars,
		Route:      &routers.Route{Spec: doc, Path: op.Path, PathItem: item, Method: op.Method, Operation: op.Doc},
		Options: &openapi3filter.Options{
			AuthenticationFunc:  openapi3filter.NoopAuthenticationFunc, // see authorize
			SkipSettingDefaults: true,
		},
	})
	if err != nil {
		return explain(c, err)
	}
	if op.Media == "application/json" {
		if err := document.Exact(op.Sent(), jsontext.Value(c.body)); err != nil {
			return badRequest(err.Error())
		}
	}
	return nil
}

// explain says what the validator found, in words of our own: its errors
// quote what was sent.
func explain(c *call, err error) *refusal {
	if r, ok := errors.AsType[*refusal](err); ok {
		return r
	}
	if c.op.Role == spec.Token && unknownGrant(c) {
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

// unknownGrant reports whether a grant was named that no endpoint knows.
func unknownGrant(c *call) bool {
	if c.op.Media != "application/json" {
		form, err := url.ParseQuery(string(c.body))
		grant := form.Get("grant_type")
		return err == nil && grant != "" && !slices.Contains(allowed(c.op.Sent(), "grant_type"), grant)
	}
	grant, given := document.Text(c.body, "grant")
	return given && !slices.Contains(allowed(c.op.Sent(), "grant"), grant)
}

// allowed are the values that an object or its alternatives have for a property.
func allowed(s *openapi3.Schema, name string) (values []string) {
	for _, value := range spec.EnumOf(spec.Properties(s)[name]) {
		if value, ok := value.(string); ok {
			values = append(values, value)
		}
	}
	for _, part := range s.OneOf {
		values = append(values, allowed(part.Value, name)...)
	}
	return values
}
