package faults

import (
	"encoding/json"
	"strings"
)

// keepsDeleted remembers the users that are deleted.
func keepsDeleted(x *exchange, next func()) {
	w := x.stored()
	next()
	if x.status == 204 {
		x.state.keep(x, parse(w.Body.Bytes()))
	}
}

// stale answers with the user as it was before the write.
func stale(x *exchange, next func()) {
	w := x.stored()
	next()
	if x.status == 200 && w.Code == 200 {
		x.text = w.Body.Bytes()
	}
}

// keeping puts the stored value of a field into the request.
func keeping(name string) step {
	return func(x *exchange) {
		w := x.stored()
		if old, ok := parse(w.Body.Bytes())[name]; ok {
			sent(set(name, old))(x)
			return
		}
		sent(drop(name))(x)
	}
}

func dropIf(condition func(any) bool) func(object) {
	return func(o object) {
		for name, v := range o {
			if inner, ok := v.(object); ok {
				dropIf(condition)(inner)
			} else if condition(v) {
				delete(o, name)
			}
		}
	}
}

func numbersFromStrings(o object) {
	for _, name := range []string{"height", "weight", "tz_offset"} {
		if s, ok := o[name].(string); ok {
			o[name] = 0
			if json.Valid([]byte(s)) {
				o[name] = literal(s)
			}
		}
	}
}

func otherCase(s string) string {
	if upper := strings.ToUpper(s); upper != s {
		return upper
	}
	return strings.ToLower(s)
}
