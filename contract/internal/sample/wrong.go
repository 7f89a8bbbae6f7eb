package sample

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Bad is a value that a schema does not take.
type Bad struct {
	Value any
	Why   string // the keyword that it negates: "type", "enum", "maximum"
}

// Wrong are values that negate each keyword of a schema, one at a time: of
// objects and arrays, those with such a value in them too. null is none of them;
// see [spec.Nullable].
func Wrong(s *openapi3.Schema) []Bad {
	all := wrong(s, 0)
	if !varies(s, 0) {
		return all
	}
	// What one variant does not take another may.
	return slices.DeleteFunc(all, func(bad Bad) bool { return takes(s, bad.Value) })
}

// varies reports whether a schema, or one in it, has variants.
func varies(s *openapi3.Schema, depth int) bool {
	if len(s.OneOf)+len(s.AnyOf) > 0 || s.Type != nil && len(*s.Type) > 1 {
		return true
	}
	if depth > deepest {
		return false
	}
	inner := append(slices.Clone(s.AllOf), s.Items)
	for _, ref := range s.Properties {
		inner = append(inner, ref)
	}
	return slices.ContainsFunc(inner, func(ref *openapi3.SchemaRef) bool {
		return ref != nil && ref.Value != nil && varies(ref.Value, depth+1)
	})
}

// takes reports whether kin-openapi takes a value, as it is after a way over the
// wire.
func takes(s *openapi3.Schema, value any) bool {
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &value)
	}
	return err == nil && s.VisitJSON(value, openapi3.VisitAsRequest(), openapi3.EnableFormatValidation()) == nil
}

func wrong(s *openapi3.Schema, depth int) (all []Bad) {
	s = flat(s)
	if depth > deepest {
		return nil
	}
	all = wrongType(s, depth)
	switch {
	case len(s.Enum) > 0:
		all = append(all, wrongChoice(s)...)
	case is(s, openapi3.TypeInteger), is(s, openapi3.TypeNumber):
		all = append(all, wrongNumber(s)...)
	case is(s, openapi3.TypeString):
		all = append(all, wrongText(s)...)
	case is(s, openapi3.TypeArray):
		all = append(all, wrongArray(s, depth)...)
	case is(s, openapi3.TypeObject):
		all = append(all, wrongObject(s, depth)...)
	}
	return all
}

// wrongType are values of other types: of each that a lenient server is known to
// take for it, and one that nobody would.
func wrongType(s *openapi3.Schema, depth int) (all []Bad) {
	values := []any{5, map[string]any{"a": 1}}
	switch {
	case is(s, openapi3.TypeString):
	case is(s, openapi3.TypeInteger):
		values = []any{"3600", 3600.5, true}
	case is(s, openapi3.TypeNumber):
		values = []any{"172", []any{172}, true}
	case is(s, openapi3.TypeBoolean):
		values = []any{"yes", 1}
	case is(s, openapi3.TypeArray):
		values = []any{5, map[string]any{}}
	case is(s, openapi3.TypeObject):
		values = []any{5, []any{}}
	default:
		return nil
	}
	if depth > 0 {
		values = values[:1]
	}
	for _, v := range values {
		all = append(all, Bad{v, "type"})
	}
	return all
}

func wrongChoice(s *openapi3.Schema) (all []Bad) {
	takes := func(v any) bool { return slices.ContainsFunc(s.Enum, func(e any) bool { return Same(e, v) }) }
	first, isText := s.Enum[0].(string)
	candidates := []any{"contract-unknown"}
	if !isText {
		candidates = []any{987654}
	} else if first != "" {
		candidates = append(candidates, strings.ToUpper(first[:1])+first[1:], strings.ToUpper(first))
	}
	for _, v := range candidates {
		if !takes(v) && len(all) < 2 {
			all = append(all, Bad{v, "enum"})
		}
	}
	return all
}

