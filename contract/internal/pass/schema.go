package pass

import (
	"errors"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// Flatten collects the schema errors in a tree of errors.
func Flatten(err error, into []*openapi3.SchemaError) []*openapi3.SchemaError {
	switch e := err.(type) {
	case nil:
	case openapi3.MultiError:
		for _, one := range e {
			into = Flatten(one, into)
		}
	case *openapi3.SchemaError:
		if inner, ok := errors.AsType[openapi3.MultiError](e.Origin); ok && e.SchemaField != "oneOf" {
			return Flatten(inner, into)
		}
		into = append(into, e)
	default:
		into = append(into, &openapi3.SchemaError{Reason: "the body does not hold by its schema"})
	}
	return into
}

// Extension returns a string extension, or "".
func Extension(extensions map[string]any, name string) string {
	return spec.Extension(extensions, name)
}

// Place writes where something stands in the spec.
func Place(origin *openapi3.Origin, field string) string { return spec.Place(origin, field) }

// Trace follows a path of property names and indexes through a schema and
// returns the innermost schema, where it comes from, and whether the last name
// is documented.
func Trace(ref *openapi3.SchemaRef, source string, path []string) (schema *openapi3.Schema, from string, documented bool) {
	schema = ref.Value
	if s := Extension(schema.Extensions, "x-onvy-source"); s != "" {
		source = s
	}
	for _, name := range path {
		next := Child(schema, name)
		if next == nil {
			return schema, source, false
		}
		schema = next.Value
		if s := Extension(schema.Extensions, "x-onvy-source"); s != "" {
			source = s
		}
	}
	return schema, source, true
}

// Child is the schema of a property, of the items, or of the values of a map.
func Child(schema *openapi3.Schema, name string) *openapi3.SchemaRef {
	if schema.Items != nil {
		return schema.Items
	}
	if p := schema.Properties[name]; p != nil {
		return p
	}
	for _, part := range slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf) {
		if p := Child(part.Value, name); p != nil {
			return p
		}
	}
	return schema.AdditionalProperties.Schema
}

// LevelOf is the level of a contradiction to a statement from a source.
func LevelOf(source string) rule.Level {
	if source == "assumed" {
		return rule.Assumption
	}
	return rule.Violation
}
