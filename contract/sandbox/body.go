package sandbox

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

const (
	maxBody  = 1 << 20  // bytes; more is refused with 413
	maxDrain = 16 << 20 // bytes read of a refused body, so that the client gets to read the answer
)

// readBody reads and checks the body of a request before its schema is looked
// at: size, content type, and that it is exactly one well-formed thing. Empty
// form parameters are taken out, as if they had been left out (RFC 6749, 3.2).
func readBody(c *call, r *http.Request) error {
	if c.op.Media == "" {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return badRequest("the body could not be read")
	}
	if len(body) > maxBody {
		_, _ = io.CopyN(io.Discard, r.Body, maxDrain)
		if c.op.Role == spec.Token { // the token endpoints have no 413
			return badRequest("the body is larger than 1 MiB")
		}
		return refuse(http.StatusRequestEntityTooLarge, "content_too_large", "the body is larger than 1 MiB")
	}
	if err := checkMedia(r.Header, c.op.Media); err != nil {
		return err
	}
	if c.op.Media == "application/json" {
		if !jsontext.Value(body).IsValid() { // one value, valid UTF-8, no name twice
			return badRequest("the body is not valid JSON")
		}
	} else if body, err = cleanForm(body); err != nil {
		return err
	}
	c.body = body
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	return nil
}

func checkMedia(header http.Header, want string) error {
	unsupported := refuse(http.StatusUnsupportedMediaType, "unsupported_media_type", "send "+want)
	values := header.Values("Content-Type")
	if len(values) != 1 || header.Get("Content-Encoding") != "" {
		return unsupported
	}
	got, params, err := mime.ParseMediaType(values[0])
	if err != nil || got != want {
		return unsupported
	}
	if charset, ok := params["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return unsupported
	}
	return nil
}

func cleanForm(body []byte) ([]byte, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, badRequest("the body is not a valid form")
	}
	for name, values := range form {
		if len(values) > 1 {
			return nil, badRequest("a parameter is there more than once")
		}
		if values[0] == "" {
			delete(form, name)
		}
	}
	return []byte(form.Encode()), nil
}

// checkQuery refuses queries that net/url would read only in part, and
// parameters that are there more than once.
func checkQuery(c *call, u *url.URL) error {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return badRequest("the query is not valid")
	}
	for _, values := range query {
		if len(values) > 1 {
			return badRequest("a query parameter is there more than once")
		}
	}
	c.query = query
	return nil
}

func withoutQuery(u *url.URL) *url.URL {
	v := *u
	v.RawQuery, v.ForceQuery = "", false
	return &v
}
