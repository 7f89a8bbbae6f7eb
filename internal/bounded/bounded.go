// Package bounded calls code that is not ours, which may ignore its context, panic
// or end its goroutine.
package bounded

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrNoReturn says that a function ended its goroutine instead of returning.
var ErrNoReturn = errors.New("the function did not return")

// Panic is a panic of a function that is not ours, for the goroutine that
// waits for it.
type Panic struct{ Value any }

// Error names the type of the value only: what it says may be anything.
func (e *Panic) Error() string { return fmt.Sprintf("panic (%T)", e.Value) }

// Unwrap returns the value, if it is an error.
func (e *Panic) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Call calls f in a goroutine of its own and waits for it no longer than
// ctx, whatever f does: code that is not ours may ignore its context, panic or
// end its goroutine. A result that comes later is nobody's.
func Call[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	results := make(chan result, 1)
	go func() {
		r := result{err: ErrNoReturn}
		defer func() {
			if value := recover(); value != nil {
				r.err = &Panic{value}
			}
			results <- r
		}()
		r.value, r.err = f()
	}()
	select {
	case r := <-results:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// Timeout says that one request took longer than it may.
type Timeout struct{ After time.Duration }

func (e *Timeout) Error() string   { return fmt.Sprintf("no answer within %v", e.After) }
func (e *Timeout) Timeout() bool   { return true }
func (e *Timeout) Temporary() bool { return true }
func (e *Timeout) Unwrap() error   { return context.DeadlineExceeded }
