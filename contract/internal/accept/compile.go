package accept

import (
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
)

// compiler turns schemas into matchers, objects and arrays once each: so a schema
// that refers to itself becomes a matcher that refers to itself.
type compiler struct {
	compiled map[compileKey]valueMatcher
	slots    []coverage.Slot
}

type compileKey struct {
	schema   *openapi3.Schema
	nullable bool
}

// compile returns the matcher of a schema, or false where it is not supported.
func (c *compiler) compile(ref *openapi3.SchemaRef) (valueMatcher, bool) {
	s, nullable, ok := Unwrap(ref)
	if !ok {
		return nil, false
	}
	key := compileKey{s, nullable}
	if k, ok := c.compiled[key]; ok {
		return k, true
	}

	// What is left of the schema when all that is understood is taken out must
	// be nothing. That also holds for keywords that are yet to be invented.
	rest := *s
	dropAnnotations(&rest)
	rest.Nullable = false

	switch {
	case s.Type.Is(openapi3.TypeObject):
		return c.object(s, rest, key)
	case s.Type.Is(openapi3.TypeArray):
		return c.array(s, rest, key)
	case s.Type.Is(openapi3.TypeString):
		k, ok := compileString(s, rest, nullable)
		return c.slotted(s, k, ok)
	case s.Type.Is(openapi3.TypeInteger):
		k, ok := compileInteger(s, rest, nullable)
		return c.slotted(s, k, ok)
	case s.Type.Is(openapi3.TypeNumber):
		k, ok := compileNumber(s, rest, nullable)
		return c.slotted(s, k, ok)
	case s.Type.Is(openapi3.TypeBoolean):
		rest.Type = nil
		return booleanMatcher{nullable}, isNothing(rest)
	}
	return nil, false
}

// maxWrappers is more allOf in one another than anybody writes.
const maxWrappers = 16

// Unwrap looks through allOf of one, which is how OpenAPI 3.0 puts nullable
// beside a $ref. Null is fine as soon as one of the schemas takes it.
func Unwrap(ref *openapi3.SchemaRef) (s *openapi3.Schema, nullable, ok bool) {
	for range maxWrappers {
		if ref == nil || ref.Value == nil {
			return nil, false, false
		}
		s = ref.Value
		nullable = nullable || s.Nullable
		if s.Type != nil || len(s.AllOf) != 1 {
			return s, nullable, true
		}
		rest := *s
		dropAnnotations(&rest)
		rest.Nullable, rest.AllOf = false, nil
		if !isNothing(rest) {
			return nil, false, false
		}
		ref = s.AllOf[0]
	}
	return nil, false, false
}

// dropAnnotations takes out what says nothing about a value. ReadOnly is one of
// them for a response; writeOnly is not, and the object that has the property
// sees to it.
func dropAnnotations(s *openapi3.Schema) {
	s.Extensions, s.Origin = nil, nil
	s.Title, s.Description, s.ExternalDocs, s.Comment = "", "", nil, ""
	s.Default, s.Example, s.Examples = nil, nil, nil
	s.Deprecated, s.XML, s.ReadOnly, s.WriteOnly = false, nil, false, false
}

func isNothing(rest openapi3.Schema) bool { return reflect.ValueOf(rest).IsZero() }

// maxProperties is how many properties of one object the reader can keep apart.
const maxProperties = 64

func (c *compiler) object(s *openapi3.Schema, rest openapi3.Schema, key compileKey) (valueMatcher, bool) {
	rest.Type, rest.Properties, rest.Required = nil, nil, nil
	// Where the schema speaks of other properties, a body that has any is not
	// accepted here. What they must look like then does not matter.
	rest.AdditionalProperties = openapi3.AdditionalProperties{}
	if !isNothing(rest) || len(s.Properties) > maxProperties {
		return nil, false
	}

	o := &objectMatcher{nullable: key.nullable, schema: s, closed: !isNothing(openapi3.Schema{AdditionalProperties: s.AdditionalProperties})}
	c.compiled[key] = o // before its properties, which may refer to it
	var names []string
	bit := uint64(1)
	for name, ref := range s.Properties {
		if ref == nil || ref.Value == nil {
			return nil, false
		}
		o.every = append(o.every, name)
		if ref.Value.WriteOnly {
			continue // must not be in a response
		}
		if !isPlain(name) {
			return nil, false
		}
		k, ok := c.compile(ref)
		if !ok {
			return nil, false
		}
		for len(o.byLength) <= len(name) {
			o.byLength = append(o.byLength, nil)
		}
		o.byLength[len(name)] = append(o.byLength[len(name)], property{name, bit, k, ref.Value})
		if slices.Contains(s.Required, name) {
			o.required |= bit
		}
		o.all |= bit
		names = append(names, name)
		bit <<= 1
	}
	o.slot = c.slot(s, coverage.SlotPresent, names)
	c.slot(s, coverage.SlotAbsent, names)
	c.slot(s, coverage.SlotNull, names)
	for _, name := range s.Required {
		if s.Properties[name] == nil {
			return nil, false // every object lacks it, or has a property without a name in the schema
		}
	}
	return o, true
}

