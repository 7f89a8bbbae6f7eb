package kit

import (
	"encoding/json"
	"strings"
)

// KeepsDeleted remembers the users that are deleted.
func KeepsDeleted(x *Exchange, next func()) {
	w := x.Stored()
	next()
	if x.Status == 204 {
		x.State.Keep(x, Parse(w.Body.Bytes()))
	}
}

// Stale answers with the user as it was before the write.
func Stale(x *Exchange, next func()) {
	w := x.Stored()
	next()
	if x.Status == 200 && w.Code == 200 {
		x.Text = w.Body.Bytes()
	}
}

// Keeping puts the stored value of a field into the request.
func Keeping(name string) Step {
	return func(x *Exchange) {
		w := x.Stored()
		if old, ok := Parse(w.Body.Bytes())[name]; ok {
			Sent(Set(name, old))(x)
			return
		}
		Sent(Drop(name))(x)
	}
}

func DropIf(condition func(any) bool) func(Object) {
	return func(o Object) {
		for name, v := range o {
			if inner, ok := v.(Object); ok {
				DropIf(condition)(inner)
			} else if condition(v) {
				delete(o, name)
			}
		}
	}
}

func NumbersFromStrings(o Object) {
	for _, name := range []string{"height", "weight", "tz_offset"} {
		if s, ok := o[name].(string); ok {
			o[name] = 0
			if json.Valid([]byte(s)) {
				o[name] = Literal(s)
			}
		}
	}
}

func OtherCase(s string) string {
	if upper := strings.ToUpper(s); upper != s {
		return upper
	}
	return strings.ToLower(s)
}
