package accept

import (
	"bytes"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Properties that the schema does not name are the normal state of a real API.
// The matchers step over them and say where they were.

// Stranger is a property that the schema of its object does not name.
type Stranger struct {
	Schema  *openapi3.Schema // of the object
	Pointer string           // of the first
	Count   int              // of those in the same place of other items
}

const (
	MostStrangers = 8  // in one object; more of them may be data used as names
	mostNames     = 32 // in an object inside of a stranger
)

// stranger steps over a property that the object does not have; others are the
// names of those before it. It is false for what somebody has to look at: a name
// that stands there twice, or is one of the schema's in another spelling, which
// typed clients take for that one.
func (o *objectMatcher) stranger(r *tokenReader, name rawToken, others []rawToken) bool {
	if !r.strangersToo || o.closed || len(others) == MostStrangers || len(o.every) > mostNames || !isNew(name, others) {
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
