package fact

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Value is what is known of a JSON value: whether it is equal to another, and a
// little about how it differs, but not what it is.
type Value struct {
	// Kind is the first character of the JSON text, with 0 for numbers, or
	// absent or unknown.
	Kind    byte
	Default bool // a server may have given it
	// Sum is equal for equal values: strings by their characters, numbers by
	// what they are worth, objects whatever the order of their names.
	Sum  uint64
	Trim uint64 // Sum without white space at the ends, of a string
	Fold uint64 // Sum in lower case, of a string
	Len  int    // characters of a string

	Parts []Part // of an object, by name
}

const (
	Absent  byte = 0   // or null
	number  byte = '0' // any number
	Unknown byte = '?' // nobody can say, and so it is compared with nothing
)

// deepest is how deep objects and arrays in each other are read; a value with
// more in it is unknown.
const deepest = 16

func (v Value) There() bool    { return v.Kind != Absent && v.Kind != Unknown }
func (v Value) Known() bool    { return v.Kind != Unknown }
func (v Value) IsObject() bool { return v.Kind == '{' }

// Empty reports whether a value is an object in which nothing is there. Servers
// keep it, or take it for none.
func (v Value) Empty() bool {
	return v.IsObject() && !slices.ContainsFunc(v.Parts, func(p Part) bool { return p.Value.There() })
}

// Equal reports whether two values are the same, of objects their parts.
func Equal(a, b Value) bool {
	if !a.IsObject() || !b.IsObject() {
		return a.Kind == b.Kind && a.Sum == b.Sum
	}
	return !slices.ContainsFunc(a.Parts, func(part Part) bool { return !Equal(part.Value, b.Part(part.Name)) }) &&
		!slices.ContainsFunc(b.Parts, func(part Part) bool { return !a.Has(part.Name) && part.Value.Kind != Absent })
}

// read reads the text of a value, which is JSON; of objects what their shape names.
func (h *Hasher) read(text []byte, shape *Shape, depth int) Value {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return Value{}
	}
	if depth > deepest {
		return Value{Kind: Unknown}
	}
	v := Value{Kind: text[0]}
	switch text[0] {
	case 'n':
		return Value{}
	case 't', 'f':
		v.Sum = 1
	case '"':
		plain, valid := unquote(text)
		if !valid { // a server may take anything for it
			return Value{Kind: Unknown}
		}
		h.text(&v, plain)
	case '[':
		elements(text, func(item []byte) {
			one := h.read(item, shape.items(), depth+1)
			v.hold(one)
			v.Sum = bits.RotateLeft64(v.Sum, 5)*31 + one.Sum + uint64(one.Kind) + 1
		})
	case '{':
		h.object(&v, text, shape, depth)
	default:
		var stack [32]byte
		v.Kind, v.Sum = number, h.values(canonicalNumber(stack[:0], text))
	}
	return v
}

// hold makes a value unknown that has an unknown one in it.
func (v *Value) hold(part Value) {
	if !part.Known() {
		v.Kind = Unknown
	}
}

func (h *Hasher) object(v *Value, text []byte, shape *Shape, depth int) {
	if shape != nil {
		v.Parts = make([]Part, 0, len(shape.Parts))
	}
	members(text, func(name, member []byte) {
		if label, inner, ok := h.part(shape, name); ok {
			v.Parts = append(v.Parts, Part{label, h.read(member, inner, depth+1)})
		}
	})
	v.Parts = ordered(v.Parts)
	var stack [64]byte
	pair := stack[:0]
	for _, part := range v.Parts {
		v.hold(part.Value)
		if part.Value.There() {
			pair = append(append(pair[:0], part.Name...), part.Value.Kind)
			v.Sum += h.values(binary.LittleEndian.AppendUint64(pair, part.Value.Sum))
		}
	}
	if !v.Known() {
		v.Parts = nil
	}
}

// text reads a string. Most have no white space at their ends and no capitals,
// and then the three sums are one.
func (h *Hasher) text(v *Value, plain []byte) {
	v.Sum, v.Len = h.values(plain), utf8.RuneCount(plain)
	v.Trim, v.Fold = v.Sum, v.Sum
	if trimmed := bytes.TrimSpace(plain); len(trimmed) < len(plain) {
		v.Trim = h.values(trimmed)
	}
	if slices.ContainsFunc(plain, func(b byte) bool { return b >= utf8.RuneSelf || 'A' <= b && b <= 'Z' }) {
		v.Fold = h.values(bytes.ToLower(plain))
	}
}

