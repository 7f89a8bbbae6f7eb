package coverage

import (
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// shape is a schema at one place, with the points that belong to it. Points
// that there are not are none.
type shape struct {
	schema     *openapi3.Schema
	nullable   bool
	properties map[string]*property
	items      *shape

	values        map[string]int // enum
	low, high     int            // numbers at their bounds
	empty, filled int            // arrays
	null          int

	wrongType, wrongValue, below, above, short, unknown int // of requests
}

type property struct {
	*shape
	present, absent int
	missing         int // a required one is left out of a request
}

// shaper makes the shapes of one body.
type shaper struct {
	*builder
	place   string
	request bool
	form    bool // has text only
	class   Class
	reason  string
	above   []*openapi3.Schema // those around the one at hand
}

// deepest is how deep the points of a schema that refers to itself go.
const deepest = 8

func (s *shaper) shape(ref *openapi3.SchemaRef, path, source string) *shape {
	schema, nullable := spec.Unwrap(ref)
	if schema == nil || slices.Contains(s.above, schema) || len(s.above) == deepest {
		return nil
	}
	s.above = append(s.above, schema)
	defer func() { s.above = s.above[:len(s.above)-1] }()
	source = within(ref, schema, source)
	out := &shape{
		schema: schema, nullable: nullable,
		low: none, high: none, empty: none, filled: none, null: none,
		wrongType: none, wrongValue: none, below: none, above: none, short: none, unknown: none,
	}
	point := func(kind Kind, class Class, reason, format string, args ...any) int {
		return s.add(Point{
			Place: s.place, Kind: kind, Name: path + fmt.Sprintf(format, args...), Class: class, Reason: reason, Spec: s.at(schema),
		})
	}
	class, reason := s.classAt(path, source)
	if nullable {
		out.null = point(KindProperty, class, s.nullReason(&class, reason), " null")
	}
	s.values(out, schema, class, reason, point)
	if s.request {
		s.wrongs(out, schema, path, source, point)
	}
	for _, one := range slices.Concat(schema.OneOf, schema.AnyOf, schema.AllOf) {
		// The variants of a request stand beside each other: a property of one of
		// them counts wherever it is seen.
		if part := s.shape(one, path, source); part != nil {
			out.join(part)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		ref := schema.Properties[name]
		if ref.Value == nil || s.request && ref.Value.ReadOnly || !s.request && ref.Value.WriteOnly {
			continue
		}
		out.set(name, s.property(schema, name, ref, path, source))
	}
	if schema.Items != nil {
		out.items = s.shape(schema.Items, path+"/*", source)
	}
	return out
}

func (s *shaper) property(schema *openapi3.Schema, name string, ref *openapi3.SchemaRef, path, source string) *property {
	path += "/" + name
	inner, _ := spec.Unwrap(ref)
	source = within(ref, inner, source)
	class, reason := s.classAt(path, source)
	p := &property{absent: none, missing: none}
	add := func(kind Kind, class Class, reason, suffix string) int {
		return s.add(Point{Place: s.place, Kind: kind, Name: path + suffix, Class: class, Reason: reason, Spec: s.at(ref.Value)})
	}
	required := slices.Contains(schema.Required, name)
	if why := s.unwritten(schema, path, required); why != "" {
		outer := *s
		defer func() { s.class, s.reason = outer.class, outer.reason }()
		s.class, s.reason = Server, why
		class, reason = Server, why
	}
	p.present = add(KindProperty, class, reason, "")
	switch {
	case required && s.request:
		p.missing = add(KindWrong, negative(class), reason, " left out")
	case !required:
		absent, why := class, reason
		if !s.request && class != Server && !s.written[resourcePath(s.written, path)] {
			absent, why = Server, "no request can leave it out"
		}
		if !s.request && class != Server && ref.Value.Default != nil {
			absent, why = Server, "the server may fill in the default"
		}
		p.absent = add(KindProperty, absent, why, " left out")
	}
	p.shape = s.shape(ref, path, source)
	return p
}

// at is where a schema stands; that of the one around it where YAML has written
// it elsewhere, behind an alias.
func (s *shaper) at(schema *openapi3.Schema) string {
	at := spec.Place(schema.Origin, "")
	for i := len(s.above) - 1; at == "" && i >= 0; i-- {
		at = spec.Place(s.above[i].Origin, "")
	}
	return at
}

// classAt is the class of a value at a place of the body.
func (s *shaper) classAt(path, source string) (Class, string) {
	class := s.class
	if class != Server {
		class = classOf(source, class)
	}
	switch {
	case s.request, class == Server, path == "":
	case s.place[0] != '2':
		if path != "/error" {
			return Server, "the server chooses what it says of an error"
		}
	}
	return class, s.reason
}

func (s *shaper) nullReason(class *Class, reason string) string {
	if s.request || *class == Server {
		return reason
	}
	*class = Server
	return "the server chooses between null and nothing"
}

// values are the points of an enum, of bounds and of an array's size.
func (s *shaper) values(out *shape, schema *openapi3.Schema, class Class, reason string, point func(Kind, Class, string, string, ...any) int) {
	if len(schema.Enum) > 0 {
		out.values = make(map[string]int, len(schema.Enum))
	}
	for _, v := range schema.Enum {
		if v == nil {
			continue // a point of its own
		}
		c, why := class, reason
		if !s.request && s.place[0] != '2' {
			c, why = Server, "the server chooses the code"
		}
		out.values[fmt.Sprint(v)] = point(KindEnum, c, why, " =%v", v)
	}
	bound, why := class, reason
	if !s.request && class != Server {
		bound, why = Server, "the server chooses the number"
	}
	if schema.Min != nil {
		out.low = point(KindBound, bound, why, " =%v", *schema.Min)
	}
	if schema.Max != nil {
		out.high = point(KindBound, bound, why, " =%v", *schema.Max)
	}
	if schema.Items != nil {
		out.filled = point(KindProperty, class, reason, " with items")
		empty, why := class, reason
		if !s.request && class != Server {
			empty, why = Server, "other users of the project may fill it"
		}
		out.empty = point(KindProperty, empty, why, " empty")
	}
}

// wrongs are the wrong values that a request may have at a place.
func (s *shaper) wrongs(out *shape, schema *openapi3.Schema, path, source string, point func(Kind, Class, string, string, ...any) int) {
	class := negative(classOf(source, s.class))
	if s.form {
		if path != "" && len(schema.Enum) > 0 {
			out.wrongValue = point(KindWrong, class, "", " another value")
		}
		if path != "" && schema.Type != nil {
			point(KindWrong, Infeasible, "a form has text only", " of another type")
		}
		return
	}
	if schema.Type != nil {
		out.wrongType = point(KindWrong, class, "", " of another type")
	}
	switch {
	case len(schema.Enum) > 0, schema.Format == "date", schema.Format == "date-time", schema.Pattern != "":
		out.wrongValue = point(KindWrong, class, "", " another value")
	}
	if schema.Min != nil {
		out.below = point(KindWrong, class, "", " below %v", *schema.Min)
	}
	if schema.Max != nil {
		out.above = point(KindWrong, class, "", " above %v", *schema.Max)
	}
	if schema.MinLength > 0 {
		out.short = point(KindWrong, class, "", " too short")
	}
}

// join takes the properties of a variant.
func (s *shape) join(part *shape) {
	for name, p := range part.properties {
		s.set(name, p)
	}
	if s.values == nil {
		s.values = make(map[string]int)
	}
	maps.Copy(s.values, part.values)
}

// set adds a property. One that two variants have keeps the first point, and
// the values of both.
func (s *shape) set(name string, p *property) {
	if s.properties == nil {
		s.properties = make(map[string]*property)
	}
	if first := s.properties[name]; first != nil {
		if first.shape != nil && p.shape != nil && first.values != nil {
			maps.Copy(first.values, p.values)
		}
		return
	}
	s.properties[name] = p
}

// within is the source of a schema in what holds it. A schema that is shared is
// documented where it was written; in a body that is assumed it is assumed too.
func within(ref *openapi3.SchemaRef, schema *openapi3.Schema, source string) string {
	if source == assumed && (ref.Ref != "" || schema != ref.Value) {
		return assumed
	}
	return sourceOf(schema.Extensions, source)
}

func negative(c Class) Class {
	if c == Required {
		return Negative
	}
	return c
}
