package onvy

import (
	"context"
	"errors"
	"fmt"
)

// errNoReturn says that a function ended its goroutine instead of returning.
var errNoReturn = errors.New("the function did not return")

// panicError is a panic of a function that is not ours, for the goroutine that
// waits for it.
type panicError struct{ value any }

// Error names the type of the value only: what it says may be anything.
func (e *panicError) Error() string { return fmt.Sprintf("panic (%T)", e.value) }

// Unwrap returns the value, if it is an error.
func (e *panicError) Unwrap() error {
	err, _ := e.value.(error)
	return err
}

// bounded calls f in a goroutine of its own and waits for it no longer than
// ctx, whatever f does: code that is not ours may ignore its context, panic or
// end its goroutine. A result that comes later is nobody's.
func bounded[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	results := make(chan result, 1)
	go func() {
		r := result{err: errNoReturn}
		defer func() {
			if value := recover(); value != nil {
				r.err = &panicError{value}
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
