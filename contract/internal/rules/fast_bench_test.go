package rules

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/accept/mutant"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// aToken is as long as those of a server are; nobody has signed it.
var aToken = "eyJhbGciOiJFUzI1NiJ9.eyJzY29wZSI6InVzZXJzOnJlYWQifQ." + strings.Repeat("c2lnbmF0dXJl", 40)

// BenchmarkUserList compares what it costs to check a page of 100 users with
// what it costs to read it:
//
//	go test -run='^$' -bench=UserList ./contract/internal/rules
func BenchmarkUserList(b *testing.B) {
	doc := mutant.LoadSpec(b)
	body := mutant.UserList(100)
	schema := doc.Components.Schemas["UserList"]

	bench := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}

	m := accept.Compile(schema)
	require.NotNil(b, m)
	bench("matcher", func() error {
		if !m.Accepts(body) {
			return fmt.Errorf("not accepted")
		}
		return nil
	})

	for _, unique := range []bool{false, true} {
		name := "jsontext tokens"
		if unique {
			name += ", names unique"
		}
		var source bytes.Buffer
		options := []jsontext.Options{jsontext.AllowDuplicateNames(!unique)}
		tokens := jsontext.NewDecoder(&source, options...)
		bench(name, func() error {
			source = *bytes.NewBuffer(body)
			tokens.Reset(&source, options...)
			for {
				if _, err := tokens.ReadToken(); err == io.EOF {
					return nil
				} else if err != nil {
					return err
				}
			}
		})
	}

	spec, _ := specs()
	exchange := &wire.Exchange{
		Request: wire.Request{Method: http.MethodGet, URL: "https://api.onvy.health/users?limit=100", Header: wire.Header{{Name: "Authorization", Value: "Bearer " + aToken}}},
		Response: &wire.Response{Proto: "HTTP/1.1", Status: http.StatusOK, Reason: "OK", Body: body,
			Header: wire.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "Date", Value: "Thu, 05 Mar 2026 18:10:27 GMT"}}},
	}
	bench("Check", func() error {
		if findings := Check(spec, exchange); len(findings) > 0 {
			return fmt.Errorf("%+v", findings)
		}
		return nil
	})

	bench("json.Unmarshal into any", func() error {
		var v any
		return json.Unmarshal(body, &v)
	})

	bench("kin-openapi VisitJSON", func() error { return mutant.KinVerdict(schema.Value, body) })

	router, err := gorillamux.NewRouter(doc)
	require.NoError(b, err)
	request, err := http.NewRequest(http.MethodGet, "https://api.onvy.health/users", nil)
	require.NoError(b, err)
	route, params, err := router.FindRoute(request)
	require.NoError(b, err)
	header := http.Header{"Content-Type": {"application/json"}}
	options := &openapi3filter.Options{MultiError: true}
	bench("kin-openapi ValidateResponse", func() error {
		input := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route},
			Status:                 http.StatusOK,
			Header:                 header,
			Options:                options,
		}
		input.SetBodyBytes(body)
		return openapi3filter.ValidateResponse(b.Context(), input)
	})
}
