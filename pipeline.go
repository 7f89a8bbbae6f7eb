package onvy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"time"
)

const (
	defaultUserAgent = "onvy-go"
	defaultAttempts  = 3
	defaultTimeout   = 30 * time.Second

	maxBody      = 10 << 20 // of an answer that is decoded
	maxErrorBody = 64 << 10 // of an error page, which is kept in Error.Body
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

// answer is a response that was read to its end.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	attempts int
	lost     bool // an earlier request of the operation may have been carried out
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
		var t *token
		if !op.grants {
			var err error
			if t, err = tokens.get(ctx); err != nil {
				return nil, tokenError(op, err)
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

// attempt sends one request and reads the answer. Its error says that there is
// no complete answer.
func (p *pipeline) attempt(ctx context.Context, op *operation, req *http.Request, t *token, attempt int) (*answer, error) {
	started := time.Now()
	a, err := p.send(ctx, req, t, attempt)
	if p.logger != nil && p.logger.Enabled(ctx, slog.LevelDebug) {
		p.log(ctx, op, req.Method, a, err, attempt, time.Since(started))
	}
	return a, err
}

func (p *pipeline) send(ctx context.Context, req *http.Request, t *token, attempt int) (*answer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// The builders are generated; that no id ever leads a token elsewhere is
	// seen to here.
	if req.URL.Scheme != p.base.Scheme || req.URL.Host != p.base.Host {
		return nil, errOrigin
	}
	timed, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	r := req.WithContext(timed)
	if attempt > 1 && req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		r.Body = body
	}
	// A new map each time: a transport may still read the one before.
	r.Header = make(http.Header, len(req.Header)+3)
	maps.Copy(r.Header, req.Header)
	r.Header["Accept"] = []string{"application/json"}
	r.Header["User-Agent"] = []string{p.userAgent}
	if t != nil {
		r.Header["Authorization"] = []string{t.authorization.Reveal()}
	}
	a, err := roundTrip(p.transport, r)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err() // the caller's end, in whatever words the transport has
	}
	if err != nil && timed.Err() != nil {
		return nil, &timeoutError{after: p.timeout}
	}
	return a, err
}

func roundTrip(transport http.RoundTripper, r *http.Request) (*answer, error) {
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp == nil || resp.Body == nil {
		return nil, errors.New("the transport gave neither a response nor an error")
	}
	defer resp.Body.Close()
	a := &answer{status: resp.StatusCode, header: resp.Header}
	if a.status/100 != 2 {
		// What can be had of an error page is enough: the status is what counts.
		a.body, _ = readBody(resp, maxErrorBody)
		a.body = a.body[:min(len(a.body), maxErrorBody)]
		return a, nil
	}
	a.body, err = readBody(resp, maxBody)
	if err != nil {
		return nil, err
	}
	if len(a.body) > maxBody {
		return nil, ErrTooLarge
	}
	return a, nil
}

// readBody reads at most one byte more than limit.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	if n := resp.ContentLength; n > 0 && n <= limit {
		buf.Grow(int(n) + bytes.MinRead)
	}
	_, err := buf.ReadFrom(io.LimitReader(resp.Body, limit+1))
	return buf.Bytes(), err
}

func (p *pipeline) log(ctx context.Context, op *operation, method string, a *answer, err error, attempt int, took time.Duration) {
	attrs := []slog.Attr{
		slog.String("operation", op.name),
		slog.String("method", method),
		slog.String("route", op.route),
		slog.Int("attempt", attempt),
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", describe(err)))
	} else {
		attrs = append(attrs, slog.Int("status", a.status))
		if id := requestID(a.header); id != "" {
			attrs = append(attrs, slog.String("request_id", id))
		}
	}
	attrs = append(attrs, slog.Duration("duration", took))
	p.logger.LogAttrs(ctx, slog.LevelDebug, "onvy request", attrs...)
}
