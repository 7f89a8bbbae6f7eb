package contract

import (
	"net/http"

	"github.com/onvy-health/onvy-go/contract/internal/observe"
)

// Transport checks the exchanges that a Go program makes: use it as the
// Transport of an http.Client, over base (http.DefaultTransport if nil). It
// changes nothing on the way. When a response has been read to its end, or was
// closed short of it, its findings go to sink, one at a time; requests that are
// not of this API are passed on unseen. A response that is closed with more
// than 64 KiB unread is not checked: nobody knows what it was.
func Transport(s *Spec, base http.RoundTripper, sink func(Finding)) http.RoundTripper {
	return observe.Findings(s.spec, base, sink)
}

// Observe is Transport for whoever wants the exchanges too, to record them for
// example. An exchange has secrets and personal data in it.
func Observe(s *Spec, base http.RoundTripper, sink func(*Exchange, []Finding)) http.RoundTripper {
	return observe.Exchanges(s.spec, base, sink)
}
