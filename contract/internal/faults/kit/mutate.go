package kit

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Mutator spoils an exchange around next, which serves it.
type Mutator func(x *Exchange, next func())

// Step changes an exchange at one moment.
type Step func(x *Exchange)

// On applies mutators to some operations.
func On(which Ops, ms ...Mutator) Mutator {
	return Where(func(x *Exchange) bool { return x.Op&which != 0 }, ms...)
}

// OnOp applies mutators to an operation of any resource.
func OnOp(o *spec.Operation, ms ...Mutator) Mutator {
	return Where(func(x *Exchange) bool { return x.ID == o.ID }, ms...)
}

func Where(condition func(x *Exchange) bool, ms ...Mutator) Mutator {
	m := All(ms...)
	return func(x *Exchange, next func()) {
		if condition(x) {
			m(x, next)
			return
		}
		next()
	}
}

// All applies mutators from the outside to the inside.
func All(ms ...Mutator) Mutator {
	return func(x *Exchange, next func()) {
		for _, m := range slices.Backward(ms) {
			inner := next
			next = func() { m(x, inner) }
		}
		next()
	}
}

// Before changes the request.
func Before(s Step) Mutator {
	return func(x *Exchange, next func()) { s(x); next() }
}

// After changes the answer.
func After(s Step) Mutator {
	return func(x *Exchange, next func()) { next(); s(x) }
}

// Good changes answers that are successes and have a body.
func Good(s Step) Mutator {
	return After(func(x *Exchange) {
		if x.Status < 300 && len(x.Text) > 0 {
			s(x)
		}
	})
}

// Refused changes answers that are errors.
func Refused(s Step) Mutator {
	return After(func(x *Exchange) {
		if x.Status >= 400 {
			s(x)
		}
	})
}

// At changes answers that have a status.
func At(status int, s Step) Mutator {
	return After(func(x *Exchange) {
		if x.Status == status {
			s(x)
		}
	})
}

// Instead serves a request again after a change, where the first answer has a
// status: what was refused is done all the same. change tells whether it
// changed anything.
func Instead(status int, change func(x *Exchange) bool) Mutator {
	return func(x *Exchange, next func()) {
		next()
		if x.Status == status && change(x) {
			next()
		}
	}
}

// Replaced answers in place of the sandbox where condition holds.
func Replaced(condition func(*Exchange) bool, s Step) Mutator {
	return func(x *Exchange, next func()) {
		if condition(x) {
			x.Answer = make(map[string][]string)
			s(x)
			return
		}
		next()
	}
}

// answer makes an answer of a status with a body, "" for none.
func AnswerWith(status int, contentType, body string) Step {
	return func(x *Exchange) {
		x.Status, x.Text = status, []byte(body)
		if x.Answer == nil {
			x.Answer = make(map[string][]string)
		}
		x.Answer.Del("Content-Type")
		if contentType != "" {
			x.Answer.Set("Content-Type", contentType)
		}
	}
}

// FailWith answers with the API's error of a status.
func FailWith(status int) Step {
	return AnswerWith(status, "application/json", `{"error":"internal_error","message":"try again later"}`)
}

// Head sets a header of the answer; no values take it away.
func Head(name string, values ...string) Step {
	return func(x *Exchange) {
		x.Answer.Del(name)
		if len(values) > 0 {
			x.Answer[name] = values
		}
	}
}

func Status(code int) Step { return func(x *Exchange) { x.Status = code } }

// Both does steps one after the other.
func Both(steps ...Step) Step {
	return func(x *Exchange) {
		for _, s := range steps {
			s(x)
		}
	}
}
