package kit

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// Exchange is a request on its way through the mutating layer, and its answer
// on the way back.
type Exchange struct {
	Srv   *sandbox.Server
	State *state

	ID     string // of the operation, "" where the path is not of the API
	Op     Ops    // what it does; 0 where the path is not of the API
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte
	Req    *http.Request

	Status int
	Answer http.Header
	Text   []byte
	Wire   func(*Exchange) []byte // the answer as bytes, where net/http would not write it
	Pause  func(http.ResponseWriter)
}

func newExchange(srv *sandbox.Server, s *state, r *http.Request) *Exchange {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 8<<20)) // what is missing, the sandbox will say
	u := *r.URL
	id := operation(srv, r.Method, r.URL.EscapedPath())
	return &Exchange{
		Srv: srv, State: s, ID: id, Op: KindOf(id),
		Method: r.Method, URL: &u, Header: r.Header.Clone(), Body: body, Req: r,
	}
}

// operation is the operationId of a request. A token endpoint is one whatever
// the method is.
func operation(srv *sandbox.Server, method, path string) string {
	if id := srv.Operation(method, path); id != "" {
		return id
	}
	if id := srv.Operation(http.MethodPost, path); KindOf(id)&Tokens != 0 {
		return id
	}
	return ""
}

// serve lets the sandbox answer the request as it is now. It may be called
// again after a change. HEAD is asked as GET, so that what is done to the
// answer of GET shows in the header of HEAD too.
func (x *Exchange) serve() {
	method := x.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	w := x.Ask(method, x.URL.RequestURI(), x.Body, x.Header)
	x.Status, x.Answer, x.Text = w.Code, w.Header(), w.Body.Bytes()
	if method != x.Method {
		x.Answer.Del("Content-Length")
	}
}

// Ask sends the sandbox a request of our own.
func (x *Exchange) Ask(method, target string, body []byte, header http.Header) *httptest.ResponseRecorder {
	r, err := http.NewRequestWithContext(x.Req.Context(), method, "http://sandbox"+target, bytes.NewReader(body))
	w := httptest.NewRecorder()
	if err != nil { // a target that only a raw client could send
		w.Code = http.StatusBadRequest
		return w
	}
	r.Header = header.Clone()
	r.Header.Del("Accept-Encoding")
	x.Srv.Handler().ServeHTTP(w, r)
	return w
}

// send writes the answer to the client.
func (x *Exchange) send(w http.ResponseWriter) {
	if x.Wire != nil {
		x.hijack(w)
		return
	}
	for name, values := range x.Answer {
		w.Header()[name] = values
	}
	if x.Status != http.StatusNoContent && x.Status != http.StatusNotModified && (x.Method != http.MethodHead || !x.answerHas("Content-Length")) {
		w.Header().Set("Content-Length", strconv.Itoa(len(x.Text)))
	}
	if x.Pause != nil {
		x.Pause(w)
	}
	w.WriteHeader(x.Status)
	if x.Method != http.MethodHead {
		_, _ = w.Write(x.Text)
	}
}

func (x *Exchange) answerHas(name string) bool { return x.Answer.Get(name) != "" }

// hijack takes the connection and writes bytes that net/http would correct.
// The connection is closed after them.
func (x *Exchange) hijack(w http.ResponseWriter) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // not HTTP/1.1: as good as a broken connection
	}
	defer conn.Close()
	_, _ = buffered.Write(x.Wire(x))
	_ = buffered.Flush()
}

// UserID is the id in the path, still escaped.
func (x *Exchange) UserID() string {
	return strings.TrimPrefix(x.URL.EscapedPath(), "/users/")
}

// Given is the JSON object of the request. What is not strictly one is nil,
// and left to the sandbox to refuse.
func (x *Exchange) Given() Object {
	if !jsontext.Value(x.Body).IsValid() {
		return nil
	}
	return Parse(x.Body)
}

// All is the header of a request that may do everything in the request's
// project, with pairs on top: for what a fault has to find out or do aside.
func (x *Exchange) All(pairs ...string) http.Header {
	h := http.Header{"Authorization": {"Bearer " + x.mint(x.Project()).Reveal()}}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// AllForeign is the same for the other project.
func (x *Exchange) AllForeign() http.Header {
	return http.Header{"Authorization": {"Bearer " + x.mint(x.Foreign()).Reveal()}}
}

// Stored asks for the user in the path.
func (x *Exchange) Stored() *httptest.ResponseRecorder {
	return x.Ask("GET", "/users/"+x.UserID(), nil, x.All())
}

// Patch changes the user in the path aside.
func (x *Exchange) Patch(o Object) {
	x.Ask("PATCH", "/users/"+x.UserID(), Encode(o), x.All("Content-Type", "application/json"))
}

// Everybody is all users of the request's project.
func (x *Exchange) Everybody() []Object { return x.ListAs(x.All()) }

func (x *Exchange) ListAs(header http.Header) []Object {
	var users []Object
	target := "/users?limit=1000"
	for {
		o := Parse(x.Ask("GET", target, nil, header).Body.Bytes())
		if o == nil || o["users"] == nil {
			return users
		}
		users = append(users, usersOf(o)...)
		next, _ := o["pagination"].(Object)["next_page"].(string)
		if next == "" {
			return users
		}
		target = "/users?limit=1000&page=" + url.QueryEscape(next)
	}
}

// SetUserID puts another id into the path.
func (x *Exchange) SetUserID(id string) {
	if u, err := url.Parse(UserPath(id)); err == nil && id != "" {
		x.URL.Path, x.URL.RawPath = u.Path, u.RawPath
	}
}

// PutInstead answers with what PUT makes of a body.
func (x *Exchange) PutInstead(id string, body []byte) {
	w := x.Ask("PUT", UserPath(id), body, x.All("Content-Type", "application/json"))
	x.Status, x.Answer, x.Text = w.Code, w.Header(), w.Body.Bytes()
}

// Here asks for what is at the path of the request.
func (x *Exchange) Here() *httptest.ResponseRecorder {
	return x.Ask("GET", x.URL.EscapedPath(), nil, x.All())
}
