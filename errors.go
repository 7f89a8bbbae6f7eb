package onvy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/gen"
	"github.com/onvy-health/onvy-go/internal/problem"
	"github.com/onvy-health/onvy-go/internal/retryafter"
	"github.com/onvy-health/onvy-go/internal/safetext"
)

// What [errors.Is] finds in an error of this package.
var (
	// ErrInvalid: the request is not valid, by the server's word (400, 422) or,
	// before anything was sent, by that of this package.
	ErrInvalid = errors.New("onvy: invalid request")
	// ErrUnauthorized: the token was refused and a new one too (401), or there
	// is none to be had: the credentials are not accepted, or the user has to
	// sign in again.
	ErrUnauthorized = errors.New("onvy: unauthorized")
	// ErrForbidden: the token is valid and lacks a scope (403).
	ErrForbidden = errors.New("onvy: forbidden")
	// ErrNotFound: there is no such user in the project (404).
	ErrNotFound = errors.New("onvy: not found")
	// ErrConflict: the id is taken (409).
	ErrConflict = errors.New("onvy: conflict")
	// ErrRateLimited: too many requests (429); Error.RetryAfter may say for how long.
	ErrRateLimited = errors.New("onvy: rate limited")
	// ErrBadAnswer: the server says that all is well and answers something that
	// the contract does not have: another shape, another user, no id.
	ErrBadAnswer = errors.New("onvy: unexpected answer")
	// ErrTooLarge: the request is too large for the server (413), or the answer
	// for this package (10 MiB).
	ErrTooLarge = errors.New("onvy: too large")
)

var errOrigin = errors.New("the request is for another server than the base URL")

// describe says why there was no answer without what may not be printed.
func describe(err error) string { return safetext.Describe(err, ErrTooLarge, errOrigin, errReenter) }

// Error is what every operation returns when it fails. Its text has the
// operation, the status, the code if it is a known one, the request id and the
// number of attempts; it has no URL, no id of a user and nothing of the body,
// whatever prints it, and so can be logged anywhere. [Error.Code],
// [Error.Message], [Error.Body] and [Error.Fields] are for programs: they may
// hold what the text must not.
//
// Where no answer came, StatusCode is 0, and errors.Is and errors.As find the
// cause: context.DeadlineExceeded, *net.OpError and so on.
type Error struct {
	Operation  string        // "users.get"; "auth.server" and the like if there was no token to be had
	StatusCode int           // of the last answer; 0 if there was none
	RequestID  string        // X-Request-Id of the answer
	RetryAfter time.Duration // what the server asked for; 0 if it did not
	Attempts   int           // requests sent

	// hidden returns all that may not be printed. fmt calls no methods for the
	// verb %w, and dumpers call none at all; both print fields, and follow
	// pointers, but not into a function.
	hidden func() *details
}

// FieldError is what a server says about one field of a request.
type FieldError struct {
	// Field says which one, in the words of the server: a name, a path or a JSON
	// pointer.
	Field string
	// Message says what is wrong with it. It may quote the value.
	Message string
}

// details are the parts of an Error that do not print.
type details struct {
	code, message string
	body          []byte
	reason        string // ours, safe to print
	cause         error
	grants        bool // from a token endpoint, or from a function that gets tokens
	callback      bool // a function of the program failed
	lost          bool // an earlier request may have been carried out
}

// failure makes an Error.
func failure(operation string, attempts int, d details) *Error {
	return &Error{Operation: operation, Attempts: attempts, hidden: func() *details { return &d }}
}

func (e *Error) details() *details {
	if e.hidden == nil {
		return &details{}
	}
	return e.hidden()
}

// Code returns "error" of the body: "not_found", "invalid_grant"; "" if there
// is none.
func (e *Error) Code() string { return e.details().code }

// Message returns "message" or "error_description" of the body. It may quote
// what was sent.
func (e *Error) Message() string { return e.details().message }

