package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// writeGuards writes the methods by which models do not print. A model needs
// them if the contract marks one of its parts as a token or a secret.
func writeGuards(b *bytes.Buffer, doc *openapi3.T, m *models) error {
	fmt.Fprint(b, "package gen\n\nimport (\n\"fmt\"\n\"log/slog\"\n)\n\n")
	guarded := 0
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		schema := doc.Components.Schemas[name]
		if !secret(schema, map[*openapi3.Schema]bool{}) || schema.Value.Type.Is("string") {
			continue
		}
		if m.types[name] == nil {
			return fmt.Errorf("the schema %s has a token or a secret, and gen.go has no type of that name", name)
		}
		guarded++
		fmt.Fprintf(b, "// Format implements fmt.Formatter for every verb.\nfunc (t %s) Format(f fmt.State, verb rune) { printHidden(f, %q) }\n\n", name, name)
		fmt.Fprintf(b, "// LogValue implements slog.LogValuer.\nfunc (t %s) LogValue() slog.Value { return slog.StringValue(hidden) }\n\n", name)
	}
	if guarded == 0 {
		return fmt.Errorf("no schema has a part with x-onvy-sensitive: token or secret")
	}
	return nil
}

// secret reports whether a schema, or a part of it, is marked as a token or a
// secret.
func secret(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) bool {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return false
	}
	seen[ref.Value] = true
	s := ref.Value
	if mark, _ := s.Extensions["x-onvy-sensitive"].(string); mark == "token" || mark == "secret" {
		return true
	}
	parts := slices.Concat(s.AllOf, s.OneOf, s.AnyOf, []*openapi3.SchemaRef{s.Items, s.Not, s.AdditionalProperties.Schema})
	for _, part := range s.Properties {
		parts = append(parts, part)
	}
	return slices.ContainsFunc(parts, func(part *openapi3.SchemaRef) bool { return secret(part, seen) })
}
