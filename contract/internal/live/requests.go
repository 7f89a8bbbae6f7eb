package live

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/live/client"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Request is what to send. The path is escaped and follows the base URL.
type Request = client.Request

// Bearer is the header of a token.
func Bearer(token string) wire.Header {
	return wire.Header{{Name: "Authorization", Value: "Bearer " + token}}
}

// JSONRequest is a request with a JSON body; a nil body sends none.
func JSONRequest(method, path string, header wire.Header, body any) Request {
	return typed(method, path, header, body, "application/json")
}

func typed(method, path string, header wire.Header, body any, contentType string) Request {
	r := Request{Method: method, Path: path, Header: slices.Clone(header)}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil { // maps of plain values only
			panic(err)
		}
		r.Body = text
		r.Header = append(r.Header, wire.Field{Name: "Content-Type", Value: contentType})
	}
	return r
}

// FormRequest is a request with a form body.
func FormRequest(path string, header wire.Header, form url.Values) Request {
	return Request{
		Method: "POST", Path: path, Body: []byte(form.Encode()),
		Header: append(slices.Clone(header), wire.Field{Name: "Content-Type", Value: "application/x-www-form-urlencoded"}),
	}
}

// UserPath is the path of a user.
func UserPath(id string) string { return "/users/" + read.EscapeSegment(id) }

// completed is a request with the parameters that its operation requires and that
// the case, which is not about them, leaves out.
func (s *Suite) completed(r Request) Request {
	op := s.Spec.Operation(s.operation(r))
	if op == nil {
		return r
	}
	path, query, _ := strings.Cut(r.Path, "?")
	given, err := url.ParseQuery(query)
	if err != nil {
		return r
	}
	for _, v := range op.API.Required {
		value, ok := sample.Fixed().Value(v.Schema.Value)
		switch text := fmt.Sprint(value); {
		case !ok:
		case v.In == openapi3.ParameterInHeader && !r.Header.Has(v.Name):
			r.Header = append(slices.Clip(r.Header), wire.Field{Name: v.Name, Value: text})
		case v.In == openapi3.ParameterInQuery && !given.Has(v.Name):
			query += "&" + url.QueryEscape(v.Name) + "=" + url.QueryEscape(text)
			r.Path = path + "?" + strings.TrimPrefix(query, "&")
		}
	}
	return r
}
