package onvy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"github.com/onvy-health/onvy-go/internal/bounded"
)

const (
	maxBody      = 10 << 20 // of an answer that is decoded
	maxErrorBody = 64 << 10 // of an error page, which is kept in Error.Body
)

// answer is a response that was read to its end.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	attempts int
	lost     bool // an earlier request of the operation may have been carried out
}

// attempt sends one request and reads the answer. Its error says that there is
// no complete answer.
func (p *pipeline) attempt(ctx context.Context, op *operation, req *http.Request, t *token, attempt int, s *callSettings) (*answer, error) {
	started := time.Now()
	a, err := p.send(ctx, op, req, t, attempt, s)
	if p.logger != nil && p.logger.Enabled(ctx, slog.LevelDebug) {
		logAttempt(ctx, p.logger, op, req.Method, a, err, attempt, time.Since(started))
	}
	return a, err
}

func (p *pipeline) send(ctx context.Context, op *operation, req *http.Request, t *token, attempt int, s *callSettings) (*answer, error) {
	// The builders are generated; that no id ever leads a token elsewhere is
	// seen to here.
	if req.URL.Scheme != p.base.Scheme || req.URL.Host != p.base.Host {
		return nil, errOrigin
	}
	timed, cancel := context.WithTimeout(ctx, s.timeout)
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
	maps.Copy(r.Header, s.header)
	r.Header["Accept"] = []string{"application/json"}
	r.Header["User-Agent"] = []string{p.userAgent}
	if t != nil {
		r.Header["Authorization"] = []string{t.authorization.Reveal()}
	}
	a, err := p.roundTrip(op, r)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err() // the caller's end, in whatever words the transport has
	}
	if err != nil && timed.Err() != nil {
		return nil, &bounded.Timeout{After: s.timeout}
	}
	return a, err
}

// roundTrip sends a request and reads the answer. A transport other than
// that of net/http is waited for no longer than the context of the request, whatever it does. If
// it panics, so does the caller, as with net/http; only in the goroutine of a
// token request, which nobody could recover, that is an error.
func (p *pipeline) roundTrip(op *operation, r *http.Request) (*answer, error) {
	if !p.foreign {
		return exchange(p.transport(), r)
	}
	a, err := bounded.Call(r.Context(), func() (*answer, error) { return exchange(p.transport(), r) })
	if e, panicked := errors.AsType[*bounded.Panic](err); panicked && !op.grants {
		panic(e.Value)
	}
	return a, err
}

func exchange(transport http.RoundTripper, r *http.Request) (*answer, error) {
	resp, err := transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if resp == nil || resp.Body == nil {
		return nil, errors.New("the transport gave neither a response nor an error")
	}
	defer resp.Body.Close()
	a := &answer{status: resp.StatusCode, header: resp.Header}
	if a.status == http.StatusSwitchingProtocols {
		return a, nil // its body is the connection, which knows no context and may never end
	}
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
