package fact

import (
	"bytes"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// What is cut out of JSON is text. Text that is not JSON has nothing in it; who
// is wronged by that is told so by other rules. So it is read strictly once, by
// wholeObject; what is cut out of an object that is whole needs no second look.

// decoder reads one text after the other.
type decoder struct {
	jsontext.Decoder
	text bytes.Buffer
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// wholeObject is the JSON object that a text begins with, whatever follows; nil
// if it begins with none.
func wholeObject(text []byte) []byte {
	d := decoders.Get().(*decoder)
	d.text = *bytes.NewBuffer(text)
	d.Reset(&d.text, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	defer func() {
		d.text = bytes.Buffer{}
		decoders.Put(d)
	}()
	if d.PeekKind() != '{' {
		return nil
	}
	start := bytes.IndexByte(text, '{')
	if d.SkipValue() != nil {
		return nil
	}
	return text[start:d.InputOffset()]
}

// members calls take with the names and values of an object, which are parts of
// the text. Of a name that stands twice the later one comes later. The text is
// JSON; if it is no object, nothing is taken.
func members(text []byte, take func(name, value []byte)) {
	if len(text) == 0 || text[0] != '{' {
		return
	}
	for i := next(text, 1); i < len(text) && text[i] == '"'; i = next(text, i) {
		end := stringEnd(text, i)
		name := text[i:end]
		i = next(text, end)
		end = valueEnd(text, i)
		take(unquoted(name), text[i:end])
		i = end
	}
}

// elements calls take with the items of an array. The text is JSON.
func elements(text []byte, take func([]byte)) {
	if len(text) == 0 || text[0] != '[' {
		return
	}
	for i := next(text, 1); i < len(text) && text[i] != ']'; {
		end := valueEnd(text, i)
		take(text[i:end])
		i = next(text, end)
	}
}

// next is where the next token is that is a value, a name or the end of one.
func next(text []byte, i int) int {
	for i < len(text) {
		switch text[i] {
		case ' ', '\t', '\r', '\n', ',', ':':
			i++
		default:
			return i
		}
	}
	return i
}

// valueEnd is where the value ends that begins at i.
func valueEnd(text []byte, i int) int {
	for depth := 0; i < len(text); {
		switch text[i] {
		case '"':
			i = stringEnd(text, i)
		case '{', '[':
			depth, i = depth+1, i+1
		case '}', ']':
			depth, i = depth-1, i+1
		case ' ', '\t', '\r', '\n', ',', ':':
			i++ // there are none before the value
			continue
		default:
			i = literalEnd(text, i)
		}
		if depth == 0 {
			return i
		}
	}
	return len(text)
}

func stringEnd(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return len(text)
}

// literalEnd is where a number, a boolean or null ends.
func literalEnd(text []byte, i int) int {
	for i < len(text) {
		switch text[i] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return i
		}
		i++
	}
	return i
}

// at is the value at a path of names; nil if it is not there. The text is JSON.
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
