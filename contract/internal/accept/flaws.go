package accept

import (
	"bytes"
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// A server that is wrong in one place is mostly wrong there in every answer. So a
// value that a matcher does not take is set aside where that is easy, and only
// this value is left to kin-openapi.

// Flaw is a place of a body that a matcher does not take.
type Flaw struct {
	Schema *openapi3.Schema // of the value, as kin-openapi visits it; of the object that lacks a property
	Path   []string         // names and indexes, that of the lacking property among them
	Text   []byte           // the value, which is no object and no array; nil if it is lacking
	nth    int              // of the lacking property among those that are required
}

// mostFlaws is how many are set aside in one body.
const mostFlaws = 1_000

// Lacking reports whether a required property is not there.
func (f *Flaw) Lacking() bool { return f.Text == nil }

// flaw sets the value aside that begins with a token, if it is this token and
// nothing is wrong with it but the schema.
func (r *tokenReader) flaw(schema *openapi3.Schema, first rawToken) bool {
	return r.flawsToo && isPlainScalar(first) && r.setAside(Flaw{Schema: schema, Path: r.path(), Text: first})
}

// flawed is flaw of the value of a property.
func (r *tokenReader) flawed(p *property, first rawToken) bool {
	ok := r.flaw(p.schema, first)
	if n, noted := p.value.(*noted); ok && noted && r.outline != nil {
		n.note(r.outline, first) // where it cannot be read, that is noted
	}
	return ok
}

// lacks sets required properties aside that the object does not have, which has
// just ended.
func (r *tokenReader) lacks(o *objectMatcher, seen uint64) bool {
	if !r.flawsToo {
		return false
	}
	path := r.path()
	for nth, name := range o.schema.Required {
		p := o.find(name)
		if p == nil || seen&p.bit != 0 {
			continue
		}
		if !r.setAside(Flaw{Schema: o.schema, Path: append(slices.Clip(path), name), nth: nth}) {
			return false
		}
	}
	return true
}

func (r *tokenReader) setAside(f Flaw) bool {
	r.flaws = append(r.flaws, f)
	return len(r.flaws) <= mostFlaws
}

// path leads to the value that was read last.
func (r *tokenReader) path() []string {
	pointer := string(r.tokens.StackPointer())
	if pointer == "" {
		return nil
	}
	path := strings.Split(pointer[1:], "/")
	for i := range path {
		if strings.IndexByte(path[i], '~') < 0 {
			continue
		}
		path[i] = read.Unescape(path[i])
	}
	return path
}

// isPlainScalar reports whether a token is a value of which other rules than
// those of schemas have nothing to say whatever is documented: of numbers such
// that any client reads as they are written.
func isPlainScalar(t rawToken) bool {
	switch t.kind() {
	case '"', 't', 'f', 'n':
		return true
	}
	if !t.isNumber() || len(t) > 15 || hasExponent(t) {
		return false
	}
	if bytes.IndexByte(t, '.') < 0 {
		return true
	}
	f, err := strconv.ParseFloat(string(t), 64)
	return err == nil && f != math.Trunc(f)
}

// inOrder sorts flaws as kin-openapi meets them: properties by name, items by
// index, and what an object lacks after what it has.
func inOrder(flaws []Flaw) {
	slices.SortStableFunc(flaws, func(a, b Flaw) int {
		for i := range min(len(a.Path), len(b.Path)) {
			p, q := a.Path[i], b.Path[i]
			lacking, other := a.Lacking() && i == len(a.Path)-1, b.Lacking() && i == len(b.Path)-1
			switch {
			case lacking && other:
				return cmp.Compare(a.nth, b.nth)
			case lacking:
				return 1
			case other:
				return -1
			case p != q:
				if m, err := strconv.Atoi(p); err == nil {
					if n, err := strconv.Atoi(q); err == nil {
						return cmp.Compare(m, n)
					}
				}
				return strings.Compare(p, q)
			}
		}
		return 0
	})
}

// note counts a stranger.
func (r *tokenReader) note(schema *openapi3.Schema, pointer string) {
	for i := range r.strangers {
		if known := &r.strangers[i]; known.Schema == schema && sameButIndexes(known.Pointer, pointer) {
			known.Count++
			return
		}
	}
	r.strangers = append(r.strangers, Stranger{schema, pointer, 1})
}