// canonicalNumber appends the same text for numbers that are equal: digits without
// zeros at the ends, and an exponent. Of one beyond anything that can be compared
// it is the text itself.
func canonicalNumber(out, text []byte) []byte {
	mantissa, exponent := text, 0
	if i := bytes.IndexAny(text, "eE"); i >= 0 {
		mantissa = text[:i]
		e, err := strconv.Atoi(strings.TrimPrefix(string(text[i+1:]), "+"))
		if err != nil {
			return text
		}
		exponent = e
	}
	unsigned := bytes.TrimPrefix(mantissa, []byte("-"))
	if len(unsigned) < len(mantissa) {
		out = append(out, '-')
	}
	sign := len(out)
	whole, fraction, _ := bytes.Cut(unsigned, []byte("."))
	exponent -= len(fraction)
	if whole = bytes.TrimLeft(whole, "0"); len(whole) == 0 {
		fraction = bytes.TrimLeft(fraction, "0")
	}
	out = append(append(out, whole...), fraction...)
	digits := len(out)
	out = append(out[:sign], bytes.TrimRight(out[sign:], "0")...)
	if len(out) == sign {
		return append(out[:0], '0')
	}
	return strconv.AppendInt(append(out, 'e'), int64(exponent+digits-len(out)), 10)
}

// unquoted is what a string says, with U+FFFD for what is no character: bytes that
// are not UTF-8, and half a surrogate pair.
func unquoted(text []byte) []byte {
	plain, _ := unquote(text)
	return plain
}

// unquote also reports whether the text is UTF-8.
func unquote(text []byte) (plain []byte, valid bool) {
	valid = utf8.Valid(text)
	if valid && len(text) >= 2 && bytes.IndexByte(text, '\\') < 0 {
		return text[1 : len(text)-1], true
	}
	plain, _ = jsontext.AppendUnquote(nil, text) // its error is about what is no character
	return plain, valid
}

// Instant is a date-time.
type Instant struct {
	Nanos int64 `json:"n,omitzero"` // since 1970; 0 is none
	// Step is the resolution in which it is written: a second without a
	// fraction, a millisecond with three digits.
	Step time.Duration `json:"s,omitzero"`
}

func (i Instant) OK() bool { return i.Nanos != 0 }

// unknownInstant is one that is wrong in itself.
var unknownInstant = Instant{Step: -1}

// Missing reports whether there is none; one that is wrong is there.
func (i Instant) Missing() bool { return i == Instant{} }

// minus is the distance from another.
func (i Instant) minus(other Instant) time.Duration { return time.Duration(i.Nanos - other.Nanos) }

// differs reports whether two are apart, in the coarser of both resolutions.
func (i Instant) Differs(other Instant) bool {
	return i.minus(other).Abs() >= max(i.Step, other.Step)
}

// ReadInstant reads the text of a date-time in quotes.
func ReadInstant(text []byte) Instant {
	if len(text) < 2 || text[0] != '"' {
		return Instant{}
	}
	plain := string(unquoted(text))
	t, err := time.Parse(time.RFC3339Nano, plain)
	if err != nil || t.Year() < 1700 || t.Year() > 2250 { // beyond nanoseconds since 1970
		return Instant{}
	}
	return Instant{t.UnixNano(), Resolution(plain)}
}

// Resolution is the step in which a date-time is written: a second without a
// fraction, a millisecond with three digits.
func Resolution(text string) time.Duration {
	_, fraction, ok := strings.Cut(text, ".")
	if !ok {
		return time.Second
	}
	digits := len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
	step := time.Second
	for range min(digits, 9) {
		step /= 10
	}
	return max(step, time.Microsecond)
}

// part says how a member of an object is named and read; false if it is of no
// interest.
func (h *Hasher) part(s *Shape, name []byte) (label string, inner *Shape, ok bool) {
	mark := entry
	if s != nil {
		if inner, ok = s.Parts[string(name)]; ok {
			return string(name), inner, inner != Ignored
		}
		if s.Only {
			return "", nil, false
		}
		if inner = s.Others; s.Closed {
			mark = owned
		}
	}
	return string(binary.LittleEndian.AppendUint64([]byte(mark), h.values(name))), inner, true
}

// find is the place of a part.
func (v *Value) find(name string) (int, bool) {
	return slices.BinarySearchFunc(v.Parts, name, func(p Part, name string) int { return strings.Compare(p.Name, name) })
}

// Has reports whether a part is named, be it null.
func (v Value) Has(name string) bool {
	_, ok := v.find(name)
	return ok
}

// Part is absent if it is not there.
func (v Value) Part(name string) Value {
	if i, ok := v.find(name); ok {
		return v.Parts[i].Value
	}
	return Value{}
}
