package history

import (
	"bytes"
	"iter"

	"github.com/go-json-experiment/json/jsontext"
)

// What is cut out of JSON is text. Text that is not JSON has nothing in it; who
// is wronged by that is told so by other rules.

func lenient(text []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// members yields the names and values of an object. Of a name that stands twice
// the later one comes later.
func members(text []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		d := lenient(text)
		if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
			return
		}
		for d.PeekKind() == '"' {
			t, err := d.ReadToken()
			if err != nil {
				return
			}
			name := t.String()
			value, err := d.ReadValue()
			if err != nil || !yield(name, value) {
				return
			}
		}
	}
}

// elements yields the items of an array.
func elements(text []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		d := lenient(text)
		if t, err := d.ReadToken(); err != nil || t.Kind() != '[' {
			return
		}
		for k := d.PeekKind(); k != ']' && k != 0; k = d.PeekKind() {
			value, err := d.ReadValue()
			if err != nil || !yield(value) {
				return
			}
		}
	}
}

// at is the value at a path of names; nil if it is not there.
func at(text []byte, path []string) []byte {
	for _, name := range path {
		var found []byte
		for n, value := range members(text) {
			if n == name {
				found = bytes.Clone(value)
			}
		}
		if found == nil {
			return nil
		}
		text = found
	}
	return text
}

// isObject reports whether a text is one whole JSON object, whatever follows.
func isObject(text []byte) bool {
	d := lenient(text)
	return d.PeekKind() == '{' && d.SkipValue() == nil
}
