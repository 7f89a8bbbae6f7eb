package accept

import (
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
)

// What a matcher meets on its way through a body it notes in words of 64 bits,
// for coverage: looking for it again would be a second walk.

// slot takes a word for what is noted about a schema, and returns its index.
func (c *compiler) slot(s *openapi3.Schema, kind coverage.SlotKind, names []string) int {
	c.slots = append(c.slots, coverage.Slot{Schema: s, Kind: kind, Names: names})
	return len(c.slots) - 1
}

// slotted gives the matcher of a value without properties its word, if there is
// anything to note about it.
func (c *compiler) slotted(s *openapi3.Schema, value valueMatcher, ok bool) (valueMatcher, bool) {
	switch k := value.(type) {
	case *stringMatcher:
		if k.closed && len(k.enum) <= 64 {
			k.slot, k.noted = c.slot(s, coverage.SlotEnum, k.enum), true
		}
	case *integerMatcher:
		if k.bounds != nil {
			k.bounds.slot = c.slot(s, coverage.SlotBounds, nil)
		}
	case *numberMatcher:
		if k.bounds != nil {
			k.bounds.slot = c.slot(s, coverage.SlotBounds, nil)
		}
	}
	return value, ok
}

// take reports whether a number holds, and notes the bounds that it is at.
func (b *bounds) take(r *tokenReader, f float64) bool {
	if r.seen != nil {
		if f == b.min {
			r.seen[b.slot] |= 1
		}
		if f == b.max {
			r.seen[b.slot] |= 2
		}
	}
	return b.hold(f)
}
