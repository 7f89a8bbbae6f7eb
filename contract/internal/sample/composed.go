package sample

import (
	"maps"
	"path"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// composed reports whether a schema says more than what values are made from:
// [flat] takes its parts for one, and a text of a format is of any length.
func composed(s *openapi3.Schema) bool {
	return len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) > 0 || s.Not != nil ||
		s.Format != "" && (s.Pattern != "" || s.MinLength > 0 || s.MaxLength != nil)
}

// composes is a value of a flat schema as the whole schema takes it, with the name
// of the variant in it; false if it does not: two variants may take what one may.
func composes(s *openapi3.Schema, value any) (any, bool) {
	if object, is := value.(map[string]any); is && s.Discriminator != nil {
		if name := variant(s); name != "" {
			if named := with(object, s.Discriminator.PropertyName, name); takes(s, named) {
				return named, true
			}
		}
	}
	return value, takes(s, value)
}

// variant is the name of the first variant of a schema; "" for none.
func variant(s *openapi3.Schema) string {
	refs := slices.Concat(s.OneOf, s.AnyOf)
	if len(refs) == 0 || refs[0].Ref == "" {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(s.Discriminator.Mapping)) {
		if path.Base(s.Discriminator.Mapping[name].Ref) == path.Base(refs[0].Ref) {
			return name
		}
	}
	return path.Base(refs[0].Ref)
}
