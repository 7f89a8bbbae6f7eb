package read

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
)

// Fault is one thing that is wrong with a body as JSON text.
type Fault struct {
	Rule    string // id of the rule that it breaks
	Pointer string
	Message string
}

// MaxDepth is how deep a body may be nested; the contract's own need 4 levels.
const MaxDepth = 64

var bom = []byte("\xef\xbb\xbf")

// JSON reads a body as strictly as RFC 8259 and RFC 7493 ask for. It returns
// everything that is wrong and the value as encoding/json sees it, with
// numbers as json.Number; ok is false where there is no value.
func JSON(body []byte) (value any, faults []Fault, ok bool) {
	if bytes.HasPrefix(body, bom) {
		faults = append(faults, Fault{ruleid.JSONBOM, "", "the body starts with a byte order mark"})
		body = body[len(bom):]
	}
	if !utf8.Valid(body) {
		faults = append(faults, Fault{ruleid.JSONUTF8, "", "the body has bytes that are not UTF-8"})
	}
	end, tokenFaults, err := tokens(body)
	faults = append(faults, tokenFaults...)
	if errors.Is(err, errDeep) { // among the faults already
		return nil, faults, false
	}
	if err != nil {
		return nil, append(faults, syntaxFault(body, err)), false
	}
	if rest := bytes.TrimSpace(body[end:]); len(rest) > 0 {
		faults = append(faults, Fault{ruleid.JSONTrailing, "", "there is more after the end of the JSON value"})
	}
	if value, ok = Value(body[:end]); !ok {
		return nil, append(faults, Fault{ruleid.JSONSyntax, "", "the body is not JSON"}), false
	}
	return value, faults, true
}

// Value reads a value that scan has looked at, or need not.
func Value(text []byte) (value any, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return nil, false
	}
	return value, true
}

// tokens walks over the first value of a body and returns where it ends.
func tokens(body []byte) (end int64, faults []Fault, err error) {
	d := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var seen []map[string]bool // names of each open object; nil for arrays
	for {
		t, err := d.ReadToken()
		if err != nil {
			return 0, faults, err
		}
		switch t.Kind() {
		case '{', '[':
			if len(seen) == MaxDepth {
				return 0, append(faults, Fault{ruleid.JSONDepth, "", "the body is nested more than 64 levels deep"}), errDeep
			}
			var names map[string]bool
			if t.Kind() == '{' {
				names = make(map[string]bool)
			}
			seen = append(seen, names)
		case '}', ']':
			seen = seen[:len(seen)-1]
		case '"':
			kind, n := d.StackIndex(d.StackDepth())
			if kind == '{' && n%2 == 1 { // a name
				name := t.String()
				if seen[len(seen)-1][name] {
					faults = append(faults, Fault{ruleid.JSONDuplicateName, mask.Pointer(string(d.StackPointer())), "a name stands twice in one object"})
				}
				seen[len(seen)-1][strings.Clone(name)] = true
			} else if strings.ContainsRune(t.String(), utf8.RuneError) && loneSurrogate(body[:d.InputOffset()]) {
				faults = append(faults, Fault{ruleid.JSONSurrogate, mask.Pointer(string(d.StackPointer())), "a string has half of a surrogate pair"})
			}
		}
		if d.StackDepth() == 0 {
			return d.InputOffset(), faults, nil
		}
	}
}

var errDeep = errors.New("nested too deep")

// loneSurrogate tells whether the string literal that ends the text escapes
// half of a surrogate pair.
func loneSurrogate(text []byte) bool {
	start := bytes.LastIndexByte(text[:len(text)-1], '"')
	for start > 0 && text[start-1] == '\\' { // an escaped quote inside the literal
		start = bytes.LastIndexByte(text[:start-1], '"')
	}
	if start < 0 {
		return false
	}
	literal := text[start:]
	_, err := jsontext.AppendUnquote(nil, literal)
	return err != nil && utf8.Valid(literal)
}

func syntaxFault(body []byte, err error) Fault {
	switch {
	case len(bytes.TrimSpace(body)) > 0 && bytes.TrimSpace(body)[0] == '<':
		return Fault{ruleid.JSONSyntax, "", "the body is HTML or XML instead of JSON"}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Fault{ruleid.JSONSyntax, "", "the JSON stops before its end"}
	}
	return Fault{ruleid.JSONSyntax, "", "the body is not JSON"}
}
