package spec

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Schema is that of the JSON of a response; nil for none.
func Schema(ref *openapi3.ResponseRef) *openapi3.Schema {
	if ref == nil || ref.Value == nil {
		return nil
	}
	if m := ref.Value.Content["application/json"]; m != nil && m.Schema != nil {
		return m.Schema.Value
	}
	return nil
}

// Properties are those of an object, those of its parts among them.
func Properties(s *openapi3.Schema) map[string]*openapi3.Schema {
	all := make(map[string]*openapi3.Schema)
	if s == nil {
		return all
	}
	for name, ref := range s.Properties {
		all[name] = ref.Value
	}
	for _, refs := range []openapi3.SchemaRefs{s.AllOf, s.OneOf, s.AnyOf} {
		for _, ref := range refs {
			maps.Copy(all, Properties(ref.Value))
		}
	}
	return all
}

// More is the schema of the properties that an object has beside those with a
// name, as a map has them; nil if none are documented.
func More(s *openapi3.Schema) *openapi3.Schema {
	if s == nil {
		return nil
	}
	if more := s.AdditionalProperties.Schema; more != nil {
		return more.Value
	}
	if any := s.AdditionalProperties.Has; any != nil && *any {
		return new(openapi3.Schema)
	}
	for _, part := range s.AllOf {
		if more := More(part.Value); more != nil {
			return more
		}
	}
	return nil
}

// deepest is how many wrappers are looked through: a schema may refer to itself.
const deepest = 32

// Unwrap looks through allOf of a single part, which is how 3.0 makes a $ref
// nullable; nil where there is nothing behind it.
func Unwrap(ref *openapi3.SchemaRef) (s *openapi3.Schema, nullable bool) {
	for range deepest {
		if ref == nil || ref.Value == nil {
			return nil, false
		}
		s = ref.Value
		nullable = nullable || s.Nullable
		if s.Type != nil || len(s.AllOf) != 1 || len(s.Properties) > 0 {
			return s, nullable
		}
		ref = s.AllOf[0]
	}
	return nil, false
}

// Plain is what a schema wraps; the schema itself if it wraps nothing.
func Plain(s *openapi3.Schema) *openapi3.Schema {
	s, _ = Unwrap(&openapi3.SchemaRef{Value: s})
	return s
}

// EnumOf are the values that a schema allows; nil where it closes none.
func EnumOf(s *openapi3.Schema) []any {
	if s == nil {
		return nil
	}
	if s.Enum != nil {
		return s.Enum
	}
	for _, part := range s.AllOf {
		if values := EnumOf(part.Value); values != nil {
			return values
		}
	}
	return nil
}

// DefaultOf is the documented default; nil for none.
func DefaultOf(s *openapi3.Schema) any {
	if s == nil || s.Default != nil {
		if s == nil {
			return nil
		}
		return s.Default
	}
	for _, part := range s.AllOf {
		if value := DefaultOf(part.Value); value != nil {
			return value
		}
	}
	return nil
}

// Nullable reports whether null is documented.
func Nullable(s *openapi3.Schema) bool {
	return s != nil && (s.Nullable || s.Type.Includes(openapi3.TypeNull) || slices.Contains(s.Enum, nil))
}

// Requires reports whether an object has to have a property.
func Requires(s *openapi3.Schema, name string) bool {
	return s != nil && (slices.Contains(s.Required, name) ||
		slices.ContainsFunc(s.AllOf, func(part *openapi3.SchemaRef) bool { return Requires(part.Value, name) }))
}

// Sensitive is what the values of a schema are, by x-onvy-sensitive; "" for
// nothing that needs care.
func Sensitive(s *openapi3.Schema) string {
	if s == nil {
		return ""
	}
	if is := mark(s.Extensions, "x-onvy-sensitive"); is == "none" {
		return ""
	} else if is != "" {
		return is
	}
	for _, part := range s.AllOf {
		if is := Sensitive(part.Value); is != "" {
			return is
		}
	}
	return ""
}

// checkSchemas refuses a schema that is a part of itself: nothing can hold by
// it, and whoever looks for its properties never ends. One that is a part of
// its own properties or items (a tree) is fine.
func checkSchemas(doc *openapi3.T) error {
	if doc.Components == nil {
		return nil
	}
	done := make(map[*openapi3.Schema]bool)
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		if at := circle(doc.Components.Schemas[name], make(map[*openapi3.Schema]bool), done); at != nil {
			return placed(Place(doc.Components.Schemas[name].Value.Origin, ""), "the schema %s is a part of itself: its $refs go in a circle", name)
		}
	}
	return nil
}

func circle(ref *openapi3.SchemaRef, over, done map[*openapi3.Schema]bool) *openapi3.Schema {
	s := ref.Value
	switch {
	case s == nil || done[s]:
		return nil
	case over[s]:
		return s
	}
	over[s] = true
	for _, refs := range []openapi3.SchemaRefs{s.AllOf, s.OneOf, s.AnyOf} {
		for _, part := range refs {
			if at := circle(part, over, done); at != nil {
				return at
			}
		}
	}
	delete(over, s)
	done[s] = true
	return nil
}
