package sandbox_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// caller speaks to a sandbox as curl would, and holds each answer against
// openapi.yaml.
type caller struct {
	t     testing.TB
	srv   *sandbox.Server
	token string // sent with every request; "" for none

	router func() (routers.Router, error) // of the spec that it serves
}

func start(t testing.TB, opts ...sandbox.Option) *caller {
	t.Helper()
	srv := sandbox.Start(t, opts...)
	return &caller{t: t, srv: srv, token: srv.MintAccessToken().Reveal(), router: contractRouter}
}

// reply is an answer, with its JSON decoded.
type reply struct {
	Status int
	Header http.Header
	Text   string
	Body   map[string]any // numbers are json.Number
}

func (r reply) code() string { s, _ := r.Body["error"].(string); return s }

// at follows a path of names through objects: at("pagination", "total").
func (r reply) at(names ...string) any {
	var v any = r.Body
	for _, name := range names {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

func (r reply) text(names ...string) string { s, _ := r.at(names...).(string); return s }

// do sends a request with a JSON body, or none. Pairs of header names and
// values come on top; an empty value takes the header away.
func (c *caller) do(method, path, body string, pairs ...string) reply {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.srv.URL+path, strings.NewReader(body))
	require.NoError(c.t, err)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(pairs); i += 2 {
		req.Header.Del(pairs[i])
		if pairs[i+1] != "" {
			req.Header.Set(pairs[i], pairs[i+1])
		}
	}
	return c.send(req)
}

// form posts a form to /oauth/token, by default without an Authorization header.
func (c *caller) form(values url.Values, pairs ...string) reply {
	c.t.Helper()
	pairs = append([]string{"Authorization", "", "Content-Type", "application/x-www-form-urlencoded"}, pairs...)
	return c.do("POST", "/oauth/token", values.Encode(), pairs...)
}

func (c *caller) send(req *http.Request) reply {
	c.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(req) // no redirects
	require.NoError(c.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	r := reply{Status: resp.StatusCode, Header: resp.Header, Text: string(text)}
	require.Less(c.t, r.Status, 500, "%s %s: %s", req.Method, req.URL, text)
	if len(text) > 0 {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		require.NoError(c.t, d.Decode(&r.Body), "%s", text)
	}
	c.holds(req, resp, text)
	return r
}

var contractRouter = sync.OnceValues(func() (routers.Router, error) { return routerOf(onvy.Spec) })

func routerOf(text []byte) (routers.Router, error) {
	spec, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	spec.Servers = nil
	return gorillamux.NewRouter(spec)
}

// holds fails the test if an answer is not one that openapi.yaml documents.
func (c *caller) holds(req *http.Request, resp *http.Response, body []byte) {
	c.t.Helper()
	router, err := c.router()
	require.NoError(c.t, err)
	route, params, err := router.FindRoute(req)
	if err != nil { // no operation: 404, 405, HEAD
		return
	}
	require.NoError(c.t, openapi3filter.ValidateResponse(c.t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 resp.StatusCode,
		Header:                 resp.Header,
		Body:                   io.NopCloser(bytes.NewReader(body)),
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}), "%s %s: %d %s", req.Method, req.URL, resp.StatusCode, body)
}

func withStoppedClock(at time.Time) sandbox.Option {
	return sandbox.WithClock(func() time.Time { return at })
}
