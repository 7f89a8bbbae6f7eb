package onvy

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

const (
	defaultUserAgent = "onvy-go"
	defaultAttempts  = 3
	defaultTimeout   = 30 * time.Second
)

// pipeline is what all clients of one NewClient share: how a request gets to
// the server and an answer back.
type pipeline struct {
	base      *url.URL // ends in a slash
	server    string   // base, as the generated request builders want it
	transport http.RoundTripper
	logger    *slog.Logger // nil: none
	userAgent string
	attempts  int
	timeout   time.Duration
}

func newPipeline(opts []Option) (*pipeline, error) {
	s := settings{
		baseURL: ProductionURL, userAgent: defaultUserAgent,
		attempts: defaultAttempts, timeout: defaultTimeout,
	}
	for i, option := range opts {
		if option == nil {
			return nil, fmt.Errorf("option %d is nil", i+1)
		}
		if err := option(&s); err != nil {
			return nil, err
		}
	}
	base, err := parseBaseURL(s.baseURL, s.insecureHTTP)
	if err != nil {
		return nil, err
	}
	if s.transport == nil {
		s.transport = newTransport()
	}
	return &pipeline{
		base: base, server: base.String(), transport: s.transport, logger: s.logger,
		userAgent: s.userAgent, attempts: s.attempts, timeout: s.timeout,
	}, nil
}

// do carries out one operation: it sends req with a token, again as long as
// that may help, and returns an answer with a status of 2xx or an error of
// type *Error.
func (p *pipeline) do(ctx context.Context, op *operation, tokens tokens, req *http.Request) (*answer, error) {
	if ctx == nil {
		return nil, invalid(op, "the context is nil")
	}
	ctx = context.WithValue(ctx, operationKey{}, op)
	var lost, replayed bool
	for attempt := 1; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return nil, newError(op, nil, err, attempt-1)
		}
		var t *token
		if !op.grants {
			var err error
			if t, err = tokens.get(ctx); err != nil {
				return nil, tokenError(op, err, attempt-1)
			}
		}
		a, err := p.attempt(ctx, op, req, t, attempt)
		if err == nil {
			a.attempts, a.lost = attempt, lost
			if a.status/100 == 2 {
				return a, nil
			}
		}
		if err == nil && a.status == http.StatusUnauthorized && t != nil && !replayed && attempt < p.attempts && tokens.reject(t) {
			replayed = true
			continue
		}
		wait, again := p.again(ctx, op, a, err, attempt)
		if !again {
			return nil, newError(op, a, err, attempt)
		}
		lost = lost || uncertain(a, err)
		if err := sleep(ctx, wait); err != nil {
			return nil, newError(op, nil, err, attempt)
		}
	}
}
