package wire

import (
	"strings"
	"time"
)

// Exchange is one request and its response as they were on the wire, before
// any library tidied them. It comes from the live suite, from a recording,
// from a Transport or from a proxy; the rules do not care which.
type Exchange struct {
	// Name says where it comes from, for people: "users/create" or
	// "session.har#12". It never holds data of the exchange itself.
	Name string

	Started  time.Time     // when the request was sent; zero if unknown
	Duration time.Duration // until the last byte of the response; zero if unknown

	Request  Request
	Response *Response // nil if none came

	// Err is why there is no response, or why it is not complete. It wraps one of
	// ErrUnreachable, ErrTimeout, ErrClosed, ErrMalformed, ErrAborted, ErrNoAnswer.
	Err error

	// FromCache says that a recorder took the response from the client's cache:
	// the server was not asked.
	FromCache bool
}

// BodyState says what the Body of a request or a response is worth. No rule
// says anything of a body that is not whole.
type BodyState uint8

const (
	BodyWhole       BodyState = iota // all of it, as it was on the wire
	BodyNotRecorded                  // there may have been one, and the recorder did not keep it
	BodyCut                          // the beginning of one, of which the recorder kept no more
)

// Request is what was sent.
type Request struct {
	Method string
	URL    string // absolute, escaped as it was sent
	Header Header
	Body   []byte
	// BodyState says whether Body is what was sent.
	BodyState BodyState
}

// Response is what came back.
type Response struct {
	Proto  string // "HTTP/1.1"; "" if unknown
	Status int
	Reason string
	Header Header
	// Body is the content: the transfer coding is taken off, and the content
	// coding too where Decoded says so.
	Body []byte
	// Decoded is the content coding ("gzip") that was taken off Body, or "".
	// Where Body is not of the coding that Content-Encoding says, so that none
	// could be taken off, it is NotDecoded.
	Decoded string
	// Extra is what the server sent on the connection after the end of the
	// response, where the connection was read itself.
	Extra []byte
	// Truncated says that Body was larger than a client can take, and was cut there.
	Truncated bool
	// BodyState says whether Body is what came, as far as a recorder kept it.
	BodyState BodyState
	// NoHeader says that a recorder kept no header field, or not all of them:
	// that one is not there says nothing.
	NoHeader bool
}

// NotDecoded is the Decoded of a body that was to have a coding and has none.
const NotDecoded = "identity"

// Header is a list of header fields in the order in which they were sent,
// repeats included.
type Header []Field

// Field is one header field. Names keep their case.
type Field struct{ Name, Value string }

// Get returns the first value of a name, in any case, or "".
func (h Header) Get(name string) string {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return h[i].Value
		}
	}
	return ""
}

// Has tells whether a name is there, in any case.
func (h Header) Has(name string) bool {
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			return true
		}
	}
	return false
}

// Values returns all values of a name, in any case, in order.
func (h Header) Values(name string) []string {
	var vs []string
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			vs = append(vs, h[i].Value)
		}
	}
	return vs
}

// Count is how often a name is there, in any case.
func (h Header) Count(name string) int {
	n := 0
	for i := range h {
		if strings.EqualFold(h[i].Name, name) {
			n++
		}
	}
	return n
}

// End is when the last byte of an exchange came; zero if unknown.
func (x *Exchange) End() time.Time {
	if x.Started.IsZero() {
		return time.Time{}
	}
	return x.Started.Add(x.Duration)
}

// Credentials are those of the Authorization header: the scheme in lower
// case, and what follows it.
func (r *Request) Credentials() (scheme, value string) {
	scheme, value, _ = strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "bearer") { // nearly always, and lower case would be a copy
		return "bearer", strings.TrimSpace(value)
	}
	return strings.ToLower(scheme), strings.TrimSpace(value)
}

// Bearer is the access token of the request, or "".
func (r *Request) Bearer() string {
	if scheme, value := r.Credentials(); scheme == "bearer" {
		return value
	}
	return ""
}
