package fact

import (
	"bytes"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// What is cut out of JSON is text. Text that is not JSON has nothing in it; who
// is wronged by that is told so by other rules.

// decoder reads one text after the other.
type decoder struct {
	jsontext.Decoder
	text bytes.Buffer
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

func lenient(text []byte) *decoder {
	d := decoders.Get().(*decoder)
	d.text = *bytes.NewBuffer(text)
	d.Reset(&d.text, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return d
}

func (d *decoder) free() {
	d.text = bytes.Buffer{}
	decoders.Put(d)
}

// members calls take with the names and values of an object, which are parts of
// the text. Of a name that stands twice the later one comes later. It reports
// whether the text is one whole object, whatever follows.
func members(text []byte, take func(name, value []byte)) bool {
	d := lenient(text)
	defer d.free()
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return false
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadValue()
		if err != nil {
			return false
		}
		value, err := d.ReadValue()
		if err != nil {
			return false
		}
		take(unquoted(name), value)
	}
	_, err := d.ReadToken()
	return err == nil
}

// elements calls take with the items of an array.
func elements(text []byte, take func([]byte)) {
	d := lenient(text)
	defer d.free()
	if t, err := d.ReadToken(); err != nil || t.Kind() != '[' {
		return
	}
	for k := d.PeekKind(); k != ']' && k != 0; k = d.PeekKind() {
		value, err := d.ReadValue()
		if err != nil {
			return
		}
		take(value)
	}
}

// at is the value at a path of names; nil if it is not there.
func at(text []byte, path []string) []byte {
	for _, name := range path {
		var found []byte
		members(text, func(n, value []byte) {
			if string(n) == name {
				found = value
			}
		})
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
	defer d.free()
	return d.PeekKind() == '{' && d.SkipValue() == nil
}