// isPlain reports whether a JSON string holds the name as it is, so that the
// bytes on the wire can be compared with it.
func isPlain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r < ' ' || r == '"' || r == '\\' || r == '\uFFFD'
	})
}

func (c *compiler) array(s *openapi3.Schema, rest openapi3.Schema, key compileKey) (valueMatcher, bool) {
	rest.Type, rest.Items, rest.MinItems, rest.MaxItems = nil, nil, 0, nil
	if !isNothing(rest) {
		return nil, false
	}
	a := &arrayMatcher{nullable: key.nullable, length: lengthOf(s.MinItems, s.MaxItems), slot: c.slot(s, coverage.SlotItems, nil)}
	c.compiled[key] = a // before its items, which may refer to it
	var ok bool
	if a.items, ok = c.compile(s.Items); ok {
		a.schema = s.Items.Value
	}
	return a, ok
}

func compileString(s *openapi3.Schema, rest openapi3.Schema, nullable bool) (valueMatcher, bool) {
	rest.Type, rest.Format, rest.Enum = nil, "", nil
	rest.Pattern, rest.MinLength, rest.MaxLength = "", 0, nil
	if !isNothing(rest) {
		return nil, false
	}
	k := &stringMatcher{nullable: nullable, length: lengthOf(s.MinLength, s.MaxLength)}

	for _, v := range s.Enum {
		// Anything else in the list is not equal to any string.
		if text, ok := v.(string); ok {
			k.enum = append(k.enum, text)
		}
	}
	k.closed = len(s.Enum) > 0

	if s.Pattern != "" {
		// kin-openapi rewrites \u escapes for Go; leave those to it.
		pattern, err := regexp.Compile(s.Pattern)
		if err != nil || strings.Contains(s.Pattern, `\u`) {
			return nil, false
		}
		k.pattern = pattern
	}

	var ok bool
	k.format, ok = stringFormat(s.Format)
	k.free = !k.length.limited() && !k.closed && k.pattern == nil && k.format == nil
	return k, ok
}

func compileInteger(s *openapi3.Schema, rest openapi3.Schema, nullable bool) (valueMatcher, bool) {
	rest.Type, rest.Format = nil, ""
	rest.Min, rest.Max = nil, nil
	rest.ExclusiveMin.Bool, rest.ExclusiveMax.Bool = nil, nil
	if !isNothing(rest) {
		return nil, false
	}
	k := &integerMatcher{nullable: nullable, bounds: boundsOf(s), bits: 64}
	switch s.Format {
	case "int32":
		k.bits = 32
	case "", "int64":
	default:
		// kin-openapi ignores what is not defined.
		if _, defined := openapi3.SchemaIntegerFormats[s.Format]; defined {
			return nil, false
		}
	}
	return k, true
}

func compileNumber(s *openapi3.Schema, rest openapi3.Schema, nullable bool) (valueMatcher, bool) {
	rest.Type, rest.Format = nil, ""
	rest.Min, rest.Max = nil, nil
	rest.ExclusiveMin.Bool, rest.ExclusiveMax.Bool = nil, nil
	if !isNothing(rest) {
		return nil, false
	}
	if _, defined := openapi3.SchemaNumberFormats[s.Format]; defined {
		return nil, false
	}
	return &numberMatcher{nullable: nullable, bounds: boundsOf(s)}, true
}

// lengthOf takes a largest length that an int64 cannot hold, which kin-openapi
// reads as a negative one, as 0.
func lengthOf(atLeast uint64, atMost *uint64) length {
	l := length{atLeast: atLeast, atMost: math.MaxInt64}
	if atMost != nil {
		if l.atMost = *atMost; l.atMost > math.MaxInt64 {
			l.atMost = 0
		}
	}
	return l
}

func boundsOf(s *openapi3.Schema) *bounds {
	if s.Min == nil && s.Max == nil {
		return nil
	}
	b := &bounds{min: math.Inf(-1), max: math.Inf(1)}
	if s.Min != nil {
		b.min, b.above = *s.Min, s.ExclusiveMin.IsTrue()
	}
	if s.Max != nil {
		b.max, b.below = *s.Max, s.ExclusiveMax.IsTrue()
	}
	return b
}
