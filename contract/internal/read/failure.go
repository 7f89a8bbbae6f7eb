package read

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// MaxBody is how much of a body is read.
// A page of 1,000 users has less than half of it.
const MaxBody = 4 << 20

// errAborted is that of a client that gave up.
var errAborted = fmt.Errorf("%w: %w", wire.ErrAborted, context.Canceled)

// Failure says in the words of this package why an exchange failed.
func Failure(ctx context.Context, err error, x *wire.Exchange) error {
	var timeout net.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return errAborted
	case errors.Is(err, wire.ErrUnreachable):
		return err
	case strings.Contains(err.Error(), "remote error: tls:"):
		// With TLS 1.3 a server refuses a client's certificate only after its own
		// part of the handshake.
		_, alert, _ := strings.Cut(err.Error(), "remote error: ")
		return fmt.Errorf("%w: the server ended TLS: %s (show it a certificate with --client-cert FILE)", wire.ErrUnreachable, alert)
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return wire.ErrTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		strings.Contains(err.Error(), "connection reset"), strings.Contains(err.Error(), "broken pipe"),
		strings.Contains(err.Error(), "server closed"):
		return wire.ErrClosed
	}
	return fmt.Errorf("%w: %s", wire.ErrMalformed, reason(err))
}

// reason is the part of net/http's error that repeats nothing of the answer.
func reason(err error) string {
	for _, text := range []string{"malformed HTTP", "malformed MIME header", "malformed chunked encoding", "multiple Content-Length",
		"Content-Length", "Transfer-Encoding", "headers exceeded", "invalid byte in chunk", "too many transfer encodings"} {
		if strings.Contains(err.Error(), text) {
			return text
		}
	}
	return "not readable"
}
