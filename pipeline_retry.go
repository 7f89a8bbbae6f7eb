package onvy

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/onvy-health/onvy-go/internal/bounded"
	"github.com/onvy-health/onvy-go/internal/retryafter"
	"github.com/onvy-health/onvy-go/internal/safetext"
)

const (
	firstBackoff = 200 * time.Millisecond
	maxBackoff   = 5 * time.Second
	maxWait      = 20 * time.Second // of what a server may ask for
)

// waits are the limits of the waits between two requests.
type waits struct {
	first, max time.Duration // of what the client decides
	asked      time.Duration // the longest that a server may ask for
}

// again decides whether op is sent once more, and after how long. It is not
// where the wait would outlast the caller's deadline, or the limit: then the
// caller can do better with the error than with the wait.
func (w waits) again(ctx context.Context, op *operation, a *answer, err error, attempt int, s *callSettings) (time.Duration, bool) {
	if attempt >= s.attempts || ctx.Err() != nil || !repeatable(op, a, err) {
		return 0, false
	}
	wait := w.backoff(attempt)
	if a != nil {
		wait = max(wait, retryafter.Read(a.header, time.Now()))
	}
	if wait > max(w.asked, w.max) {
		return 0, false
	}
	return wait, fits(ctx, wait)
}

// repeatable says whether another request may get another answer, and does no
// harm if this one was carried out.
func repeatable(op *operation, a *answer, err error) bool {
	if err != nil {
		return !permanent(err) && (op.repeats || nothingSent(err))
	}
	switch a.status {
	case http.StatusTooManyRequests: // refused, so not carried out (RFC 6585, 4)
		return true
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return op.repeats
	}
	return false
}

// uncertain says whether a request that failed may have been carried out.
func uncertain(a *answer, err error) bool {
	if err != nil {
		return !nothingSent(err)
	}
	return a.status == http.StatusRequestTimeout || a.status >= 500
}

// nothingSent says that there was no connection to send anything on. Where
// that is not sure, something was.
func nothingSent(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return true
	}
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// permanent says that the next request would meet the same error.
func permanent(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[*bounded.Panic](err); ok {
		return true
	}
	return errors.Is(err, ErrTooLarge) || errors.Is(err, errOrigin) || safetext.ProxyWantsPassword(err)
}

// backoff doubles from attempt to attempt. Half of it is chance, so that
// callers that failed together do not come back together.
func (w waits) backoff(attempt int) time.Duration {
	d := min(w.first<<(attempt-1), w.max)
	return d/2 + rand.N(d/2+1)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
