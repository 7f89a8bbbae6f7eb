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
	defaultAttempts = 3
	defaultTimeout  = 30 * time.Second
)

// pipeline is what all clients of one NewClient share: how a request gets to
// the server and an answer back.
type pipeline struct {
	base      *url.URL // ends in a slash
	server    string   // base, as the generated request builders want it
	logger    *slog.Logger
	userAgent string
	attempts  int
	timeout   time.Duration
	waits     waits

	// transport returns the transport. It is behind a function because dumpers
	// follow pointers: into its idle connections, whose buffers hold the last
	// request, token and all.
	transport func() http.RoundTripper
	foreign   bool // the transport is not that of net/http: it may ignore its context
}

func newPipeline(opts []Option) (*pipeline, error) {
	s := settings{
		baseURL: ProductionURL, userAgent: defaultUserAgent(),
		attempts: defaultAttempts, timeout: defaultTimeout,
		waits: waits{first: firstBackoff, max: maxBackoff, asked: maxWait},
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
	transport := s.transport
	if transport == nil {
		transport = newTransport()
	}
	_, ours := transport.(*http.Transport)
	return &pipeline{
		base: base, server: base.String(), logger: s.logger, userAgent: s.userAgent,
		attempts: s.attempts, timeout: s.timeout, waits: s.waits,
		transport: func() http.RoundTripper { return transport }, foreign: !ours,
	}, nil
}

// cache makes the source of the tokens that fetch gets.
func (p *pipeline) cache(fetch func(context.Context) (*token, error)) *cache {
	return &cache{fetch: fetch, warn: func(message string, err error) { warn(p.logger, message, err) }}
}

// defaults are the settings of a call that has no options.
func (p *pipeline) defaults() *callSettings {
	return &callSettings{attempts: p.attempts, timeout: p.timeout}
}

// settings are those of a call of op.
func (p *pipeline) settings(op *operation, opts []CallOption) (*callSettings, error) {
	s := p.defaults()
	for i, option := range opts {
		if option == nil {
			return nil, invalid(op, fmt.Sprintf("call option %d is nil", i+1))
		}
		if err := option(s); err != nil {
			return nil, invalid(op, err.Error())
		}
	}
	return s, nil
}

// do carries out one operation: it sends req with a token, again as long as
// that may help, and returns an answer with a status of 2xx or an error of
// type *Error.
func (p *pipeline) do(ctx context.Context, op *operation, tokens tokens, req *http.Request, s *callSettings) (*answer, error) {
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
		a, err := p.attempt(ctx, op, req, t, attempt, s)
		if err == nil {
			a.attempts, a.lost = attempt, lost
			s.see(a)
			if a.status/100 == 2 {
				t.accept()
				return a, nil
			}
			if a.status != http.StatusUnauthorized {
				t.accept()
			} else if t != nil && !replayed && tokens.reject(t) && attempt < s.attempts {
				replayed = true
				continue
			}
		}
		wait, again := p.waits.again(ctx, op, a, err, attempt, s)
		if !again {
			return nil, newError(op, a, err, attempt)
		}
		lost = lost || uncertain(a, err)
		if err := sleep(ctx, wait); err != nil {
			return nil, newError(op, nil, err, attempt)
		}
	}
}
