package wire

import (
	"errors"
)

// What can keep a response from coming, or from coming whole. The Err of an
// Exchange wraps one of these.
var (
	ErrUnreachable = errors.New("the server cannot be reached")
	ErrTimeout     = errors.New("no complete answer within the time limit")
	ErrClosed      = errors.New("the connection was closed before the end of the answer")
	ErrMalformed   = errors.New("the answer is not HTTP/1.1")
	ErrAborted     = errors.New("the client did not wait for the end of the answer")
	ErrNoAnswer    = errors.New("no complete answer was recorded, and nothing says why")
)
