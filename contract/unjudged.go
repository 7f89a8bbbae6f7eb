package contract

import (
	"errors"
	"fmt"
)

// Unjudged says in a few words why not all of an exchange can be judged; "" for
// one that can. It names whatever kept the rest, which is never the server: what
// only a server does is a finding.
func Unjudged(x *Exchange) string {
	switch {
	case x.FromCache:
		return "an answer from the client's cache"
	case errors.Is(x.Err, ErrAborted):
		return "aborted by the client"
	case errors.Is(x.Err, ErrUnreachable):
		return "the server was not reached"
	case x.Response == nil && !isServers(x.Err):
		return fmt.Sprintf("without an answer (%v)", noAnswer(x.Err))
	case x.Request.BodyState != BodyWhole:
		return "the body of the request was not recorded, or not all of it"
	case x.Response != nil && x.Response.BodyState == BodyCut:
		return "only the beginning of the body was recorded"
	case x.Response != nil && x.Response.BodyState == BodyNotRecorded:
		return "the body was not recorded"
	}
	return ""
}

// isServers reports whether an error is one that only a server causes.
func isServers(err error) bool {
	return errors.Is(err, ErrTimeout) || errors.Is(err, ErrClosed) || errors.Is(err, ErrMalformed)
}

// noAnswer is what a recorder says of it.
func noAnswer(err error) error {
	if err == nil {
		return ErrNoAnswer
	}
	return err
}
