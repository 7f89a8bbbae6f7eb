package faults

import (
	"slices"
	"strings"
)

// mutator spoils an exchange around next, which serves it.
type mutator func(x *exchange, next func())

// step changes an exchange at one moment.
type step func(x *exchange)

// on applies mutators to some operations: "getUser listUsers". The groups are
// "users" for all of users, "user" for those that answer with a user, and
// "token" for the token endpoints.
func on(operations string, ms ...mutator) mutator {
	var ids []string
	for _, name := range strings.Fields(operations) {
		ids = append(ids, group(name)...)
	}
	m := all(ms...)
	return func(x *exchange, next func()) {
		if slices.Contains(ids, x.op) {
			m(x, next)
			return
		}
		next()
	}
}

func group(name string) []string {
	user := []string{"createUser", "getUser", "updateUserPut", "updateUserPatch"}
	switch name {
	case "token":
		return []string{"createServerToken", "createSDKToken", "createOAuthToken"}
	case "user":
		return user
	case "users":
		return append(user, "listUsers", "deleteUser")
	}
	return []string{name}
}

// all applies mutators from the outside to the inside.
func all(ms ...mutator) mutator {
	return func(x *exchange, next func()) {
		for _, m := range slices.Backward(ms) {
			inner := next
			next = func() { m(x, inner) }
		}
		next()
	}
}

// before changes the request.
func before(s step) mutator {
	return func(x *exchange, next func()) { s(x); next() }
}

// after changes the answer.
func after(s step) mutator {
	return func(x *exchange, next func()) { next(); s(x) }
}

// good changes answers that are successes and have a body.
func good(s step) mutator {
	return after(func(x *exchange) {
		if x.status < 300 && len(x.text) > 0 {
			s(x)
		}
	})
}

// at changes answers that have a status.
func at(status int, s step) mutator {
	return after(func(x *exchange) {
		if x.status == status {
			s(x)
		}
	})
}

// instead serves a request again after a change, where the first answer has a
// status: what was refused is done all the same. change tells whether it
// changed anything.
func instead(status int, change func(x *exchange) bool) mutator {
	return func(x *exchange, next func()) {
		next()
		if x.status == status && change(x) {
			next()
		}
	}
}

// replaced answers in place of the sandbox where condition holds.
func replaced(condition func(*exchange) bool, s step) mutator {
	return func(x *exchange, next func()) {
		if condition(x) {
			x.answer = make(map[string][]string)
			s(x)
			return
		}
		next()
	}
}

// answer makes an answer of a status with a body, "" for none.
func answerWith(status int, contentType, body string) step {
	return func(x *exchange) {
		x.status, x.text = status, []byte(body)
		if x.answer == nil {
			x.answer = make(map[string][]string)
		}
		x.answer.Del("Content-Type")
		if contentType != "" {
			x.answer.Set("Content-Type", contentType)
		}
	}
}

// failWith answers with the API's error of a status.
func failWith(status int) step {
	return answerWith(status, "application/json", `{"error":"internal_error","message":"try again later"}`)
}

// head sets a header of the answer; no values take it away.
func head(name string, values ...string) step {
	return func(x *exchange) {
		x.answer.Del(name)
		if len(values) > 0 {
			x.answer[name] = values
		}
	}
}

func status(code int) step { return func(x *exchange) { x.status = code } }

// both does steps one after the other.
func both(steps ...step) step {
	return func(x *exchange) {
		for _, s := range steps {
			s(x)
		}
	}
}
