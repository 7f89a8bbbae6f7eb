package onvy

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	failureMemory = 5 * time.Second // how long a token endpoint that failed is left alone
	fetchTimeout  = time.Minute     // for a token, all attempts and callbacks included
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
}

func newToken(t Token) *token {
	return &token{Token: t, authorization: NewSecret("Bearer " + t.AccessToken.Reveal())}
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

	mu      sync.Mutex
	current *token  // nil: none
	flight  *flight // the request under way, or nil
	failure error   // of the last request, nil if it was well
	retryAt time.Time
}

// flight is one request for a token. The fields may be read when done is closed.
type flight struct {
	done  chan struct{}
	token *token
	err   error
}

var errNoToken = errors.New("the function that gets tokens did not return")

// get returns the current token, at once if it lives. In the last part of its
// life the next one is fetched meanwhile; if that fails, the old one goes on.
// Without a token, all callers wait for one request, and for 5 seconds all get
// the error if it fails.
func (c *cache) get(ctx context.Context) (*token, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	now := time.Now()
	resting := c.failure != nil && now.Before(c.retryAt)
	if t := c.current; t != nil && (t.expires.IsZero() || now.Before(t.expires)) {
		if !t.renew.IsZero() && !now.Before(t.renew) && c.flight == nil && !resting {
			c.start(ctx)
		}
		c.mu.Unlock()
		return t, nil
	}
	if c.flight == nil {
		if resting {
			defer c.mu.Unlock()
			return nil, c.failure
		}
		c.start(ctx)
	}
	f := c.flight
	c.mu.Unlock()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// reject drops a token, if it is still the current one: of many callers whose
// token was refused, the first makes way for a new one and the others find it.
func (c *cache) reject(t *token) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == t {
		c.current = nil
	}
	return true
}

// start begins a flight; c.mu is held. It has the values of ctx, for tracing,
// and neither its end nor its deadline.
func (c *cache) start(ctx context.Context) {
	f := &flight{done: make(chan struct{}), err: errNoToken}
	c.flight = f
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
		defer cancel()
		defer func() { c.land(f) }() // also if a callback ends the goroutine
		f.token, f.err = c.fetch(ctx)
	}()
}

func (c *cache) land(f *flight) {
	c.mu.Lock()
	c.flight, c.failure = nil, f.err
	if f.err == nil {
		c.current = f.token
	} else {
		rest := failureMemory
		if e, ok := errors.AsType[*Error](f.err); ok {
			rest = max(rest, min(e.RetryAfter, fetchTimeout))
		}
		c.retryAt = time.Now().Add(rest)
	}
	c.mu.Unlock()
	close(f.done)
}

// tokenError makes the error of an operation that has no token. What the token
// endpoint said is the same for all that waited for it, and stays as it is.
func tokenError(op *operation, err error, attempts int) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Operation: op.name, Attempts: attempts, cause: err, reason: "waiting for a token: " + describe(err)}
}
