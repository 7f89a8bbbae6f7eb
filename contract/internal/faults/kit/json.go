package kit

import (
	"bytes"
	"encoding/json"
	"maps"
)

// Object is a JSON object; its numbers are json.Number.
type Object = map[string]any

// Parse reads an object, or nil where the text is none.
func Parse(text []byte) Object {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var o Object
	if d.Decode(&o) != nil {
		return nil
	}
	return o
}

func Encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("faults: " + err.Error()) // what was parsed prints
	}
	return b.Bytes()
}

// Body edits the JSON object of the answer.
func Body(edits ...func(Object)) Step {
	return func(x *Exchange) {
		o := Parse(x.Text)
		if o == nil {
			return
		}
		for _, edit := range edits {
			edit(o)
		}
		x.Text = Encode(o)
	}
}

// User edits every user of the answer: the one, or those of a list.
func User(edits ...func(Object)) Step {
	return Body(func(o Object) {
		for _, u := range usersOf(o) {
			for _, edit := range edits {
				edit(u)
			}
		}
	})
}

func usersOf(o Object) []Object {
	list, isList := o["users"].([]any)
	if !isList {
		return []Object{o}
	}
	var users []Object
	for _, u := range list {
		if u, ok := u.(Object); ok {
			users = append(users, u)
		}
	}
	return users
}

// Sent edits the JSON object of the request.
func Sent(edits ...func(Object)) Step {
	return func(x *Exchange) {
		o := x.Given()
		if o == nil {
			return
		}
		for _, edit := range edits {
			edit(o)
		}
		x.Body = Encode(o)
	}
}

func Set(name string, value any) func(Object) {
	return func(o Object) { o[name] = Copied(value) }
}

func Drop(name string) func(Object) { return func(o Object) { delete(o, name) } }

// Copied is a value that nobody else has: exchanges are edited at the same
// time, and an edit after this one may write into the value.
func Copied(value any) any {
	switch value := value.(type) {
	case Object:
		o := make(Object, len(value))
		for name, v := range value {
			o[name] = Copied(v)
		}
		return o
	case []any:
		list := make([]any, len(value))
		for i, v := range value {
			list[i] = Copied(v)
		}
		return list
	}
	return value
}

func Rename(from, to string) func(Object) {
	return func(o Object) {
		if v, ok := o[from]; ok {
			delete(o, from)
			o[to] = v
		}
	}
}

// Change replaces a member that is there and of type T.
func Change[T any](name string, f func(T) any) func(Object) {
	return func(o Object) {
		if v, ok := o[name].(T); ok {
			o[name] = f(v)
		}
	}
}

// In edits the object under a name, if there is one.
func In(name string, edits ...func(Object)) func(Object) {
	return func(o Object) {
		if inner, ok := o[name].(Object); ok {
			for _, edit := range edits {
				edit(inner)
			}
		}
	}
}

// Literal is a number as it is to be printed.
func Literal(s string) json.Number { return json.Number(s) }

// Text edits the bytes of the answer.
func Text(f func([]byte) []byte) Step { return func(x *Exchange) { x.Text = f(x.Text) } }

// Open puts text behind the first brace of the answer.
func Open(s string) Step {
	return Text(func(b []byte) []byte { return bytes.Replace(b, []byte("{"), []byte("{"+s), 1) })
}

func Replace(from, to string) Step {
	return Text(func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(from), []byte(to)) })
}

func Clone(o Object) Object { return maps.Clone(o) }

// Ensure sets a member that is not there.
func Ensure(name string, value any) func(Object) {
	return func(o Object) {
		if _, ok := o[name]; !ok {
			o[name] = Copied(value)
		}
	}
}
