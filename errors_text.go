package onvy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/onvy-health/onvy-go/gen"
)

// describe says why there was no answer without what may not be printed. The
// texts of net/http and encoding/json quote what they could not read, and that
// of a transport that is not ours may say anything; so the texts that are
// known to be safe are kept, and of all others only the type is told.
func describe(err error) string {
	if e, ok := errors.AsType[*timeoutError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Op + ": " + describe(e.Err)
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the certificate of the server: " + fmt.Sprintf("%T", e.Err)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the server does not speak TLS on this port"
	}
	if proxyWantsPassword(err) {
		return "the proxy asks for a password (407)"
	}
	if e, ok := errors.AsType[*panicError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		return e.Error()
	}
	for _, safe := range []error{
		context.Canceled, context.DeadlineExceeded,
		io.ErrUnexpectedEOF, io.EOF, net.ErrClosed, net.ErrWriteToConnected,
		ErrTooLarge, errOrigin, errReenter, errNoReturn,
	} {
		if errors.Is(err, safe) {
			return strings.TrimPrefix(safe.Error(), "onvy: ")
		}
	}
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return fmt.Sprintf("no answer (%T)", err)
		}
		err = inner
	}
}

// proxyWantsPassword reports whether a proxy refused to connect. net/http
// gives the text of the status and no type.
func proxyWantsPassword(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err.Error() == http.StatusText(http.StatusProxyAuthRequired) {
			return true
		}
	}
	return false
}

// timeoutError says that one request took longer than it may.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string   { return fmt.Sprintf("no answer within %v", e.after) }
func (e *timeoutError) Timeout() bool   { return true }
func (e *timeoutError) Temporary() bool { return true }
func (e *timeoutError) Unwrap() error   { return context.DeadlineExceeded }

// known reports whether a code of an error body is one that can be printed.
// Any other could be a value of a person.
func known(code string) bool {
	if gen.OAuthErrorCode(code).Valid() {
		return true
	}
	switch code {
	case "invalid_token", "insufficient_scope", // RFC 6750, 3.1
		"not_found", "conflict", "rate_limited", "content_too_large", "unsupported_media_type", "internal_error":
		return true
	}
	return false
}

// requestID returns the id that the server gave the request, if it looks like
// one: at most 128 letters, digits and marks that ids have.
func requestID(h http.Header) string {
	id := h.Get("X-Request-Id")
	if len(id) > 128 {
		return ""
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == ':', c == '/', c == '=', c == '+':
		default:
			return ""
		}
	}
	return id
}