// Body returns the body of the last answer, at most 64 KiB of it; nil if there
// was no answer, or one of a token endpoint.
func (e *Error) Body() []byte { return e.details().body }

// Fields returns what the body of the answer says about single fields of the
// request, nil if it says nothing. ONVY documents no such body; those of
// RFC 9457 ("errors" with pointer and detail), of FastAPI ("detail" with loc and
// msg) and the common lists of field and message are understood.
func (e *Error) Fields() []FieldError {
	var fields []FieldError
	for _, f := range problem.Fields(e.Body()) {
		fields = append(fields, FieldError(f))
	}
	return fields
}

// newError makes the error of an operation from the last answer, or from the
// reason why there is none.
func newError(op *operation, a *answer, cause error, attempts int) *Error {
	d := details{cause: cause, grants: op.grants}
	if a == nil {
		return failure(op.name, attempts, d)
	}
	d.body, d.lost = a.body, a.lost
	var body gen.OAuthError // has all that gen.Error has
	if json.Unmarshal(a.body, &body) == nil {
		d.code = string(body.Error)
		for _, text := range []*string{body.Message, body.ErrorDescription} {
			if d.message == "" && text != nil {
				d.message = *text
			}
		}
	}
	e := failure(op.name, attempts, d)
	e.StatusCode = a.status
	e.RequestID = safetext.RequestID(a.header)
	e.RetryAfter = retryafter.Read(a.header, time.Now())
	return e
}

// badAnswer is the error of a 2xx answer that is not what the contract has.
// The reason must not repeat a value.
func badAnswer(op *operation, a *answer, reason string) *Error {
	e := newError(op, a, ErrBadAnswer, a.attempts)
	e.details().reason = reason
	return e
}

// invalid is the error of a request that is not sent. The reason must not
// repeat the value.
func invalid(op *operation, reason string) *Error {
	return failure(op.name, 0, details{reason: reason, cause: ErrInvalid})
}

// Error implements error.
func (e *Error) Error() string {
	d := e.details()
	var b strings.Builder
	b.WriteString("onvy: ")
	b.WriteString(e.Operation)
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, ": %d", e.StatusCode)
		if text := http.StatusText(e.StatusCode); text != "" {
			b.WriteString(" " + text)
		}
		if safetext.Known(d.code) {
			b.WriteString(" (" + d.code + ")")
		}
	}
	switch {
	case d.reason != "":
		b.WriteString(": " + d.reason)
	case d.cause != nil:
		b.WriteString(": " + describe(d.cause))
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, ", retry after %v", e.RetryAfter)
	}
	if e.RequestID != "" {
		b.WriteString(", request " + e.RequestID)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", %d attempts", e.Attempts)
	}
	return b.String()
}

// Unwrap returns why there was no answer, in words that are not ours: do not
// log it without a look.
func (e *Error) Unwrap() error { return e.details().cause }

// Is tells which of the sentinels the error is.
func (e *Error) Is(target error) bool {
	d := e.details()
	switch target {
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized ||
			d.grants && (d.code == string(gen.OAuthErrorCodeInvalidGrant) || d.code == string(gen.OAuthErrorCodeInvalidClient))
	case ErrForbidden:
		return e.StatusCode == http.StatusForbidden
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests
	}
	if d.grants {
		// A project that does not exist says nothing about a user: it must not
		// look like "there is no such user" to callers who delete or create one.
		return false
	}
	switch target {
	case ErrInvalid:
		return e.StatusCode == http.StatusBadRequest || e.StatusCode == http.StatusUnprocessableEntity
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound
	case ErrConflict:
		return e.StatusCode == http.StatusConflict
	case ErrTooLarge:
		return e.StatusCode == http.StatusRequestEntityTooLarge
	}
	return false
}

// Timeout reports whether the error is that of a deadline, as with net.Error.
func (e *Error) Timeout() bool {
	t, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.Unwrap())
	return ok && t.Timeout()
}
