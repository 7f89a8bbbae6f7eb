package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Maker makes values by chance: the same source of it, the same values.
type Maker struct{ Rand *rand.Rand }

// Value is a value that a schema takes, as encoding/json would marshal it, and
// unlike the default of the schema where it can be. An object has every property
// that a client writes. It is false where none can be made.
func (m Maker) Value(s *openapi3.Schema) (any, bool) { return m.value(s, 0) }

func (m Maker) value(s *openapi3.Schema, depth int) (any, bool) {
	whole := flat(s)
	if !composed(s) {
		return m.made(whole, depth)
	}
	for range 20 {
		made, ok := m.made(whole, depth)
		if !ok {
			break
		}
		if value, ok := composes(s, made); ok {
			return value, true
		}
	}
	return nil, false
}

// made is a value of a flat schema.
func (m Maker) made(s *openapi3.Schema, depth int) (any, bool) {
	switch {
	case depth > deepest:
		return nil, false
	case len(s.Enum) > 0:
		values := slices.DeleteFunc(slices.Clone(s.Enum), func(v any) bool { return v == nil || reflect.DeepEqual(v, s.Default) })
		if len(values) == 0 {
			return s.Default, s.Default != nil
		}
		return pick(m.Rand, values), true
	case is(s, openapi3.TypeBoolean):
		return s.Default != true, true
	case is(s, openapi3.TypeInteger), is(s, openapi3.TypeNumber):
		return m.number(s)
	case is(s, openapi3.TypeString):
		return m.string(s)
	case is(s, openapi3.TypeArray):
		return m.array(s, depth)
	case is(s, openapi3.TypeObject):
		return m.object(s, depth)
	}
	return s.Example, s.Example != nil
}

// Other is a value that is not the given one; false where there is none.
func (m Maker) Other(s *openapi3.Schema, old any) (any, bool) {
	for range 50 {
		if value, ok := m.Value(s); ok && !Same(value, old) {
			return value, true
		}
	}
	for _, value := range Edges(s) { // those that Value avoids: the default
		if !Same(value, old) {
			return value, true
		}
	}
	return nil, false
}

// Same reports whether two made values are the same.
func Same(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

func (m Maker) array(s *openapi3.Schema, depth int) (any, bool) {
	n := max(int(s.MinItems), 2)
	if s.MaxItems != nil {
		n = min(n, int(*s.MaxItems))
	}
	return m.items(s, n, depth)
}

// items is an array of so many items, all of them unlike where that is asked for.
func (m Maker) items(s *openapi3.Schema, n, depth int) (any, bool) {
	all := make([]any, 0, n)
	if s.Items == nil {
		return all, s.MinItems == 0
	}
	for range 50 * n {
		if len(all) == n {
			break
		}
		item, ok := m.value(s.Items.Value, depth+1)
		if !ok {
			return all, false
		}
		if !s.UniqueItems || !slices.ContainsFunc(all, func(other any) bool { return Same(item, other) }) {
			all = append(all, item)
		}
	}
	return all, len(all) >= int(s.MinItems)
}

func (m Maker) object(s *openapi3.Schema, depth int) (any, bool) {
	object := make(map[string]any)
	for _, name := range writable(s) {
		value, ok := m.value(s.Properties[name].Value, depth+1)
		if ok {
			object[name] = value
		} else if slices.Contains(s.Required, name) {
			return nil, false
		}
	}
	if len(object) == 0 {
		m.entries(object, s, depth)
	}
	return object, true
}

// entries fills a map.
func (m Maker) entries(object map[string]any, s *openapi3.Schema, depth int) {
	more := s.AdditionalProperties
	if more.Has != nil && *more.Has { // of any JSON
		more.Schema = &openapi3.SchemaRef{Value: &openapi3.Schema{Type: &openapi3.Types{openapi3.TypeInteger}}}
	}
	if more.Schema == nil || more.Schema.Value == nil {
		return
	}
	names := []string{"contract", "contract two", "Contract"}
	for len(names) < int(min(s.MinProps, longest)) {
		names = append(names, fmt.Sprint("contract ", len(names)))
	}
	for _, name := range names {
		if value, ok := m.value(more.Schema.Value, depth+1); ok && (s.MaxProps == nil || len(object) < int(*s.MaxProps)) {
			object[name] = value
		}
	}
}

// Splits reports whether an object may have one property alone.
func Splits(s *openapi3.Schema) bool {
	s = flat(s)
	return s.MinProps < 2 && len(s.Required) == 0
}

// Fixed makes the same values each time, for those who only want to know whether
// there are any.
func Fixed() Maker { return fixed() }

// number is within the bounds, or near the example where there are none.
func (m Maker) number(s *openapi3.Schema) (any, bool) {
	p := spanOf(s)
	low, high := p.low, p.high
	example, known := toFloat(s.Example)
	switch {
	case low > high:
		return nil, false
	case !math.IsInf(low, 0) && !math.IsInf(high, 0):
	case math.IsInf(low, 0) && math.IsInf(high, 0) && known && p.whole && s.MultipleOf == nil && math.Mod(example, 2) == 0:
		// A round number has round neighbours: offsets, durations, sums.
		return p.json(example / 2 * float64(1+m.Rand.IntN(24))), true
	case known:
		near := max(math.Abs(example)*0.2, 10*p.step)
		low, high = max(low, example-near), min(high, example+near)
		if low > high {
			low, high = p.low, p.high
		}
	}
	if math.IsInf(low, 0) {
		low = min(high-1000*p.step, 1)
	}
	if math.IsInf(high, 0) {
		high = low + 1000*p.step
	}
	steps := int(min((high-low)/p.step, 1e6))
	n := low + float64(m.Rand.IntN(steps+1))*p.step
	if s.MultipleOf != nil {
		n = min(math.Ceil(n/p.step)*p.step, p.high)
	} else if last := math.Mod(math.Round(n/p.step), 10); !p.whole && last == 0 && n+p.step <= high {
		n += p.step // a digit that rounding would lose
	}
	return p.json(n), true
}
