package onvy

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/internal/safetext"
)

// Option changes how a client works; see the With functions.
type Option func(*settings) error

// settings are what options change.
type settings struct {
	baseURL      string
	insecureHTTP bool
	transport    http.RoundTripper
	logger       *slog.Logger
	userAgent    string
	attempts     int
	timeout      time.Duration
	waits        waits
}

// ProductionURL is the base URL of the API where no other is given.
const ProductionURL = "https://api.onvy.health"

// WithBaseURL sets another server than [ProductionURL]; "" is that one. A path
// and a trailing slash are fine. http is accepted for loopback hosts only; see [WithInsecureHTTP].
func WithBaseURL(baseURL string) Option {
	return func(s *settings) error {
		s.baseURL = cmp.Or(baseURL, ProductionURL)
		return nil
	}
}

// WithInsecureHTTP accepts a base URL that is http on any host. Tokens and
// health data then cross the network in the clear; it is for closed test
// networks.
func WithInsecureHTTP() Option {
	return func(s *settings) error {
		s.insecureHTTP = true
		return nil
	}
}

// WithTransport sets what carries the requests: a transport with a proxy, one
// that traces, or the fake of a test. It is used directly, without an
// http.Client: redirects are never followed and there are no cookies. The
// context of each request has its [Operation].
func WithTransport(transport http.RoundTripper) Option {
	return func(s *settings) error {
		if transport == nil {
			return errors.New("WithTransport: the transport is nil")
		}
		s.transport = transport
		return nil
	}
}

// WithLogger writes one debug line for each request that is sent: operation,
// method, route (the template, never the path), attempt, status or error,
// request id and duration. What fails behind the callers, the renewal of a token
// that still lives or the storing of a new one, is a warning. No line has an id,
// a query, a token or a body.
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) error {
		if logger == nil {
			return errors.New("WithLogger: the logger is nil")
		}
		s.logger = logger
		return nil
	}
}

// WithUserAgent puts the name of the program, "billing/1.4", before that of
// this package in the User-Agent header.
func WithUserAgent(product string) Option {
	return func(s *settings) error {
		if product == "" || !safetext.Printable(product) {
			return errors.New("WithUserAgent: the product must be printable ASCII and not empty")
		}
		s.userAgent = product + " " + defaultUserAgent()
		return nil
	}
}

// WithMaxAttempts sets how many requests an operation may send, 1 to 10; the
// default is 3. 1 turns retries off, and the second request after a 401 too; the
// next operation then has a new token. Where a connection turns out to be closed
// before anything came back, net/http repeats a request by itself; those are not
// counted.
func WithMaxAttempts(n int) Option {
	return func(s *settings) error {
		if n < 1 || n > 10 {
			return fmt.Errorf("WithMaxAttempts: %d is not between 1 and 10", n)
		}
		s.attempts = n
		return nil
	}
}

// WithAttemptTimeout sets how long one request may take, its answer read to
// the end; the default is 30 seconds. How long an operation may take in all is
// for the caller's context to say.
func WithAttemptTimeout(d time.Duration) Option {
	return func(s *settings) error {
		if d <= 0 {
			return fmt.Errorf("WithAttemptTimeout: %v is not positive", d)
		}
		s.timeout = d
		return nil
	}
}

// WithBackoff sets the waits between the requests of an operation: the first
// one, which doubles from request to request, and the longest. The defaults are
// 200 ms and 5 s; up to half of each wait is left to chance.
func WithBackoff(first, longest time.Duration) Option {
	return func(s *settings) error {
		if first <= 0 || longest < first || longest > time.Hour {
			return fmt.Errorf("WithBackoff: %v and %v are not a first and a longest wait of at most an hour", first, longest)
		}
		s.waits.first, s.waits.max = first, longest
		return nil
	}
}

// WithMaxRetryAfter sets the longest wait that a server may ask for with
// Retry-After; the default is 20 s. If it asks for more, the error comes at once
// and has [Error.RetryAfter]. 0 never waits longer than the backoff.
func WithMaxRetryAfter(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return fmt.Errorf("WithMaxRetryAfter: %v is negative", d)
		}
		s.waits.asked = d
		return nil
	}
}

// parseBaseURL checks what a token may be sent to. Its errors do not repeat
// the URL, which may hold a password.
func parseBaseURL(raw string, insecure bool) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, errors.New("WithBaseURL: not a URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("WithBaseURL: the scheme must be https")
	case u.Hostname() == "":
		return nil, errors.New("WithBaseURL: there is no host")
	case u.User != nil:
		return nil, errors.New("WithBaseURL: credentials do not belong in the URL")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("WithBaseURL: a query or fragment does not belong in the URL")
	case u.Scheme == "http" && !insecure && !loopback(u.Hostname()):
		return nil, errors.New("WithBaseURL: http would show the token to the network: use https, or WithInsecureHTTP")
	}
	u = u.JoinPath("/") // dot segments resolved, one slash at the end
	return u, nil
}

func loopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") { // RFC 6761, 6.3
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
