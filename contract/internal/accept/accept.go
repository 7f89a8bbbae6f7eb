package accept

import (
	"bytes"
	"io"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Matcher is a schema compiled to be held against the tokens of a body. It is an
// accelerator and never the judge: it says "surely fine", or it says nothing.
//
// A matcher may be used by several goroutines at once.
type Matcher struct {
	root    valueMatcher
	Notes   *spec.Resource // of which it can fill an outline; nil for none
	Slots   []coverage.Slot
	readers sync.Pool // of *tokenReader
}

// Compile compiles a schema of OpenAPI 3.0 for the bodies of responses.
// It returns nil for a schema with a keyword that it does not know: then there
// is no fast path, and kin-openapi alone judges.
//
// The schema must have been validated, as [openapi3.T.Validate] does. The
// formats date, date-time, byte, int32 and int64 mean what they mean to
// kin-openapi unless they are redefined there; a schema with another format
// that is defined there when it is compiled is not supported.
func Compile(ref *openapi3.SchemaRef) *Matcher {
	c := compiler{compiled: map[compileKey]valueMatcher{}}
	root, ok := c.compile(ref)
	if !ok {
		return nil
	}
	m := &Matcher{root: root, Slots: c.slots}
	m.readers.New = func() any { return newTokenReader() }
	return m
}

// Accepts reports whether the body is surely fine. True means all of these:
//
//   - it is one JSON value as RFC 8259 and RFC 7493 want it: UTF-8 without a
//     byte order mark, no name twice in an object, nothing behind it;
//   - kin-openapi accepts it as a response body of the schema, formats included;
//   - no object in it has a property that the schema does not name;
//   - every integer is written as one, without fraction and exponent, fits its
//     format, and is not beyond 2^53 (RFC 7493, 2.2); every other number fits a
//     float64;
//   - it is not nested deeper than any body should be.
//
// False means that kin-openapi has to look. It does not mean that anything is
// wrong. A body that is accepted costs no allocation.
func (m *Matcher) Accepts(body []byte) bool {
	r := m.readers.Get().(*tokenReader)
	ok := m.read(r, nil, body)
	m.readers.Put(r)
	return ok
}

// Skim is what a matcher tells of a body that it accepts, beside that.
type Skim struct {
	Outline *Outline       // nil if nobody asks
	Body    *coverage.Body // nil if nobody asks

	Strangers []Stranger

	Exact bool   // no flaws are set aside
	Flaws []Flaw // in the order in which kin-openapi meets them
}

// Skim also accepts properties that the schema does not name, and values that
// break it, if nothing else is wrong, and says which. So drift costs no second
// look, and a flaw costs one at the value alone. Of a body with flaws nothing is
// noted for coverage.
func (m *Matcher) Skim(k *Skim, body []byte) bool {
	r := m.readers.Get().(*tokenReader)
	r.strangersToo, r.flawsToo = true, !k.Exact
	if k.Body != nil {
		if cap(r.words) < len(m.Slots) {
			r.words = make([]uint64, len(m.Slots))
		}
		r.seen = r.words[:len(m.Slots)]
	}
	ok := m.read(r, k.Outline, body)
	if ok {
		inOrder(r.flaws)
		k.Strangers, k.Flaws = append(k.Strangers, r.strangers...), append(k.Flaws, r.flaws...)
		if k.Body != nil && len(r.flaws) == 0 {
			k.Body.Merge(r.seen)
		}
	}
	clear(r.seen)
	clear(r.strangers)
	clear(r.flaws)
	r.seen, r.strangers, r.strangersToo, r.flaws, r.flawsToo = nil, r.strangers[:0], false, r.flaws[:0], false
	m.readers.Put(r)
	return ok
}

func (m *Matcher) read(r *tokenReader, o *Outline, body []byte) bool {
	r.start(body)
	r.outline = o
	ok := m.root.matches(r, r.next()) && r.atEnd()
	r.release()
	return ok
}

// tokenReader reads a body token by token. It is kept between bodies, for its
// buffers; the body itself it lets go of.
type tokenReader struct {
	tokens  *jsontext.Decoder
	options []jsontext.Options
	source  bytes.Buffer
	body    []byte
	read    int64  // how much of body
	plain   []byte // the last string that had escapes, without them
	outline *Outline
	words   []uint64 // memory of seen
	seen    []uint64 // by slot, what was met; nil if nobody asks

	strangersToo bool // whether they are accepted
	strangers    []Stranger
	flawsToo     bool // whether they are set aside
	flaws        []Flaw
}

func newTokenReader() *tokenReader {
	// The matchers find duplicate names with one bit for each property, since all
	// names must be those of properties. The set of names that jsontext would
	// keep costs a third of the time.
	r := &tokenReader{options: []jsontext.Options{jsontext.AllowDuplicateNames(true)}}
	r.tokens = jsontext.NewDecoder(&r.source, r.options...)
	return r
}

func (r *tokenReader) start(body []byte) {
	// jsontext reads the bytes of a bytes.Buffer in place, and does not write.
	r.source = *bytes.NewBuffer(body)
	r.body, r.read = body, 0
}

// release forgets the body and everything that was taken from it.
func (r *tokenReader) release() {
	r.source, r.body, r.outline = bytes.Buffer{}, nil, nil
	r.tokens.Reset(&r.source, r.options...)
	clear(r.plain[:cap(r.plain)])
}

// rawToken is one JSON token as it was sent: a string in its quotes, a number, a
// literal or a delimiter. It is empty where the syntax is wrong.
type rawToken []byte

// kind is the first character, which is 'n' for null, 't' and 'f' for the
// booleans, and a digit or a minus for numbers; or 0 where the syntax is wrong.
func (t rawToken) kind() byte {
	if len(t) == 0 {
		return 0
	}
	return t[0]
}

func (t rawToken) isNumber() bool {
	k := t.kind()
	return k == '-' || k >= '0' && k <= '9'
}

// next reads a token.
func (r *tokenReader) next() rawToken {
	if _, err := r.tokens.ReadToken(); err != nil {
		return nil
	}
	// jsontext has the bytes of a token only as a string, which would be a copy.
	start := r.read
	r.read = r.tokens.InputOffset()
	for {
		switch r.body[start] {
		case ' ', '\t', '\r', '\n', ',', ':':
			start++
		default:
			return r.body[start:r.read]
		}
	}
}

// atEnd reports whether nothing but white space is left.
func (r *tokenReader) atEnd() bool {
	_, err := r.tokens.ReadToken()
	return err == io.EOF
}

// unquote returns the text of a string. It is good until the next call.
func (r *tokenReader) unquote(t rawToken) ([]byte, bool) {
	if bytes.IndexByte(t, '\\') < 0 {
		return t[1 : len(t)-1], true
	}
	plain, err := jsontext.AppendUnquote(r.plain[:0], t)
	r.plain = plain
	return plain, err == nil
}

// skip reads a value of which only the syntax matters. It gets its first token.
func (r *tokenReader) skip(first rawToken) bool {
	switch first.kind() {
	case 0:
		return false
	case '[':
		for r.tokens.StackDepth() <= read.MaxDepth {
			item := r.next()
			if item.kind() == ']' {
				return true
			}
			if !r.skip(item) {
				return false
			}
		}
		return false
	case '{':
		return r.tokens.StackDepth() <= read.MaxDepth && r.skipProperties()
	}
	return true
}

func (r *tokenReader) skipProperties() bool {
	var names []rawToken
	for {
		name := r.next()
		if name.kind() != '"' {
			return name.kind() == '}'
		}
		if len(names) == mostNames || !isNew(name, names) || !r.skip(r.next()) {
			return false
		}
		names = append(names, name)
	}
}
