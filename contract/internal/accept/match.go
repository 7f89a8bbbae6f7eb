package accept

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// valueMatcher reports whether a value is surely fine. It gets the first token
// of the value and reads the others. After a false the reader may be anywhere.
type valueMatcher interface {
	matches(r *tokenReader, first rawToken) bool
}

// objectMatcher takes an object with no other properties than its own, and
// strangers if the reader wants them.
type objectMatcher struct {
	nullable bool
	required uint64       // the bits of the required properties
	all      uint64       // the bits of all properties
	slot     int          // of what was there; what was not, and what was null, follow
	byLength [][]property // by the length of the name
	schema   *openapi3.Schema
	every    []string // all names of the schema, those that no response has among them
	closed   bool     // no other properties, see stranger
}

type property struct {
	name   string
	bit    uint64
	value  valueMatcher
	schema *openapi3.Schema
}

func (o *objectMatcher) matches(r *tokenReader, first rawToken) bool {
	if first.kind() != '{' {
		return first.kind() == 'n' && o.nullable
	}
	if r.tokens.StackDepth() > read.MaxDepth {
		return false
	}
	var seen uint64
	var others []rawToken
	for {
		name := r.next()
		if name.kind() != '"' {
			if r.seen != nil {
				r.seen[o.slot] |= seen
				r.seen[o.slot+1] |= o.all &^ seen
			}
			return name.kind() == '}' && (seen&o.required == o.required || r.lacks(o, seen))
		}
		p := o.property(name)
		if p == nil {
			if !o.stranger(r, name, others) {
				return false
			}
			others = append(others, name)
			continue
		}
		if seen&p.bit != 0 {
			return false
		}
		value := r.next()
		if value.kind() == 'n' && r.seen != nil {
			r.seen[o.slot+2] |= p.bit
		}
		if !p.value.matches(r, value) && !r.flawed(p, value) {
			return false
		}
		seen |= p.bit
	}
}

// property finds a name as it is on the wire, quotes included. A name with an
// escape in it is not found, whatever it spells.
func (o *objectMatcher) property(quoted rawToken) *property {
	name := quoted[1 : len(quoted)-1]
	if len(name) >= len(o.byLength) {
		return nil
	}
	candidates := o.byLength[len(name)]
	for i := range candidates {
		if candidates[i].name == string(name) {
			return &candidates[i]
		}
	}
	return nil
}

// length is how long a string or an array may be.
type length struct{ atLeast, atMost uint64 }

func (l length) holds(n int) bool { return uint64(n) >= l.atLeast && uint64(n) <= l.atMost }

func (l length) limited() bool { return l.atLeast > 0 || l.atMost < math.MaxInt64 }

// arrayMatcher takes an array whose items it takes.
type arrayMatcher struct {
	nullable bool
	length   length
	items    valueMatcher
	schema   *openapi3.Schema // of the items
	slot     int
}

func (a *arrayMatcher) matches(r *tokenReader, first rawToken) bool {
	if first.kind() != '[' {
		return first.kind() == 'n' && a.nullable
	}
	if r.tokens.StackDepth() > read.MaxDepth {
		return false
	}
	for n := 0; ; n++ {
		item := r.next()
		if item.kind() == ']' {
			if r.seen != nil {
				r.seen[a.slot] |= uint64(1 + min(n, 1)) // 1 for none, 2 for some
			}
			return a.length.holds(n)
		}
		if !a.items.matches(r, item) && !r.flaw(a.schema, item) {
			return false
		}
	}
}

// stringMatcher takes a string. Lengths are in code points, as kin-openapi has it.
type stringMatcher struct {
	nullable bool
	free     bool // any string will do

	length  length
	closed  bool // one of enum
	enum    []string
	noted   bool // in slot
	slot    int
	pattern *regexp.Regexp
	format  func(text []byte) bool
}

func (s *stringMatcher) matches(r *tokenReader, first rawToken) bool {
	if first.kind() != '"' {
		return first.kind() == 'n' && s.nullable
	}
	if s.free {
		return true
	}
	text, ok := r.unquote(first)
	if !ok {
		return false
	}
	if s.length.limited() && !s.length.holds(utf8.RuneCount(text)) {
		return false
	}
	if s.closed {
		i := slices.IndexFunc(s.enum, func(e string) bool { return e == string(text) })
		if i < 0 {
			return false
		}
		if r.seen != nil && s.noted {
			r.seen[s.slot] |= 1 << i
		}
	}
	if s.pattern != nil && !s.pattern.Match(text) {
		return false
	}
	return s.format == nil || s.format(text)
}

// bounds are those of a number. They are compared as float64, as kin-openapi
// does.
type bounds struct {
	min, max     float64
	above, below bool // the bound itself is out
	slot         int
}

// hold is written so that NaN, which YAML can spell, holds nothing.
func (b *bounds) hold(f float64) bool {
	return (f > b.min || f == b.min && !b.above) && (f < b.max || f == b.max && !b.below)
}

// exactInteger is the largest of the integers that a float64 can all tell apart.
const exactInteger = 1 << 53

// integerMatcher takes digits with or without a minus.
type integerMatcher struct {
	nullable bool
	bits     int
	bounds   *bounds // nil for none
}

func (i *integerMatcher) matches(r *tokenReader, first rawToken) bool {
	if !first.isNumber() {
		return first.kind() == 'n' && i.nullable
	}
	if len(first) > len("-9007199254740992") {
		return false
	}
	n, err := strconv.ParseInt(string(first), 10, i.bits)
	if err != nil || n < -exactInteger || n > exactInteger {
		return false
	}
	return i.bounds == nil || i.bounds.take(r, float64(n))
}

// numberMatcher takes any number that a float64 can hold, roughly.
type numberMatcher struct {
	nullable bool
	bounds   *bounds // nil for none
}

// surelyFinite is how many characters a number without exponent may have to be
// surely less than the largest float64, which has 309 digits.
const surelyFinite = 300

func (n *numberMatcher) matches(r *tokenReader, first rawToken) bool {
	if !first.isNumber() {
		return first.kind() == 'n' && n.nullable
	}
	if n.bounds == nil && len(first) <= surelyFinite && !hasExponent(first) {
		return true
	}
	f, err := strconv.ParseFloat(string(first), 64)
	return err == nil && (n.bounds == nil || n.bounds.take(r, f))
}

func hasExponent(number []byte) bool {
	for _, c := range number {
		if c|0x20 == 'e' {
			return true
		}
	}
	return false
}

// booleanMatcher takes true and false.
type booleanMatcher struct{ nullable bool }

func (b booleanMatcher) matches(r *tokenReader, first rawToken) bool {
	switch first.kind() {
	case 't', 'f':
		return true
	case 'n':
		return b.nullable
	}
	return false
}

// find returns a property by its name, or nil.
func (o *objectMatcher) find(name string) *property { return o.property(rawToken(`"` + name + `"`)) }

// note notes the value of a property, if the schema has it.
func (o *objectMatcher) note(name string, note func(*Outline, []byte)) {
	if p := o.find(name); p != nil {
		p.value = &noted{p.value, note}
	}
}
