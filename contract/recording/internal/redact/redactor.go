package redact

import (
	"bytes"
	"errors"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording/internal/places"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// Redactor takes out of exchanges what is personal or secret, and puts a
// pseudonym in its place that keeps what checks look at: the kind of value, its
// length and format, and which values are equal. A person's birthday stays a
// valid date, a token stays a JWT with the same times and scopes, an id stays
// the same id wherever it is.
//
// It works by place: what a value is, openapi.yaml says with x-onvy-sensitive;
// what openapi.yaml does not mention is treated as if it were marked. It also
// learns the values that it sees in marked places, and replaces them where they
// turn up in texts, names and headers. Pseudonyms depend on a random key that
// nobody sees, so those of two Redactors cannot be matched.
//
// A Redactor may be used by several goroutines. It keeps what it has learned.
type Redactor struct {
	mu sync.Mutex
	headers
}

// NewRedactor makes a Redactor of a spec, an OpenAPI document with
// x-onvy-sensitive marks. The frame is the text of the file around what is
// redacted; a value that is a piece of it cannot be told from it.
func NewRedactor(spec []byte, frame string) (*Redactor, error) {
	p, err := places.New(spec)
	if err != nil {
		return nil, err
	}
	return newRedactor(p, vocabulary(spec), value.Fold(frame)), nil
}

// Fresh is a Redactor of the same spec that has learned nothing and has a key
// of its own: one for each recording, so that nobody can be followed from one
// to another.
func (r *Redactor) Fresh() *Redactor { return newRedactor(r.spec, r.vocabulary, r.frame) }

func newRedactor(spec *places.Spec, vocabulary map[string]bool, frame string) *Redactor {
	return &Redactor{headers: headers{urls{replacer: newReplacer(vocabulary, frame, spec.Bounds), spec: spec, hosts: maps.Clone(spec.Hosts)}}}
}

// Learn learns what Exchange would learn of x, in less time.
func (r *Redactor) Learn(x *contract.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Draft = true
	r.exchange(x)
	r.Draft = false
}

// Exchange returns a redacted copy of x. Methods, statuses, times, the hosts
// that the API was asked at and the names that the spec has stay as they are,
// and so do the form and the length of every body, mistakes included. Only the
// values of an enum that is marked differ in length, and then Content-Length
// differs by as much.
func (r *Redactor) Exchange(x *contract.Exchange) *contract.Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.exchange(x)
}

func (r *Redactor) exchange(x *contract.Exchange) *contract.Exchange {
	op, host := r.route(x.Request.Method, x.Request.URL)
	if op != nil {
		r.hosts[host] = true
	}
	out := *x
	// Headers first: the credentials in them are learned before they can turn
	// up in a body.
	out.Request.Header = append(contract.Header(nil), x.Request.Header...)
	out.Request.URL = r.url(x.Request.URL, op)
	out.Request.Method = r.memberName(x.Request.Method)
	var n *places.Node
	if op != nil {
		n = op.Request
	}
	out.Request.Body = r.body(x.Request.Body, x.Request.Header, n)
	r.header(out.Request.Header)
	lengthen(out.Request.Header, len(out.Request.Body)-len(x.Request.Body))
	if x.Err != nil {
		out.Err = without(x.Err)
	}
	if x.Response != nil {
		res := *x.Response
		n = nil
		if op != nil && res.Status > 0 {
			n = op.Response(res.Status)
		}
		res.Body = r.body(x.Response.Body, x.Response.Header, n)
		res.Header = append(contract.Header(nil), x.Response.Header...)
		r.header(res.Header)
		lengthen(res.Header, len(res.Body)-len(x.Response.Body))
		res.Reason = r.text(res.Reason)
		res.Extra = []byte(r.text(string(res.Extra)))
		if len(x.Response.Extra) == 0 {
			res.Extra = x.Response.Extra
		}
		out.Response = &res
	}
	return &out
}

