package onvy

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/gen"

	"github.com/onvy-health/onvy-go/internal/retryafter"
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
	// ErrTooLarge: the request is too large for the server (413), or the answer
	// for this package (10 MiB).
	ErrTooLarge = errors.New("onvy: too large")
)

var errOrigin = errors.New("the request is for another server than the base URL")

// Error is what every operation returns when it fails. Its text has the
// operation, the status, the code if it is a known one, the request id and the
// number of attempts; it has no URL, no id of a user and nothing of the body,
// in fmt with any verb, slog and JSON, and so can be logged anywhere. Message
// and Body are for programs: they may hold what the text must not.
//
// Where no answer came, StatusCode is 0, and errors.Is and errors.As find the
// cause: context.DeadlineExceeded, *net.OpError and so on.
type Error struct {
	Operation  string        // "users.get"; "auth.server" and the like if there was no token to be had
	StatusCode int           // of the last answer; 0 if there was none
	Code       string        // "error" of the body: "not_found", "invalid_grant"
	Message    string        // "message" or "error_description" of the body
	RequestID  string        // X-Request-Id of the answer
	RetryAfter time.Duration // what the server asked for; 0 if it did not
	Attempts   int           // requests sent
	Body       []byte        // of the last answer, at most 64 KiB

	reason string // ours, safe to print
	cause  error
	grants bool // from a token endpoint
	lost   bool // an earlier request may have been carried out
}

// newError makes the error of an operation from the last answer, or from the
// reason why there is none.
func newError(op *operation, a *answer, cause error, attempts int) *Error {
	e := &Error{Operation: op.name, Attempts: attempts, cause: cause, grants: op.grants}
	if a == nil {
		return e
	}
	e.StatusCode, e.Body, e.lost = a.status, a.body, a.lost
	e.RequestID = requestID(a.header)
	e.RetryAfter = retryafter.Read(a.header, time.Now())
	var body gen.OAuthError // has all that gen.Error has
	if json.Unmarshal(a.body, &body) == nil {
		e.Code = string(body.Error)
		for _, text := range []*string{body.Message, body.ErrorDescription} {
			if e.Message == "" && text != nil {
				e.Message = *text
			}
		}
	}
	return e
}

// invalid is the error of a request that is not sent. The reason must not
// repeat the value.
func invalid(op *operation, reason string) *Error {
	return &Error{Operation: op.name, reason: reason, cause: ErrInvalid}
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("onvy: ")
	b.WriteString(e.Operation)
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, ": %d", e.StatusCode)
		if text := http.StatusText(e.StatusCode); text != "" {
			b.WriteString(" " + text)
		}
		if known(e.Code) {
			b.WriteString(" (" + e.Code + ")")
		}
	}
	switch {
	case e.reason != "":
		b.WriteString(": " + e.reason)
	case e.cause != nil:
		b.WriteString(": " + describe(e.cause))
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
func (e *Error) Unwrap() error { return e.cause }

// Is tells which of the sentinels the error is.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized ||
			e.grants && (e.Code == string(gen.OAuthErrorCodeInvalidGrant) || e.Code == string(gen.OAuthErrorCodeInvalidClient))
	case ErrForbidden:
		return e.StatusCode == http.StatusForbidden
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests
	}
	if e.grants {
		// A project that does not exist says nothing about a user: it must not
		// look like "there is no such user" to who deletes or creates one.
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
	}](e.cause)
	return ok && t.Timeout()
}
