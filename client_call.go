package onvy

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/onvy-health/onvy-go/internal/safetext"
)

// CallOption changes one call: its header, its limits, or who sees its answer.
type CallOption func(*callSettings) error

// callSettings are what call options change.
type callSettings struct {
	operation string
	repeats   bool
	header    http.Header
	attempts  int
	timeout   time.Duration
	responses []*Response
}

// Response is what an answer has besides its content.
type Response struct {
	StatusCode int
	Header     http.Header // of the response; do not log it as it is
	RequestID  string      // X-Request-Id
	Attempts   int         // requests sent so far
}

// CallResponse fills r with each answer of the call, so that in the end it has
// the last one, of a call that failed too. r is untouched if no answer came.
func CallResponse(r *Response) CallOption {
	return func(s *callSettings) error {
		if r == nil {
			return errors.New("CallResponse: the response is nil")
		}
		s.responses = append(s.responses, r)
		return nil
	}
}

// CallHeader sends a header field with the requests of the call. Those that the
// client sets itself (Accept, Authorization, User-Agent) stay as they are.
func CallHeader(name, value string) CallOption {
	return func(s *callSettings) error {
		if name == "" || !safetext.IsToken(name) || !safetext.Printable(value) {
			return errors.New("CallHeader: not a header field")
		}
		if s.header == nil {
			s.header = make(http.Header)
		}
		s.header.Add(name, value)
		return nil
	}
}

// CallMaxAttempts is [WithMaxAttempts] for one call.
func CallMaxAttempts(n int) CallOption {
	return func(s *callSettings) error {
		if n < 1 || n > 10 {
			return fmt.Errorf("CallMaxAttempts: %d is not between 1 and 10", n)
		}
		s.attempts = n
		return nil
	}
}

// CallAttemptTimeout is [WithAttemptTimeout] for one call.
func CallAttemptTimeout(d time.Duration) CallOption {
	return func(s *callSettings) error {
		if d <= 0 {
			return fmt.Errorf("CallAttemptTimeout: %v is not positive", d)
		}
		s.timeout = d
		return nil
	}
}

// CallOperation names the operation of a [Client.Do] in errors, logs and
// traces: "meals.create". Without it the name is the method.
func CallOperation(name string) CallOption {
	return func(s *callSettings) error {
		if name == "" || !safetext.Visible(name) {
			return errors.New("CallOperation: not the name of an operation")
		}
		s.operation = name
		return nil
	}
}

// CallRepeatable says that to carry out the request of a [Client.Do] twice is
// the same as once, so that it is sent again even if it may have arrived. GET,
// HEAD, OPTIONS, PUT and DELETE are so by definition (RFC 9110, 9.2.2).
func CallRepeatable() CallOption {
	return func(s *callSettings) error {
		s.repeats = true
		return nil
	}
}

// see shows an answer to those who asked for it.
func (s *callSettings) see(a *answer) {
	for _, r := range s.responses {
		*r = Response{StatusCode: a.status, Header: a.header, RequestID: safetext.RequestID(a.header), Attempts: a.attempts}
	}
}
