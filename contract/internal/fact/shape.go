package fact

import (
	"slices"
	"strings"
)

// Shape says what in the objects of a schema is compared. Nil is one of any JSON,
// all of which is.
type Shape struct {
	Parts  map[string]*Shape // of properties
	Only   bool              // members of other names are of no interest
	Closed bool              // no server adds members of other names
	Others *Shape            // of members of other names
	Items  *Shape            // of an array
}

// Ignored is the shape of a part that is the server's own.
var Ignored = new(Shape)

func (s *Shape) items() *Shape {
	if s == nil {
		return nil
	}
	return s.Items
}

// Part is a member of an object.
type Part struct {
	// Name is that of a property. The names of other members, as of a map, may
	// be a person's: of these it is a digest behind a mark.
	Name  string
	Value Value
}

// Marks in front of digests of names.
const (
	entry = "\x00" // a server may have added it
	owned = "\x01" // it has to be a client's
)

// Label is the name of a property, and * for what no property names.
func (p Part) Label() string {
	if strings.HasPrefix(p.Name, entry) || p.Owned() {
		return "*"
	}
	return p.Name
}

// Owned reports whether no server adds such a part itself.
func (p Part) Owned() bool { return strings.HasPrefix(p.Name, owned) }

// ordered sorts parts by name. Of a name that stands twice the later one counts.
func ordered(parts []Part) []Part {
	if ascending(parts) {
		return parts
	}
	slices.SortStableFunc(parts, func(a, b Part) int { return strings.Compare(b.Name, a.Name) })
	slices.Reverse(parts) // so that the later one comes first
	return slices.CompactFunc(parts, func(a, b Part) bool { return a.Name == b.Name })
}

// ascending reports whether parts are sorted by name, and each stands once.
func ascending(parts []Part) bool {
	for i := 1; i < len(parts); i++ {
		if parts[i-1].Name >= parts[i].Name {
			return false
		}
	}
	return true
}

// Merge is a value after a merge patch (RFC 7396); unknown where it cannot be
// known.
func Merge(old, patch Value) Value {
	switch {
	case !patch.IsObject():
		return patch
	case !old.Known():
		return old
	}
	merged := Value{Kind: '{'}
	if old.IsObject() {
		merged.Parts = slices.DeleteFunc(slices.Clone(old.Parts), func(p Part) bool { return patch.Has(p.Name) })
	}
	for _, part := range patch.Parts {
		if value := Merge(old.Part(part.Name), part.Value); value.There() {
			merged.Parts = append(merged.Parts, Part{part.Name, value})
		}
	}
	merged.Parts = ordered(merged.Parts)
	return merged
}
