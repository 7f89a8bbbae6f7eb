package sample

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Edges are values that a schema takes and that are easily got wrong: each that
// is named, each of an enum, both bounds, the shortest and the longest, an empty
// array; of objects and arrays, those with such values in them. They are the
// same each time.
func Edges(s *openapi3.Schema) []any {
	all := edges(s, 0)
	for _, variants := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf} {
		for i, v := range variants {
			others := edges(v.Value, 1)
			if value, ok := fixed().Value(v.Value); ok {
				others = append(others, value)
			}
			for _, value := range others {
				if _, merges := value.(map[string]any); i > 0 && !merges && Takes(s, value) {
					all = append(all, value)
				}
			}
		}
	}
	return all
}

// Takes reports whether a schema takes a made value.
func Takes(s *openapi3.Schema, value any) bool {
	text, err := json.Marshal(value)
	var sent any
	return err == nil && json.Unmarshal(text, &sent) == nil && s.VisitJSON(sent, openapi3.EnableFormatValidation()) == nil
}

// longest is how long texts and arrays are made.
const longest = 2000

func edges(s *openapi3.Schema, depth int) []any {
	all := edgesOf(flat(s), depth)
	if !composed(s) {
		return all
	}
	var taken []any
	for _, edge := range all {
		if value, ok := composes(s, edge); ok {
			taken = append(taken, value)
		}
	}
	return taken
}

// edgesOf are those of a flat schema.
func edgesOf(s *openapi3.Schema, depth int) (all []any) {
	if depth > deepest {
		return nil
	}
	all = append(all, named(s)...)
	switch {
	case len(s.Enum) > 0:
		return append(all, slices.DeleteFunc(slices.Clone(s.Enum), func(v any) bool { return v == nil })...)
	case is(s, openapi3.TypeBoolean):
		return append(all, true, false)
	case is(s, openapi3.TypeInteger), is(s, openapi3.TypeNumber):
		p := spanOf(s)
		for _, n := range []float64{p.low, p.high} {
			if p.exact(n) && p.low <= p.high {
				all = append(all, p.json(n))
			}
		}
	case is(s, openapi3.TypeString):
		all = append(all, textEdges(s)...)
	case is(s, openapi3.TypeArray):
		all = append(all, arrayEdges(s, depth)...)
	case is(s, openapi3.TypeObject):
		all = append(all, objectEdges(s, depth)...)
	}
	return all
}

func textEdges(s *openapi3.Schema) (all []any) {
	switch {
	case s.Format == "date":
		return []any{"2000-02-29", "1970-01-01", "1969-12-31", "1921-03-01", "1999-12-31", "2001-01-01"}
	case s.Format == "date-time":
		return []any{"2000-02-29T23:59:59Z", "1970-01-01T00:00:00Z"}
	case s.Format != "" || s.Pattern != "":
		return nil
	}
	if s.MinLength > 0 && s.MinLength <= longest {
		all = append(all, strings.Repeat("é", int(s.MinLength)))
	}
	if s.MaxLength != nil && *s.MaxLength <= longest && *s.MaxLength > s.MinLength {
		all = append(all, strings.Repeat("ü", int(*s.MaxLength)))
	}
	return all
}

// fixed makes the same values each time.
func fixed() Maker { return Maker{rand.New(rand.NewPCG(1, 2))} }

func arrayEdges(s *openapi3.Schema, depth int) (all []any) {
	if s.MinItems == 0 {
		all = append(all, []any{})
	}
	if s.Items == nil || s.Items.Value == nil {
		return all
	}
	if s.MaxItems != nil && *s.MaxItems > 2 && *s.MaxItems <= 100 {
		if most, ok := fixed().items(s, int(*s.MaxItems), depth); ok {
			all = append(all, most)
		}
	}
	for _, item := range edges(s.Items.Value, depth+1) {
		row := []any{item}
		for len(row) < int(s.MinItems) && len(row) < longest {
			other, ok := fixed().Other(s.Items.Value, item)
			if !ok || s.UniqueItems && len(row) > 1 {
				return all
			}
			row = append(row, other)
		}
		all = append(all, row)
	}
	return all
}

// objectEdges have one property at an edge, and then only what is required and
// one property more.
func objectEdges(s *openapi3.Schema, depth int) (all []any) {
	made, ok := fixed().object(s, depth)
	if !ok {
		return nil
	}
	full := made.(map[string]any)
	for _, name := range writable(s) {
		for _, edge := range edges(s.Properties[name].Value, depth+1) {
			all = append(all, with(full, name, edge))
		}
	}
	for _, name := range writable(s) {
		if slices.Contains(s.Required, name) || full[name] == nil || len(full) < 2 {
			continue
		}
		few := map[string]any{name: full[name]}
		for _, needed := range s.Required {
			few[needed] = full[needed]
		}
		all = append(all, few)
	}
	return all
}

func with(object map[string]any, name string, value any) map[string]any {
	changed := make(map[string]any, len(object))
	for n, v := range object {
		changed[n] = v
	}
	changed[name] = value
	return changed
}
