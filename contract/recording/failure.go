package recording

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
)

// failures are the words of recorders for why there is no answer, or no whole
// one, as far as it is known whose doing it is. Those of Chromium are in
// net/base/net_error_list.h, those of Firefox in js/xpc.msg.
var failures = map[string]error{
	// Only a server, or what stands before it, does these.
	"ERR_EMPTY_RESPONSE": contract.ErrClosed, "ERR_CONNECTION_CLOSED": contract.ErrClosed, "ERR_CONNECTION_RESET": contract.ErrClosed,
	"ERR_CONTENT_LENGTH_MISMATCH": contract.ErrClosed, "ERR_INCOMPLETE_CHUNKED_ENCODING": contract.ErrClosed,
	"ERR_HTTP2_PROTOCOL_ERROR": contract.ErrClosed, "ERR_HTTP2_SERVER_REFUSED_STREAM": contract.ErrClosed, "ERR_QUIC_PROTOCOL_ERROR": contract.ErrClosed,
	"ERR_HTTP2_COMPRESSION_ERROR": contract.ErrMalformed, "ERR_HTTP2_FRAME_SIZE_ERROR": contract.ErrMalformed,
	"ERR_INVALID_HTTP_RESPONSE": contract.ErrMalformed, "ERR_INVALID_CHUNKED_ENCODING": contract.ErrMalformed,
	"ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_LENGTH": contract.ErrMalformed, "ERR_RESPONSE_HEADERS_TRUNCATED": contract.ErrMalformed,
	"ERR_RESPONSE_HEADERS_MULTIPLE_LOCATION": contract.ErrMalformed, "ERR_RESPONSE_HEADERS_MULTIPLE_CONTENT_DISPOSITION": contract.ErrMalformed,
	"ERR_RESPONSE_HEADERS_TOO_BIG": contract.ErrMalformed, "ERR_CONTENT_DECODING_FAILED": contract.ErrMalformed,
	"NS_ERROR_NET_EMPTY_RESPONSE": contract.ErrClosed, "NS_ERROR_NET_RESET": contract.ErrClosed, "NS_ERROR_NET_INTERRUPT": contract.ErrClosed,
	"NS_ERROR_NET_PARTIAL_TRANSFER": contract.ErrClosed, "NS_ERROR_INVALID_CONTENT_ENCODING": contract.ErrMalformed,
	// A client does these.
	"ERR_ABORTED": contract.ErrAborted, "ERR_UNSAFE_PORT": contract.ErrAborted, "NS_BINDING_ABORTED": contract.ErrAborted,
	"NS_ERROR_ABORT": contract.ErrAborted, "CANCELED": contract.ErrAborted, "CANCELLED": contract.ErrAborted, "ABORTED": contract.ErrAborted,
	"CLIENT DISCONNECTED": contract.ErrAborted, "CONNECTION KILLED": contract.ErrAborted,
	// It cannot be said who did these.
	"ERR_CONNECTION_REFUSED": contract.ErrUnreachable, "ERR_NAME_NOT_RESOLVED": contract.ErrUnreachable, "ERR_ADDRESS_UNREACHABLE": contract.ErrUnreachable,
	"ERR_INTERNET_DISCONNECTED": contract.ErrUnreachable, "ERR_CONNECTION_TIMED_OUT": contract.ErrUnreachable,
	"NS_ERROR_CONNECTION_REFUSED": contract.ErrUnreachable, "NS_ERROR_UNKNOWN_HOST": contract.ErrUnreachable,
	// The words of this package, see reason.
	"TIMEOUT": contract.ErrTimeout, "CLOSED": contract.ErrClosed, "MALFORMED": contract.ErrMalformed, "UNREACHABLE": contract.ErrUnreachable,
}

// noResponse is the error of an exchange whose response did not come or not
// completely, with the recorder's word for it if that is harmless.
func noResponse(failure string) error {
	word := plain(failure)
	why, known := failures[strings.ToUpper(strings.TrimPrefix(word, "net::"))]
	switch {
	case strings.HasPrefix(strings.ToUpper(word), "NET::ERR_BLOCKED_BY_"):
		why = contract.ErrAborted
	case !known:
		why = contract.ErrNoAnswer
	}
	if word == "" {
		return why
	}
	return fmt.Errorf("%w: %s", why, word)
}

// reason is a word for an error. Its text is left out: those of net and net/http
// have the URL in them.
func reason(err error) string {
	for _, known := range []struct {
		err  error
		word string
	}{
		{contract.ErrTimeout, "timeout"}, {contract.ErrClosed, "closed"}, {contract.ErrMalformed, "malformed"},
		{contract.ErrAborted, "aborted"}, {contract.ErrUnreachable, "unreachable"},
	} {
		if errors.Is(err, known.err) {
			return known.word
		}
	}
	if timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && timeout.Timeout() {
		return "timeout"
	}
	return "failed"
}
