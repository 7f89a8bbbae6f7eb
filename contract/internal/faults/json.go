package faults

import (
	"bytes"
	"encoding/json"
	"maps"

	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object; its numbers are json.Number.
type object = map[string]any

// parse reads an object, or nil where the text is none.
func parse(text []byte) object {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var o object
	if d.Decode(&o) != nil {
		return nil
	}
	return o
}

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("faults: " + err.Error()) // what was parsed prints
	}
	return b.Bytes()
}

// body edits the JSON object of the answer.
func body(edits ...func(object)) step {
	return func(x *exchange) {
		o := parse(x.text)
		if o == nil {
			return
		}
		for _, edit := range edits {
			edit(o)
		}
		x.text = encode(o)
	}
}

// user edits every user of the answer: the one, or those of a list.
func user(edits ...func(object)) step {
	return body(func(o object) {
		for _, u := range usersOf(o) {
			for _, edit := range edits {
				edit(u)
			}
		}
	})
}

func usersOf(o object) []object {
	list, isList := o["users"].([]any)
	if !isList {
		return []object{o}
	}
	var users []object
	for _, u := range list {
		if u, ok := u.(object); ok {
			users = append(users, u)
		}
	}
	return users
}

// given is the JSON object of the request. What is not strictly one is nil,
// and left to the sandbox to refuse.
func (x *exchange) given() object {
	if !jsontext.Value(x.body).IsValid() {
		return nil
	}
	return parse(x.body)
}

// sent edits the JSON object of the request.
func sent(edits ...func(object)) step {
	return func(x *exchange) {
		o := x.given()
		if o == nil {
			return
		}
		for _, edit := range edits {
			edit(o)
		}
		x.body = encode(o)
	}
}

func set(name string, value any) func(object) {
	return func(o object) { o[name] = copied(value) }
}

func drop(name string) func(object) { return func(o object) { delete(o, name) } }

// copied is a value that nobody else has: exchanges are edited at the same
// time, and an edit after this one may write into the value.
func copied(value any) any {
	switch value := value.(type) {
	case object:
		o := make(object, len(value))
		for name, v := range value {
			o[name] = copied(v)
		}
		return o
	case []any:
		list := make([]any, len(value))
		for i, v := range value {
			list[i] = copied(v)
		}
		return list
	}
	return value
}

func rename(from, to string) func(object) {
	return func(o object) {
		if v, ok := o[from]; ok {
			delete(o, from)
			o[to] = v
		}
	}
}

// change replaces a member that is there and of type T.
func change[T any](name string, f func(T) any) func(object) {
	return func(o object) {
		if v, ok := o[name].(T); ok {
			o[name] = f(v)
		}
	}
}

// in edits the object under a name, if there is one.
func in(name string, edits ...func(object)) func(object) {
	return func(o object) {
		if inner, ok := o[name].(object); ok {
			for _, edit := range edits {
				edit(inner)
			}
		}
	}
}

// literal is a number as it is to be printed.
func literal(s string) json.Number { return json.Number(s) }

// text edits the bytes of the answer.
func text(f func([]byte) []byte) step { return func(x *exchange) { x.text = f(x.text) } }

// open puts text behind the first brace of the answer.
func open(s string) step {
	return text(func(b []byte) []byte { return bytes.Replace(b, []byte("{"), []byte("{"+s), 1) })
}

func replace(from, to string) step {
	return text(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(from), []byte(to)) })
}

func clone(o object) object { return maps.Clone(o) }
