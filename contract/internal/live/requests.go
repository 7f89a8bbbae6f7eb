package live

import (
	"encoding/json"
	"net/url"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/live/client"
	"github.com/onvy-health/onvy-go/contract/internal/read"
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
