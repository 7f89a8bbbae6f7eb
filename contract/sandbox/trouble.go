package sandbox

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Trouble is something that goes wrong on demand, to see what code that uses
// the API makes of it. The zero value answers the next request with 500. See
// [Server.Trouble].
type Trouble struct {
	// Operation is the operationId of the requests that meet it: "getUser";
	// "" is any.
	Operation string
	// Times is how many requests meet it: 0 is one, a negative number is all
	// until [Server.Calm].
	Times int
	// Delay is how long the request waits before anything else happens.
	Delay time.Duration
	// Status is what is answered: 503. Where it is 0 the request is served as
	// usual if there is a Delay or a Lose, and is answered 500 otherwise.
	Status int
	// RetryAfter is the Retry-After header of that answer: "2", or a date.
	RetryAfter string
	// HTML makes that answer an HTML page, as gateways send, in place of JSON.
	HTML bool
	// Lose drops the connection in place of an answer.
	Lose Loss
}

// Loss says when a connection is dropped.
type Loss int

const (
	// LoseNothing is an answer.
	LoseNothing Loss = iota
	// LoseRequest drops the connection before the request is looked at.
	LoseRequest
	// LoseAnswer drops the connection after the request was carried out: the
	// user is created, and the client does not know.
	LoseAnswer
)

type troubles struct {
	mu    sync.Mutex
	queue []Trouble
}

func (t *troubles) next(operation string) *Trouble {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range t.queue {
		found := t.queue[i]
		if found.Operation != "" && found.Operation != operation {
			continue
		}
		if t.queue[i].Times--; t.queue[i].Times == 0 {
			t.queue = slices.Delete(t.queue, i, i+1)
		}
		return &found
	}
	return nil
}

// meet lets a request meet its trouble and tells whether it is answered by
// that.
func (t *troubles) meet(a *answer, r *http.Request, op *operation) bool {
	trouble := t.next(op.ID)
	if trouble == nil {
		return false
	}
	if trouble.Delay > 0 {
		select {
		case <-time.After(trouble.Delay):
		case <-r.Context().Done():
			a.drop = true
			return true
		}
	}
	switch {
	case trouble.Lose == LoseRequest:
		a.drop = true
		return true
	case trouble.Lose == LoseAnswer:
		a.drop = true
		return false
	case trouble.Status == 0 && trouble.Delay > 0:
		return false
	}
	trouble.write(a, op)
	return true
}

func (t *Trouble) write(a *answer, op *operation) {
	status := t.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	if t.RetryAfter != "" {
		a.header.Set("Retry-After", t.RetryAfter)
	}
	if op.Role == spec.Token {
		a.header.Set("Cache-Control", "no-store")
		a.header.Set("Pragma", "no-cache")
	}
	if t.HTML {
		if status == http.StatusUnauthorized {
			a.header.Set("WWW-Authenticate", unauthorized("", "").challenge)
		}
		a.header.Set("Content-Type", "text/html; charset=utf-8")
		a.WriteHeader(status)
		_, _ = io.WriteString(a, "<!DOCTYPE html>\n<title>Trouble</title>\n<h1>"+http.StatusText(status)+"</h1>\n")
		return
	}
	r := refuse(status, "trouble", "as ordered")
	switch {
	case op.Role == spec.Token && status == http.StatusUnauthorized:
		r = invalidClient()
	case op.Role == spec.Token && status == http.StatusBadRequest:
		r = badRequest("as ordered")
	case status == http.StatusUnauthorized:
		r = unauthorized("invalid_token", "as ordered")
	}
	r.write(a, op)
}