// lengthen makes Content-Length as true as it was before.
func lengthen(h contract.Header, by int) {
	for i := range h {
		if n, err := strconv.Atoi(h[i].Value); by != 0 && err == nil && n+by >= 0 && strings.EqualFold(h[i].Name, "Content-Length") {
			h[i].Value = strconv.Itoa(n + by)
		}
	}
}

// route is the operation of a request and the host that it went to.
func (r *Redactor) route(method, raw string) (*places.Operation, string) {
	_, rest, ok := strings.Cut(raw, "://")
	if !ok {
		rest = "/" + strings.TrimLeft(raw, "/")
	}
	path := ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest, path = rest[:i], rest[i:]
	}
	if i := strings.IndexAny(path, "?#"); i >= 0 {
		path = path[:i]
	}
	_, host, _ := cutLast(rest, "@")
	return r.spec.Operation(method, path), strings.ToLower(host)
}

// body redacts a body by what it looks like, for its type may be the mistake.
func (r *Redactor) body(b []byte, h contract.Header, n *places.Node) []byte {
	if len(b) == 0 {
		return b
	}
	start := bytes.TrimLeft(b, "\ufeff \t\r\n")
	switch {
	case len(start) > 0 && bytes.IndexByte([]byte(`{["-0123456789tfn`), start[0]) >= 0 && !isForm(b, h):
		return r.json(make([]byte, 0, len(b)), b, n)
	case isForm(b, h):
		var places map[string]*places.Node
		if n != nil {
			places = n.Props
		}
		return r.form(make([]byte, 0, len(b)), string(b), places)
	case isBinary(b):
		return blank(b)
	}
	if at := guarded.FindSubmatchIndex(b); at != nil {
		return r.json([]byte(r.text(string(b[:at[2]]))), b[at[2]:], n)
	}
	return []byte(r.text(string(b)))
}

// guarded is JSON behind something that keeps it from being run as a script, as
// ")]}'," and "while(1);" do.
var guarded = regexp.MustCompile(`^[^{<"]{1,32}?(\{"|\[[{\["])`)

func isForm(b []byte, h contract.Header) bool {
	c := bytes.TrimLeft(b, " \t\r\n")
	return strings.HasPrefix(strings.ToLower(h.Get("Content-Type")), "application/x-www-form-urlencoded") &&
		len(c) > 0 && c[0] != '{' && c[0] != '['
}

// isBinary tells whether a body is no text: an image, or a content coding that
// nobody took off.
func isBinary(b []byte) bool {
	return bytes.IndexByte(b, 0) >= 0 || !utf8.Valid(b) && bytes.Count(bytes.ToValidUTF8(b, []byte{0}), []byte{0})*10 > len(b)
}

// blank keeps the length of a body, the bytes that tell its format, and whether
// it is UTF-8.
func blank(b []byte) []byte {
	out := make([]byte, len(b))
	copy(out, b[:min(4, len(b))])
	switch valid := utf8.Valid(b); {
	case !valid:
		out[len(out)-1] = 0xff
	case !utf8.Valid(out): // a character was cut
		clear(out)
	}
	return out
}

// KeepHost lets the name of a host stay in URLs: that of a server of the API
// that the spec does not list. Hosts at which a path of the spec was asked stay
// from then on anyway.
func (r *Redactor) KeepHost(host string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hosts[strings.ToLower(host)] = true
}

// without is an error without the text of it: those of net and net/http have
// the URL in them.
func without(err error) error {
	for _, known := range []error{contract.ErrTimeout, contract.ErrClosed, contract.ErrMalformed, contract.ErrAborted, contract.ErrUnreachable} {
		if errors.Is(err, known) {
			return known
		}
	}
	if timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && timeout.Timeout() {
		return contract.ErrTimeout
	}
	return contract.ErrNoAnswer
}

// Learned is how many values were learned.
func (r *Redactor) Learned() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.learned.Count
}
