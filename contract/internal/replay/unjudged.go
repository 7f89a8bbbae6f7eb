package replay

import (
	"errors"
	"fmt"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// Unjudged says in a few words why not all of an exchange can be judged; "" for
// one that can. It names whatever kept the rest, which is never the server: what
// only a server does is a finding.
func Unjudged(x *wire.Exchange) string {
	switch {
	case x.FromCache:
		return "an answer from the client's cache"
	case errors.Is(x.Err, wire.ErrAborted):
		return "aborted by the client"
	case errors.Is(x.Err, wire.ErrUnreachable):
		return "the server was not reached"
	case x.Response == nil && !isServers(x.Err):
		return fmt.Sprintf("without an answer (%v)", noAnswer(x.Err))
	case x.Request.BodyState != wire.BodyWhole:
		return "the body of the request was not recorded, or not all of it"
	case x.Response != nil && x.Response.BodyState == wire.BodyCut:
		return "only the beginning of the body was recorded"
	case x.Response != nil && x.Response.BodyState == wire.BodyNotRecorded:
		return "the body was not recorded"
	case x.Response != nil && x.Response.NoHeader:
		return "the header of the answer was not recorded, or not all of it"
	}
	return ""
}

// isServers reports whether an error is one that only a server causes.
func isServers(err error) bool {
	return errors.Is(err, wire.ErrTimeout) || errors.Is(err, wire.ErrClosed) || errors.Is(err, wire.ErrMalformed)
}

// noAnswer is what a recorder says of it.
func noAnswer(err error) error {
	if err == nil {
		return wire.ErrNoAnswer
	}
	return err
}
