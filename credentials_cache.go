package onvy

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	failureMemory = 5 * time.Second        // how long a token endpoint that refused is left alone
	firstRest     = 500 * time.Millisecond // how long one that is out of order is, at first
	fetchTimeout  = time.Minute            // for a token, all attempts and callbacks included
	longestLife   = 365 * 24 * time.Hour
)

// Token is what a token endpoint answered.
type Token struct {
	AccessToken  Secret
	RefreshToken Secret    // zero for ServerCredentials
	Scope        string    // as granted; "" where the server says nothing: as asked for
	ExpiresAt    time.Time // by the clock of this machine; zero if not known
}

// token is a Token as the cache keeps it. Its identity is what reports whether a
// token that was refused is still the one in use.
type token struct {
	Token
	authorization Secret // "Bearer ..."

	// Both are zero if it is not known how long the token lives. They are read
	// on the monotonic clock: whoever sets the clock of the machine neither
	// ends a token nor revives one.
	renew   time.Time // from here on, a new one is fetched behind the callers
	expires time.Time // from here on, callers wait for the new one

	made     time.Time   // when it came
	accepted atomic.Bool // whether the API has ever taken it
}

func newToken(t Token) *token {
	return &token{Token: t, authorization: NewSecret("Bearer " + t.AccessToken.Reveal()), made: time.Now()}
}

// accept notes that the API took the token; t may be nil.
func (t *token) accept() {
	if t != nil && !t.accepted.Load() { // a load costs the other cores nothing
		t.accepted.Store(true)
	}
}

// lives sets when a token ends that was asked for at a time. That is before
// the server made it, so the error is on the safe side. The last 10 to 20 % of
// the life are for the renewal; the chance in it keeps the many processes of a
// deployment, started together, from renewing together.
func (t *token) lives(from time.Time, d time.Duration) {
	if d <= 0 {
		return // not known: until it is refused
	}
	t.expires = from.Add(d)
	t.renew = t.expires.Add(-d/10 - rand.N(d/10+1))
	t.ExpiresAt = t.expires.Round(0)
}

// cache keeps one token and sees to it that there is one. One request for a
// token is under way at a time. It belongs to no caller: a caller that gives up
// harms nobody. The lock is never held across a request.
type cache struct {
	fetch func(context.Context) (*token, error)
	warn  func(message string, err error) // of what no caller learns

	mu       sync.Mutex
	current  *token  // nil: none
	flight   *flight // the request under way, or nil
	failure  error   // of the last request, nil if it was well
	failures int     // how many requests in a row have failed
	retryAt  time.Time
}

// flight is one request for a token. The fields may be read when done is closed.
type flight struct {
	done   chan struct{}
	behind bool // the old token still lives: no caller waits for this one
	token  *token
	err    error
}

var (
	errNoToken = errors.New("the function that gets tokens did not return")
	errReenter = errors.New("a function that gets or stores the token uses the client that waits for it")
)

// fetching marks the context of a request for a token with its cache, so that
// a callback that comes back for that very token is told instead of waiting for
// itself.
type fetching struct{}

// get returns the current token, at once if it lives. In the last part of its
// life the next one is fetched meanwhile; if that fails, the old one goes on.
// Without a token, all callers wait for one request.
//
// After a request that failed the token endpoint is left alone for a while:
// for 5 seconds if it refused, for less if it was only out of order. Callers
// get the error of that request, but those with time left for an endpoint that
// was out of order wait for the next request.
func (c *cache) get(ctx context.Context) (*token, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if ctx.Value(fetching{}) == c {
		return nil, errReenter
	}
	for waited := false; ; waited = true {
		f, t, rest, err := c.join()
		switch {
		case t != nil:
			return t, nil
		case f != nil:
			select {
			case <-f.done:
				return f.token, f.err
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		case waited || !outOfOrder(err) || rest > failureMemory || !fits(ctx, rest):
			return nil, err
		}
		if err := sleep(ctx, rest); err != nil {
			return nil, err
		}
	}
}

// join returns the current token, or the request to wait for, or why there is
// neither and for how much longer.
func (c *cache) join() (f *flight, t *token, rest time.Duration, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	resting := c.failure != nil && now.Before(c.retryAt)
	if t := c.current; t != nil && (t.expires.IsZero() || now.Before(t.expires)) {
		if !t.renew.IsZero() && !now.Before(t.renew) && c.flight == nil && !resting {
			c.start(true)
		}
		return nil, t, 0, nil
	}
	if c.flight == nil {
		if resting {
			return nil, nil, c.retryAt.Sub(now), c.failure
		}
		c.start(false)
	}
	return c.flight, nil, 0, nil
}

// reject drops a token that the API refused, if it is still the current one: of
// many callers, the first makes way for a new one and the others find it. It
// returns whether another token may be had. A token that the API has never
// taken is kept for the first 5 seconds: where the API refuses good tokens,
// each operation would ask for another.
func (c *cache) reject(t *token) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != t {
		return true
	}
	if !t.accepted.Load() && time.Since(t.made) < failureMemory {
		return false
	}
	c.current = nil
	return true
}

// invalidate drops the current token if its text is that of t.
func (c *cache) invalidate(t Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil && c.current.AccessToken.Reveal() == t.AccessToken.Reveal() {
		c.current = nil
	}
}

// start begins a flight; c.mu is held. Its context is a new one: the values of
// whoever happened to be first, a transaction or the hooks of a trace, are not
// for a request that serves all and may outlast that caller.
func (c *cache) start(behind bool) {
	f := &flight{done: make(chan struct{}), behind: behind, err: errNoToken}
	c.flight = f
	go func() {
		ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), fetching{}, c), fetchTimeout)
		defer cancel()
		defer func() { c.land(f) }() // also if fetch ends the goroutine
		f.token, f.err = c.fetch(ctx)
	}()
}

func (c *cache) land(f *flight) {
	c.mu.Lock()
	c.flight, c.failure = nil, f.err
	if f.err == nil {
		c.current, c.failures = f.token, 0
	} else {
		rest := failureMemory
		if outOfOrder(f.err) {
			rest = min(rest, firstRest<<min(c.failures, 8))
		}
		if e, ok := errors.AsType[*Error](f.err); ok {
			rest = max(rest, min(e.RetryAfter, fetchTimeout))
		}
		c.failures++
		c.retryAt = time.Now().Add(rest)
	}
	c.mu.Unlock()
	close(f.done)
	if f.err != nil && f.behind && c.warn != nil {
		c.warn("onvy: the token was not renewed", f.err)
	}
}

// outOfOrder reports whether a token endpoint failed in a way that may be over
// soon: no answer, or one of those that are worth a repeat.
func outOfOrder(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.details().callback {
		return false
	}
	if e.StatusCode == 0 {
		return !permanent(e.Unwrap())
	}
	return e.StatusCode == http.StatusRequestTimeout || e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= 500
}

// fits reports whether a wait ends before the deadline of ctx.
func fits(ctx context.Context, wait time.Duration) bool {
	deadline, ok := ctx.Deadline()
	return !ok || wait < time.Until(deadline)
}

// tokenError makes the error of an operation that has no token. What the token
// endpoint said is the same for all that waited for it; each gets a copy.
func tokenError(op *operation, err error, attempts int) error {
	if e, ok := errors.AsType[*Error](err); ok {
		mine := *e
		return &mine
	}
	return failure(op.name, attempts, details{cause: err, reason: "waiting for a token: " + describe(err)})
}
