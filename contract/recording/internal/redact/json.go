package redact

import (
	"bytes"
	"regexp"
	"strings"
)

// json appends src to dst with its values redacted as n says. Nothing but
// values changes: spaces, order, repeated names, escapes and mistakes stay as
// they are, since checks look at them. src need not be JSON to the end, or at
// all; this is why it is not read by a decoder. Whatever is read as a value
// by mistake is redacted as one.
func (r *Redactor) json(dst, src []byte, n *node) []byte {
	w := jsonWalk{Redactor: r, next: n}
	for i := 0; i < len(src); {
		c := src[i]
		end := i + 1
		switch {
		case c == '"':
			end = stringEnd(src, i)
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

// stringEnd is where the string that starts at i ends, behind its quote if it
// has one.
func stringEnd(src []byte, i int) int {
	for i++; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(src)
}

// maxDepth is how deeply a value may be nested for its place to be known. The
// reader of recordings gives up there, too.
const maxDepth = 1000

// jsonWalk knows where in a body the walk is.
type jsonWalk struct {
	*Redactor
	stack []jsonFrame
	next  *node // of the value that comes next
	name  bool  // whether a name comes next
	deep  int   // levels beyond maxDepth, which nobody knows anything about
}

type jsonFrame struct {
	object bool
	n      *node
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
		w.next = n.items
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
		w.next = top.n.items
	}
}

// str appends a string, quotes included, of which the last may be missing.
func (w *jsonWalk) str(dst, raw []byte) []byte {
	if !w.name {
		u := unescapeJSON(raw)
		return u.appendAs(dst, w.value(w.next, u.text), w.jsonEscape)
	}
	w.name, w.next = false, nil
	var places map[string]*node
	if w.deep == 0 && len(w.stack) > 0 && w.stack[len(w.stack)-1].n != nil {
		places = w.stack[len(w.stack)-1].n.props
	}
	if w.next = places[string(raw[1:max(1, len(raw)-1)])]; w.next != nil { // as names are always written
		return append(dst, raw...)
	}
	u := unescapeJSON(raw)
	if w.next = places[u.text]; w.next != nil {
		return append(dst, raw...)
	}
	return u.appendAs(dst, w.memberName(u.text), w.jsonEscape)
}

// bare appends a number, a literal, or what is written in the place of one.
func (w *jsonWalk) bare(s string) string {
	switch s {
	case "true", "false":
		if n := w.next; n != nil && !n.none && len(n.props) == 0 { // nobody said that it is harmless
			return "false"
		}
		return s
	case "t", "tr", "tru", "f", "fa", "fal", "fals": // cut off, and to be seen as that
		return "fal"
	case "n", "nu", "nul", "null", "NaN", "Infinity", "-Infinity", "undefined", "None", "True", "False":
		return s
	}
	if !isNumber(s) {
		out := w.text(s)
		if startsLiteral(out) && !startsLiteral(s) { // it would be one that is cut off
			return "x" + out[1:]
		}
		return out
	}
	n := w.next
	switch {
	case n != nil && n.class == unmarked && n.number && len(s) <= 40:
		return s
	case n != nil:
		return w.Redactor.number(s, n.limit)
	}
	return w.Redactor.number(s, 0)
}

// startsLiteral reports whether a text is the beginning of true, false or null.
func startsLiteral(s string) bool {
	return strings.HasPrefix("true", s) || strings.HasPrefix("false", s) || strings.HasPrefix("null", s)
}

var (
	plainName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z_$.-]{0,63}$`)
	// A fraction of more than nine digits, or anything behind the zone, may be
	// something else than a time.
	dateTime    = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)? ?([Zz]|[+-]\d\d(:?\d\d)?)?$`)
	datePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
)

// memberName redacts the name of a member that the spec does not mention. A
// plain word stays, for it is the finding; anything else may be a person's id.
func (r *Redactor) memberName(s string) string {
	if kept, ok := r.names[s]; ok {
		return kept
	}
	redacted := s
	if !plainName.MatchString(s) || !r.mayStay(s) {
		redacted = r.text(s)
	}
	if !r.draft {
		if len(r.names) >= 1<<12 {
			clear(r.names)
		}
		r.names[strings.Clone(s)] = redacted
	}
	return redacted
}

// mayStay reports whether a word of a place where words stay may do so.
func (r *Redactor) mayStay(s string) bool {
	if r.draft {
		return true
	}
	if r.learned.full {
		return r.wordsStay(s)
	}
	return r.learned.clean(s)
}

// value redacts a string at a place of a body, and learns it where the place
// is marked.
func (r *Redactor) value(n *node, s string) string {
	switch {
	case s == "":
		return s
	case n == nil:
		return r.unknown(s)
	case n.class != unmarked:
		return r.marked(n, s)
	case n.enum[s], n.pattern != nil && n.pattern.MatchString(s) && len(s) <= 32:
		return s
	case n.props != nil:
		return r.unknown(s) // a string in the place of an object
	case n.format == "date-time" || n.format == "date":
		if dateTime.MatchString(s) && n.none {
			return s
		}
		return r.unknown(s)
	case n.number && isNumber(s) && len(s) <= 20:
		return s
	case n.none && !n.text && !n.number && code.MatchString(s) && (r.stays(s) || r.mayStay(s)):
		return s
	}
	return r.text(s)
}

// marked redacts a value that the spec marks.
func (r *Redactor) marked(n *node, s string) string {
	c := n.class
	if r.clients[s] && c == identity {
		return r.text(s) // the subject of a client's token is the client
	}
	if (c == place || c == health) && isNumber(s) {
		return r.number(s, n.limit)
	}
	if n.enum[s] { // one of those that the spec names is a word like others
		return r.choice(n.enum, s)
	}
	redacted := r.pseudonym(c, s)
	if redacted == s { // a cursor with nothing in it that hides anybody
		return s
	}
	if c == token {
		r.learnToken(s)
	} else {
		r.learn(c, s)
	}
	return redacted
}

// unknown redacts a string that the spec does not mention. Of one that holds a
// learned value, that is replaced as everywhere, and of the rest only words stay.
func (r *Redactor) unknown(s string) string {
	if r.draft {
		return r.pseudonym(unknown, s)
	}
	if c := r.learned.class(fold(strings.TrimSpace(s))); c != unmarked {
		return r.pseudonym(c, s)
	}
	if _, n, _ := r.learned.find(s); n > 0 {
		if out := r.around(s, r.wordsAlone); r.learned.clean(out) {
			return out
		}
		return r.scrub(s)
	}
	return r.pseudonym(unknown, s)
}
