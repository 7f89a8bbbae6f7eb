package coverage

import (
	"iter"
	"sync/atomic"

	"github.com/getkin/kin-openapi/openapi3"
)

// Slot is a word of 64 bits in which a matcher notes what it met in the values
// of one schema.
type Slot struct {
	Schema *openapi3.Schema
	Kind   SlotKind
	Names  []string // what the bits stand for, where that is not fixed
}

// SlotKind says what the bits of a Slot mean.
type SlotKind int

const (
	SlotPresent SlotKind = iota // properties that were there; Names are theirs
	SlotAbsent                  // properties that were left out
	SlotNull                    // properties that were null
	SlotEnum                    // values of an enum; Names are the values
	SlotBounds                  // bit 0: at the least value, bit 1: at the greatest
	SlotItems                   // bit 0: an empty array, bit 1: one with items
)

// Body is what was met in the bodies of one response of one operation. It is
// safe for concurrent use.
type Body struct {
	words []atomic.Uint64
	bits  []bit
}

// bit ties a bit of a word to a point.
type bit struct {
	word  int
	mask  uint64
	point int
}

// Merge adds what a matcher noted about a body that it took. Most bodies have
// nothing new, and then nothing is written.
func (b *Body) Merge(words []uint64) {
	for i, w := range words {
		if w&^b.words[i].Load() != 0 {
			b.words[i].Or(w)
		}
	}
}

func newBody(root *shape, slots []Slot) *Body {
	b := &Body{words: make([]atomic.Uint64, len(slots))}
	b.tie(root, slots)
	return b
}

// tie finds the points of a shape and of what it holds. A schema that a body has
// in two places has one slot: what is met in one of them counts for both.
func (b *Body) tie(s *shape, slots []Slot) {
	if s == nil {
		return
	}
	for word, slot := range slots {
		if slot.Schema != s.schema {
			continue
		}
		switch slot.Kind {
		case SlotPresent, SlotAbsent, SlotNull:
			b.tieProperties(s, word, slot)
		case SlotEnum:
			for i, value := range slot.Names {
				if at, known := s.values[value]; known {
					b.add(word, i, at)
				}
			}
		case SlotBounds:
			b.add(word, 0, s.low)
			b.add(word, 1, s.high)
		case SlotItems:
			b.add(word, 0, s.empty)
			b.add(word, 1, s.filled)
		}
	}
	for _, p := range s.properties {
		b.tie(p.shape, slots)
	}
	b.tie(s.items, slots)
}

func (b *Body) tieProperties(s *shape, word int, slot Slot) {
	for i, name := range slot.Names {
		p := s.properties[name]
		switch {
		case p == nil:
		case slot.Kind == SlotPresent:
			b.add(word, i, p.present)
		case slot.Kind == SlotAbsent:
			b.add(word, i, p.absent)
		case p.shape != nil:
			b.add(word, i, p.null)
		}
	}
}

func (b *Body) add(word, i, point int) {
	if point != none {
		b.bits = append(b.bits, bit{word, 1 << i, point})
	}
}

// hit are the points that were met.
func (b *Body) hit() iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, t := range b.bits {
			if b.words[t.word].Load()&t.mask != 0 && !yield(t.point) {
				return
			}
		}
	}
}
