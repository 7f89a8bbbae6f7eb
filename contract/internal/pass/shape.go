package pass

import (
	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// shapeOf is what the history compares of a field: of objects the properties that
// a client writes, and whatever a map has.
func shapeOf(f *spec.Field) *fact.Shape {
	shape := shaper{assigned: f.Assigned, known: make(map[part]*fact.Shape)}.of(part{f.Schema(), false})
	for name := range spec.Properties(f.Shown) {
		if _, written := shape.Parts[name]; !written {
			shape.Parts[name] = fact.Ignored
		}
	}
	return shape
}

// shaper makes each shape once: a schema may have itself in it.
type shaper struct {
	assigned bool // a server may add to objects
	known    map[part]*fact.Shape
}

// part is a schema in that of a field. An item of an array is compared as a whole,
// without what a server may fill in.
type part struct {
	schema *openapi3.Schema
	item   bool
}

func (m shaper) of(p part) *fact.Shape {
	if p.schema == nil || m.known[p] != nil {
		return m.known[p]
	}
	properties, more := spec.Properties(p.schema), spec.More(p.schema)
	shape := &fact.Shape{
		Parts:  make(map[string]*fact.Shape),
		Only:   len(properties) > 0 && more == nil,
		Closed: len(properties) == 0 && more != nil && !m.assigned,
	}
	m.known[p] = shape
	shape.Others = m.of(part{more, p.item})
	for name, s := range properties {
		if shape.Parts[name] = m.of(part{s, p.item}); s.ReadOnly || s.WriteOnly || p.item && spec.DefaultOf(s) != nil {
			shape.Parts[name] = fact.Ignored
		}
	}
	if items := spec.Plain(p.schema).Items; items != nil {
		shape.Items = m.of(part{items.Value, true})
	}
	return shape
}
