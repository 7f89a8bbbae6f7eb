package redact

import (
	"bytes"
	"strings"

	"github.com/onvy-health/onvy-go/contract/recording/internal/escape"
	"github.com/onvy-health/onvy-go/contract/recording/internal/places"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// all appends src to dst with its values redacted as their places say. Nothing
// but values changes: spaces, order, repeated names, escapes and mistakes stay as
// they are, since checks look at them. src need not be JSON to the end, or at
// all; this is why it is not read by a decoder. Whatever is read as a value
// by mistake is redacted as one.
func (w *jsonWalk) all(dst, src []byte) []byte {
	for i := 0; i < len(src); {
		c := src[i]
		end := i + 1
		switch {
		case c == '"':
			end = escape.StringEnd(src, i)
			dst = w.str(dst, src[i:end])
		case c == '{' || c == '[':
			w.push(c)
			dst = append(dst, c)
		case c == '}' || c == ']':
			w.pop()
			dst = append(dst, c)
		case c == ',':
			w.comma()
			dst = append(dst, c)
		case c == ':' || c == ' ' || c == '\t' || c == '\n' || c == '\r':
			if c == ':' {
				w.name = false
			}
			dst = append(dst, c)
		default:
			if end = i + bytes.IndexAny(src[i:], "\",:{}[] \t\r\n"); end < i {
				end = len(src)
			}
			dst = append(dst, w.bare(string(src[i:end]))...)
		}
		i = end
	}
	return dst
}

// maxDepth is how deeply a value may be nested for its place to be known. The
// reader of recordings gives up there, too.
const maxDepth = 1000

// jsonWalk knows where in a body the walk is.
type jsonWalk struct {
	*replacer
	stack []jsonFrame
	next  *places.Node // of the value that comes next
	name  bool         // whether a name comes next
	deep  int          // levels beyond maxDepth, which nobody knows anything about
}

// nowhere is an object of which nothing is known.
var nowhere places.Node

type jsonFrame struct {
	object bool
	n      *places.Node
}

func (w *jsonWalk) push(c byte) {
	if w.deep > 0 || len(w.stack) == maxDepth {
		w.deep++
		w.next, w.name = nil, c == '{'
		return
	}
	n := w.next
	w.stack = append(w.stack, jsonFrame{c == '{', n})
	w.name, w.next = c == '{', nil
	if n != nil && c == '[' {
		w.next = n.Items
	}
}

func (w *jsonWalk) pop() {
	switch {
	case w.deep > 0:
		w.deep--
	case len(w.stack) > 0:
		w.stack = w.stack[:len(w.stack)-1]
	}
	w.next, w.name = nil, false
}

func (w *jsonWalk) comma() {
	w.next, w.name = nil, false
	if w.deep > 0 || len(w.stack) == 0 {
		return
	}
	top := w.stack[len(w.stack)-1]
	w.name = top.object
	if !top.object && top.n != nil {
		w.next = top.n.Items
	}
}

// str appends a string, quotes included, of which the last may be missing.
func (w *jsonWalk) str(dst, raw []byte) []byte {
	if !w.name {
		u := escape.ReadJSON(raw)
		return u.AppendAs(dst, w.value(w.next, u.Text), escape.AppendJSON)
	}
	w.name, w.next = false, nil
	object := &nowhere
	if w.deep == 0 && len(w.stack) > 0 && w.stack[len(w.stack)-1].n != nil {
		object = w.stack[len(w.stack)-1].n
	}
	if w.next = object.Props[string(raw[1:max(1, len(raw)-1)])]; w.next != nil { // as names are always written
		return append(dst, raw...)
	}
	u := escape.ReadJSON(raw)
	if w.next = object.Props[u.Text]; w.next != nil {
		return append(dst, raw...)
	}
	w.next = object.More
	return u.AppendAs(dst, w.memberName(u.Text), escape.AppendJSON)
}

// bare appends a number, a literal, or what is written in the place of one.
func (w *jsonWalk) bare(s string) string {
	switch s {
	case "true", "false":
		if n := w.next; n != nil && !n.None && len(n.Props) == 0 { // nobody said that it is harmless
			return "false"
		}
		return s
	case "t", "tr", "tru", "f", "fa", "fal", "fals": // cut off, and to be seen as that
		return "fal"
	case "n", "nu", "nul", "null", "NaN", "Infinity", "-Infinity", "undefined", "None", "True", "False":
		return s
	}
	if !value.IsNumber(s) {
		out := w.text(s)
		if startsLiteral(out) && !startsLiteral(s) { // it would be one that is cut off
			return "x" + out[1:]
		}
		return out
	}
	n := w.next
	switch {
	case n != nil && n.Class == value.Unmarked && n.Number && len(s) <= 40:
		return s
	case n != nil:
		return w.Number(s, n.Limit)
	}
	return w.Number(s, 0)
}

// startsLiteral reports whether a text is the beginning of true, false or null.
func startsLiteral(s string) bool {
	return strings.HasPrefix("true", s) || strings.HasPrefix("false", s) || strings.HasPrefix("null", s)
}
