package sample

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// deepest is how deep objects and arrays in each other are filled.
const deepest = 5

// Mark names values that a schema surely takes, beside its example.
const Mark = "x-onvy-examples"

// flat is a schema with the parts of allOf taken together. Of oneOf and anyOf
// it is the first variant.
func flat(s *openapi3.Schema) *openapi3.Schema { return flatten(s, 0) }

func flatten(s *openapi3.Schema, depth int) *openapi3.Schema {
	parts := slices.Clone(s.AllOf)
	for _, variants := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf} {
		if len(variants) > 0 {
			parts = append(parts, variants[0])
		}
	}
	if len(parts) == 0 || depth == deepest {
		return s
	}
	whole := *s
	whole.AllOf, whole.OneOf, whole.AnyOf = nil, nil, nil
	whole.Properties, whole.Extensions = maps.Clone(s.Properties), maps.Clone(s.Extensions)
	for _, part := range parts {
		if part.Value != nil {
			join(&whole, flatten(part.Value, depth+1))
		}
	}
	return &whole
}

// join takes what a part says and the whole does not.
func join(whole, part *openapi3.Schema) {
	whole.Type, whole.Format, whole.Pattern = cmp.Or(whole.Type, part.Type), cmp.Or(whole.Format, part.Format), cmp.Or(whole.Pattern, part.Pattern)
	if whole.Enum == nil {
		whole.Enum = part.Enum
	}
	for _, v := range []struct{ to, from *any }{{&whole.Default, &part.Default}, {&whole.Example, &part.Example}} {
		if *v.to == nil {
			*v.to = *v.from
		}
	}
	if whole.Min == nil || part.Min != nil && *part.Min > *whole.Min {
		whole.Min, whole.ExclusiveMin = part.Min, part.ExclusiveMin
	}
	if whole.Max == nil || part.Max != nil && *part.Max < *whole.Max {
		whole.Max, whole.ExclusiveMax = part.Max, part.ExclusiveMax
	}
	whole.MinLength, whole.MinItems = max(whole.MinLength, part.MinLength), max(whole.MinItems, part.MinItems)
	whole.MinProps = max(whole.MinProps, part.MinProps)
	whole.MaxLength, whole.MaxItems, whole.MaxProps = least(whole.MaxLength, part.MaxLength), least(whole.MaxItems, part.MaxItems), least(whole.MaxProps, part.MaxProps)
	whole.MultipleOf, whole.Items = cmp.Or(whole.MultipleOf, part.MultipleOf), cmp.Or(whole.Items, part.Items)
	if whole.AdditionalProperties.Has == nil && whole.AdditionalProperties.Schema == nil {
		whole.AdditionalProperties = part.AdditionalProperties
	}
	whole.UniqueItems = whole.UniqueItems || part.UniqueItems
	whole.Required = append(slices.Clip(whole.Required), part.Required...)
	for name, p := range part.Properties {
		if whole.Properties == nil {
			whole.Properties = make(openapi3.Schemas)
		}
		whole.Properties[name] = p
	}
	for name, value := range part.Extensions {
		if whole.Extensions == nil {
			whole.Extensions = make(map[string]any)
		}
		if _, there := whole.Extensions[name]; !there {
			whole.Extensions[name] = value
		}
	}
}

// least is the lower of two bounds that may be missing.
func least(a, b *uint64) *uint64 {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}

// is reports whether a flat schema is of a type, said or by its keywords.
func is(s *openapi3.Schema, kind string) bool {
	if s.Type != nil {
		return s.Type.Includes(kind)
	}
	switch kind {
	case openapi3.TypeObject:
		return len(s.Properties) > 0
	case openapi3.TypeArray:
		return s.Items != nil
	}
	return false
}

// named are the values of the mark of a flat schema.
func named(s *openapi3.Schema) []any {
	values, _ := s.Extensions[Mark].([]any)
	return values
}

// writable are the names of the properties that a client writes, sorted.
func writable(s *openapi3.Schema) []string {
	var names []string
	for name, p := range s.Properties {
		if p.Value != nil && !p.Value.ReadOnly {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
