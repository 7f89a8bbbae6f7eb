package contract

import (
	"bytes"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Properties that the schema does not name are the normal state of a real API.
// The matchers step over them and say where they were.

// stranger is a property that the schema of its object does not name.
type stranger struct {
	schema  *openapi3.Schema // of the object
	pointer string           // of the first
	count   int              // of those in the same place of other items
}

const (
	mostStrangers = 8  // in one object; more of them may be data used as names
	mostNames     = 32 // in an object inside of a stranger
)

// stranger steps over a property that the object does not have; others are the
// names of those before it. It is false for what somebody has to look at: a name
// that stands there twice, or is one of the schema's in another spelling, which
// typed clients take for that one.
func (o *objectMatcher) stranger(r *tokenReader, name rawToken, others []rawToken) bool {
	if !r.strangersToo || o.closed || len(others) == mostStrangers || len(o.every) > mostNames || !isNew(name, others) {
		return false
	}
	for _, known := range o.every {
		if bytes.EqualFold(name[1:len(name)-1], []byte(known)) {
			return false
		}
	}
	r.note(o.schema, string(r.tokens.StackPointer()))
	return r.skip(r.next())
}

// isNew reports whether a name is surely none of the others.
func isNew(name rawToken, others []rawToken) bool {
	return bytes.IndexByte(name, '\\') < 0 &&
		!slices.ContainsFunc(others, func(other rawToken) bool { return bytes.Equal(name, other) })
}

// note counts a stranger.
func (r *tokenReader) note(schema *openapi3.Schema, pointer string) {
	for i := range r.strangers {
		if known := &r.strangers[i]; known.schema == schema && sameButIndexes(known.pointer, pointer) {
			known.count++
			return
		}
	}
	r.strangers = append(r.strangers, stranger{schema, pointer, 1})
}

// sameButIndexes reports whether two JSON pointers differ in numbers only.
func sameButIndexes(a, b string) bool {
	for a != "" && b != "" {
		var one, other string
		one, a, _ = strings.Cut(a, "/")
		other, b, _ = strings.Cut(b, "/")
		if one != other && (strings.Trim(one, "0123456789") != "" || strings.Trim(other, "0123456789") != "") {
			return false
		}
	}
	return a == b
}

// skip reads a value of which only the syntax matters. It gets its first token.
func (r *tokenReader) skip(first rawToken) bool {
	switch first.kind() {
	case 0:
		return false
	case '[':
		for r.tokens.StackDepth() <= maxDepth {
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
		return r.tokens.StackDepth() <= maxDepth && r.skipProperties()
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

// checkStrangers reports those that the matcher stepped over.
func (c *call) checkStrangers(r *Rule) {
	for _, s := range c.strangers {
		names := strings.Split(s.pointer[1:], "/")
		for i, name := range names {
			names[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		}
		c.undocumented(r, s.schema, names, maskPath(names), s.count)
	}
}

// undocumented reports properties that are not documented; those in one place
// are one finding.
func (c *call) undocumented(r *Rule, schema *openapi3.Schema, names []string, pointer string, count int) {
	at := pointerOf(names)
	for i := range c.findings {
		if f := &c.findings[i]; f.Rule == r.ID && f.Pointer == pointer {
			f.Count += count
			if len(at) < len(f.at) || len(at) == len(f.at) && at < f.at {
				f.at, f.Spec = at, place(schema.Origin, "")
			}
			return
		}
	}
	c.finding(r, Finding{Pointer: pointer, at: at, Spec: place(schema.Origin, ""), Message: "the property is not documented", Count: count})
}
