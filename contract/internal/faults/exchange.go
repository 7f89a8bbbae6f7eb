package faults

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// exchange is a request on its way through the mutating layer, and its answer
// on the way back.
type exchange struct {
	srv   *sandbox.Server
	state *state

	op     string // operationId, "" where the path is not of the API
	method string
	url    *url.URL
	header http.Header
	body   []byte
	req    *http.Request

	status int
	answer http.Header
	text   []byte
	wire   func(*exchange) []byte // the answer as bytes, where net/http would not write it
	pause  func(http.ResponseWriter)
}

func newExchange(srv *sandbox.Server, s *state, r *http.Request) *exchange {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 8<<20)) // what is missing, the sandbox will say
	u := *r.URL
	return &exchange{
		srv: srv, state: s, op: operation(srv, r.Method, r.URL.EscapedPath()),
		method: r.Method, url: &u, header: r.Header.Clone(), body: body, req: r,
	}
}

// operation is the operationId of a request. A token endpoint is one whatever
// the method is.
func operation(srv *sandbox.Server, method, path string) string {
	if id := srv.Operation(method, path); id != "" {
		return id
	}
	if id := srv.Operation(http.MethodPost, path); slices.Contains(group("token"), id) {
		return id
	}
	return ""
}

// serve lets the sandbox answer the request as it is now. It may be called
// again after a change. HEAD is asked as GET, so that what is done to the
// answer of GET shows in the header of HEAD too.
func (x *exchange) serve() {
	method := x.method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	w := x.ask(method, x.url.RequestURI(), x.body, x.header)
	x.status, x.answer, x.text = w.Code, w.Header(), w.Body.Bytes()
	if method != x.method {
		x.answer.Del("Content-Length")
	}
}

// ask sends the sandbox a request of our own.
func (x *exchange) ask(method, target string, body []byte, header http.Header) *httptest.ResponseRecorder {
	r, err := http.NewRequestWithContext(x.req.Context(), method, "http://sandbox"+target, bytes.NewReader(body))
	w := httptest.NewRecorder()
	if err != nil { // a target that only a raw client could send
		w.Code = http.StatusBadRequest
		return w
	}
	r.Header = header.Clone()
	r.Header.Del("Accept-Encoding")
	x.srv.Handler().ServeHTTP(w, r)
	return w
}

// send writes the answer to the client.
func (x *exchange) send(w http.ResponseWriter) {
	if x.wire != nil {
		x.hijack(w)
		return
	}
	for name, values := range x.answer {
		w.Header()[name] = values
	}
	if x.status != http.StatusNoContent && x.status != http.StatusNotModified && (x.method != http.MethodHead || !x.answerHas("Content-Length")) {
		w.Header().Set("Content-Length", strconv.Itoa(len(x.text)))
	}
	if x.pause != nil {
		x.pause(w)
	}
	w.WriteHeader(x.status)
	if x.method != http.MethodHead {
		_, _ = w.Write(x.text)
	}
}

func (x *exchange) answerHas(name string) bool { return x.answer.Get(name) != "" }

// hijack takes the connection and writes bytes that net/http would correct.
// The connection is closed after them.
func (x *exchange) hijack(w http.ResponseWriter) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // not HTTP/1.1: as good as a broken connection
	}
	defer conn.Close()
	_, _ = buffered.Write(x.wire(x))
	_ = buffered.Flush()
}

// userID is the id in the path, still escaped.
func (x *exchange) userID() string {
	return strings.TrimPrefix(x.url.EscapedPath(), "/users/")
}