func wrongNumber(s *openapi3.Schema) (all []Bad) {
	p := spanOf(s)
	if p.exact(p.low) {
		all = append(all, Bad{p.json(p.low - p.step), "minimum"})
	}
	if p.exact(p.high) {
		all = append(all, Bad{p.json(p.high + p.step), "maximum"})
	}
	if s.MultipleOf == nil {
		return all
	}
	from := p.low
	if math.IsInf(from, 0) {
		from = 0
	}
	off := span{whole: p.whole && *s.MultipleOf >= 2}
	n := from + p.step/2
	if off.whole {
		n = from + 1
	}
	if p.whole == off.whole { // else it would be of another type
		all = append(all, Bad{off.json(n), "multipleOf"})
	}
	return all
}

func wrongText(s *openapi3.Schema) (all []Bad) {
	for _, v := range map[string][]any{
		"date":      {"not-a-date", "1990-02-30", "23.04.1990"},
		"date-time": {"yesterday", "2001-02-30T00:00:00Z", "2001-02-03"},
		"uuid":      {"not-a-uuid"},
		"email":     {"nobody at all"},
		"uri":       {"not a uri"},
		"ipv4":      {"192.0.2.256"},
		"ipv6":      {"2001:db8::x"},
		"byte":      {"§§§"},
	}[s.Format] {
		all = append(all, Bad{v, "format"})
	}
	if s.MinLength > 0 && s.MinLength <= longest {
		all = append(all, Bad{strings.Repeat("x", int(s.MinLength)-1), "minLength"})
	}
	if s.MaxLength != nil && *s.MaxLength <= longest {
		all = append(all, Bad{strings.Repeat("x", int(*s.MaxLength)+1), "maxLength"})
	}
	if s.Pattern != "" {
		for _, v := range []string{"!", "contract ", "0", "~~~~~~~~", ""} {
			if ref := (&openapi3.Schema{Pattern: s.Pattern}); ref.VisitJSONString(v) != nil {
				all = append(all, Bad{v, "pattern"})
				break
			}
		}
	}
	return all
}

func wrongArray(s *openapi3.Schema, depth int) (all []Bad) {
	if s.Items == nil || s.Items.Value == nil {
		return nil
	}
	if s.MinItems > 0 && s.MinItems <= 100 {
		few, _ := fixed().items(s, int(s.MinItems)-1, depth) // too few, as they are to be
		all = append(all, Bad{few, "minItems"})
	}
	if s.MaxItems != nil && *s.MaxItems <= 100 {
		if many, ok := fixed().items(s, int(*s.MaxItems)+1, depth); ok && len(many.([]any)) > int(*s.MaxItems) {
			all = append(all, Bad{many, "maxItems"})
		}
	}
	item, ok := fixed().value(s.Items.Value, depth+1)
	if ok && s.UniqueItems && (s.MaxItems == nil || *s.MaxItems >= 2) {
		all = append(all, Bad{[]any{item, item}, "uniqueItems"})
	}
	for i, bad := range wrong(s.Items.Value, depth+1) {
		if i < 2 {
			all = append(all, Bad{[]any{bad.Value}, "items " + bad.Why})
		}
	}
	return all
}

func wrongObject(s *openapi3.Schema, depth int) (all []Bad) {
	made, ok := fixed().object(s, depth)
	if !ok {
		return nil
	}
	full := made.(map[string]any)
	for _, name := range writable(s) {
		for _, bad := range wrong(s.Properties[name].Value, depth+1) {
			all = append(all, Bad{with(full, name, bad.Value), name + " " + bad.Why})
		}
	}
	for _, name := range s.Required {
		if full[name] == nil {
			continue
		}
		less := with(full, name, nil)
		delete(less, name)
		all = append(all, Bad{less, "required"})
	}
	if has := s.AdditionalProperties.Has; has != nil && !*has {
		all = append(all, Bad{with(full, "contract_unknown", 1), "additionalProperties"})
	}
	return all
}
