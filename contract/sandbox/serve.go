package sandbox

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// call is what is known of a request when it is carried out.
type call struct {
	op        *operation
	vars      map[string]string // path parameters, unescaped
	query     url.Values
	principal *principal // who asks; nil at the token endpoints
	body      []byte     // as it was sent
	basic     []string   // the Authorization headers, for the token endpoints
}

// front answers requests.
type front struct{ *Server }

// ServeHTTP answers one request: find the operation, count it, be troublesome if
// told to, and send what the API made of it.
func (s front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	isHead := r.Method == http.MethodHead
	if isHead { // the same answer as for GET (RFC 9110, 9.3.2)
		r = r.Clone(r.Context())
		r.Method = http.MethodGet
	}
	a := &answer{header: make(http.Header)}
	found, vars, refused := s.router.find(r, a.header)
	if found != nil {
		s.counts.add(found.op.ID)
		if !s.troubles.meet(a, r, found.op) {
			s.answer(a, r, found, vars)
		}
	} else {
		refused.write(a, nil)
	}
	a.header.Set("Date", s.now().UTC().Format(http.TimeFormat))
	if a.drop {
		panic(http.ErrAbortHandler)
	}
	a.send(w, isHead)
}

// answer runs the layers of one operation.
func (s front) answer(a *answer, r *http.Request, found *route, vars map[string]string) {
	op := found.op
	c := &call{op: op, vars: vars, basic: r.Header.Values("Authorization")}
	if op.Role == spec.Token {
		a.header.Set("Cache-Control", "no-store") // RFC 6749, 5.1
		a.header.Set("Pragma", "no-cache")
		r.URL = withoutQuery(r.URL) // credentials do not belong there (RFC 6749, 2.3.1)
	}
	err := s.authorize(c, r)
	if err == nil {
		err = checkQuery(c, r.URL)
	}
	if err == nil {
		err = readBody(c, r)
	}
	if err == nil {
		err = validate(s.spec.Doc, c, r)
	}
	var done *reply
	if err == nil {
		done, err = found.handler(s.Server, c)
	}
	if err != nil {
		asRefusal(err).write(a, op)
		return
	}
	promised(a, op, done.status)
	done.write(a)
}

// authorize lets a request through to an operation that has one if there is a
// bearer token with the scope that the operation needs.
func (s front) authorize(c *call, r *http.Request) error {
	if c.op.Role == spec.Token {
		return nil
	}
	if !c.op.Bearer { // open to all
		c.principal = &principal{project: s.Project.ID}
		return nil
	}
	headers := r.Header.Values("Authorization")
	if len(headers) > 1 {
		return unauthorized("invalid_request", "more than one Authorization header")
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") { // none, or a scheme that says nothing here
		return unauthorized("", "an access token is needed")
	}
	p, err := s.tokens.verify(strings.Trim(token, " "))
	if err != nil {
		return err
	}
	if s.projects[p.project] == nil {
		return unauthorized("invalid_token", "the access token is not valid")
	}
	if c.op.Scope != "" && !p.scope.has(c.op.Scope) {
		return insufficientScope(c.op.Scope)
	}
	c.principal = p
	return nil
}

// promised sets the headers that the spec says are always there.
func promised(a *answer, op *operation, status int) {
	ref := op.Doc.Responses.Status(status)
	if ref == nil {
		return
	}
	for name, h := range ref.Value.Headers {
		if !h.Value.Required || a.header.Get(name) != "" {
			continue
		}
		value, _ := h.Value.Example.(string)
		if value == "" {
			value = rand.Text()
		}
		a.header.Set(name, value)
	}
}

func (r *reply) write(a *answer) {
	if r.location != "" {
		a.header.Set("Location", r.location)
	}
	if r.body == nil {
		a.WriteHeader(r.status)
		return
	}
	a.header.Set("Content-Type", "application/json")
	a.WriteHeader(r.status)
	_, _ = a.Write(append(r.body, '\n'))
}

// answer is a response that is complete before it is sent, so that its
// length is known, HEAD has the headers of GET, and it can be lost.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	drop   bool
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func (a *answer) send(w http.ResponseWriter, isHead bool) {
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(a.body.Len()))
	}
	w.WriteHeader(a.status)
	if !isHead {
		_, _ = w.Write(a.body.Bytes()) // a client that is gone needs no answer
	}
}
