package recording

import (
	"bufio"
	"fmt"
	"io"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording/internal/redact"
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
// A Redactor may be used by several goroutines. Of what it has learned it keeps
// hashes, in 200 MB at most; when they are used up, words that openapi.yaml does
// not have no longer stay anywhere.
type Redactor struct{ inner *redact.Redactor }

// TestKey signs the tokens of redacted recordings (HS256). It is no secret.
const TestKey = redact.TestKey

// ErrLeak: a learned value is in what was redacted.
var ErrLeak = redact.ErrLeak

// NewRedactor makes a Redactor of a spec, an OpenAPI document with
// x-onvy-sensitive marks.
func NewRedactor(spec []byte) (*Redactor, error) {
	frame, err := appendHAR(nil, &contract.Exchange{
		Request:  contract.Request{Header: make(contract.Header, 2), URL: "?=", Body: []byte(" ")},
		Response: &contract.Response{Status: 200, Header: make(contract.Header, 2), Body: []byte(" ")},
	})
	if err != nil {
		return nil, err
	}
	inner, err := redact.NewRedactor(spec, string(frame))
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	return &Redactor{inner}, nil
}

// Fresh is a Redactor of the same spec that has learned nothing and has a key
// of its own: one for each recording, so that nobody can be followed from one
// to another.
func (r *Redactor) Fresh() *Redactor { return &Redactor{r.inner.Fresh()} }

// Exchange returns a redacted copy of x. Methods, statuses, times, the hosts
// that the API was asked at and the names that the spec has stay as they are,
// and so do the form and the length of every body, mistakes included.
func (r *Redactor) Exchange(x *contract.Exchange) *contract.Exchange { return r.inner.Exchange(x) }

// KeepHost lets the name of a host stay in URLs: that of a server of the API
// that the spec does not list. Hosts at which a path of the spec was asked stay
// from then on anyway.
func (r *Redactor) KeepHost(host string) { r.inner.KeepHost(host) }

// Learned is how many values were learned.
func (r *Redactor) Learned() int { return r.inner.Learned() }

// Verify reads what was written, unpacks it, and looks in it for every value
// that was learned: as it is, in capitals or not, and under JSON, URL and HTML
// escapes and base64, in any order and up to four deep, as in the payload of a
// JWT in a cursor. The error wraps [ErrLeak] and says in which line, counted
// from 1, and what kind of value it was, not which.
func (r *Redactor) Verify(in io.Reader) error {
	unpacked, done, err := unpack(bufio.NewReader(in))
	if err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	defer done()
	if err := r.inner.Verify(unpacked); err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	return nil
}
