package contract

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// bearer is the header of a token.
func bearer(token string) Header { return Header{{"Authorization", "Bearer " + token}} }

// jsonRequest is a request with a JSON body; a nil body sends none.
func jsonRequest(method, path string, header Header, body any) request {
	r := request{method: method, path: path, header: slices.Clone(header)}
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil { // maps of plain values only
			panic(err)
		}
		r.body = text
		r.header = append(r.header, Field{"Content-Type", "application/json"})
	}
	return r
}

// formRequest is a request with a form body.
func formRequest(path string, header Header, form url.Values) request {
	return request{
		method: "POST", path: path, body: []byte(form.Encode()),
		header: append(slices.Clone(header), Field{"Content-Type", "application/x-www-form-urlencoded"}),
	}
}

// userPath is the path of a user.
func userPath(id string) string { return "/users/" + escapeSegment(id) }

// escapeSegment escapes an id so that it stays one segment: dots too, where
// they would be read as a relative path.
func escapeSegment(id string) string {
	if strings.Trim(id, ".") == "" {
		return strings.ReplaceAll(id, ".", "%2E")
	}
	return url.PathEscape(id)
}
