// Package safetext tells what may be printed of errors, headers and bodies that
// others wrote from what may hold a secret or a person.
package safetext

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

	"github.com/onvy-health/onvy-go/gen"
	"github.com/onvy-health/onvy-go/internal/bounded"
)

// Describe says why there was no answer without what may not be printed. The
// texts of net/http and encoding/json quote what they could not read, and that
// of a transport that is not ours may say anything; so the texts that are
// known to be safe are kept, and of all others only the type is told. safe are
// more errors of which the text is kept.
func Describe(err error, safe ...error) string {
	if e, ok := errors.AsType[*bounded.Timeout](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Op + ": " + Describe(e.Err, safe...)
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the certificate of the server: " + fmt.Sprintf("%T", e.Err)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the server does not speak TLS on this port"
	}
	if ProxyWantsPassword(err) {
		return "the proxy asks for a password (407)"
	}
	if e, ok := errors.AsType[*bounded.Panic](err); ok {
		return e.Error()
	}
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		return e.Error()
	}
	for _, known := range append(safe,
		context.Canceled, context.DeadlineExceeded,
		io.ErrUnexpectedEOF, io.EOF, net.ErrClosed, net.ErrWriteToConnected,
		bounded.ErrNoReturn,
	) {
		if errors.Is(err, known) {
			return strings.TrimPrefix(known.Error(), "onvy: ")
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

// ProxyWantsPassword reports whether a proxy refused to connect. net/http
// gives the text of the status and no type.
func ProxyWantsPassword(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err.Error() == http.StatusText(http.StatusProxyAuthRequired) {
			return true
		}
	}
	return false
}

// Known reports whether a code of an error body is one that can be printed.
// Any other could be a value of a person.
func Known(code string) bool {
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

// RequestID returns the id that the server gave the request, if it looks like
// one: at most 128 letters, digits and marks that ids have.
func RequestID(h http.Header) string {
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

// Printable reports whether s is ASCII without control characters, and so can be
// in a header.
func Printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Visible reports whether s is ASCII without spaces and control characters.
func Visible(s string) bool { return Printable(s) && !strings.Contains(s, " ") }

// IsToken reports whether s is a token (RFC 9110, 5.6.2), as field names are.
func IsToken(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '!' || c == '#' || c == '$' || c == '%' || c == '&' || c == '\'' || c == '*' || c == '+' || c == '-' || c == '.' || c == '^' || c == '_' || c == '`' || c == '|' || c == '~':
		default:
			return false
		}
	}
	return true
}
