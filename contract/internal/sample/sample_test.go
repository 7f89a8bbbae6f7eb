package sample_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
)

// Schemas of each keyword, and what their wrong values negate beside the type.
var schemas = map[string]struct{ schema, negates string }{
	"a choice":            {`{type: string, enum: [low, high]}`, "enum"},
	"a choice of three":   {`{allOf: [{type: string, enum: [a, B, c], default: a}], nullable: true}`, "enum"},
	"numbers to choose":   {`{type: integer, enum: [1, 2, 3]}`, "enum"},
	"yes or no":           {`{type: boolean}`, ""},
	"any whole":           {`{type: integer, format: int32, example: 3600}`, ""},
	"bounds":              {`{type: integer, minimum: 0, maximum: 5000}`, "minimum maximum"},
	"bounds left out":     {`{type: number, minimum: 0, exclusiveMinimum: true, maximum: 1, exclusiveMaximum: true, example: 0.25}`, "minimum maximum"},
	"one bound":           {`{type: number, minimum: -2.5}`, "minimum"},
	"negative alone":      {`{type: integer, maximum: -10}`, "maximum"},
	"all of 64 bits":      {`{type: integer, format: int64, minimum: -9223372036854775808, maximum: 9223372036854775807}`, ""},
	"steps":               {`{type: integer, multipleOf: 15, minimum: 10, maximum: 100}`, "minimum maximum multipleOf"},
	"steps of a half":     {`{type: number, multipleOf: 0.5}`, "multipleOf"},
	"text":                {`{type: string, minLength: 3, maxLength: 60}`, "minLength maxLength"},
	"short text":          {`{type: string, maxLength: 4}`, "maxLength"},
	"a day":               {`{type: string, format: date}`, "format"},
	"an instant":          {`{type: string, format: date-time}`, "format"},
	"a uuid":              {`{type: string, format: uuid}`, "format"},
	"an address":          {`{type: string, format: email}`, "format"},
	"a pattern":           {`{type: string, pattern: '^[A-Z]{2}-[0-9]{3,5}(x|yy)?$'}`, "pattern"},
	"an unknown format":   {`{type: string, format: isbn, example: '978-3-16-148410-0'}`, ""},
	"named values":        {`{type: string, x-onvy-examples: [nl, pt-BR]}`, ""},
	"an object":           {`{type: object, required: [a], additionalProperties: false, properties: {a: {type: integer, minimum: 1}, b: {type: string}, c: {type: string, readOnly: true}}}`, "a type a minimum b type required additionalProperties"},
	"a map":               {`{type: object, additionalProperties: {type: integer}}`, ""},
	"an array":            {`{type: array, minItems: 1, maxItems: 4, uniqueItems: true, items: {type: string, enum: [a, b, c, d, e, f]}}`, "minItems maxItems uniqueItems items type items enum"},
	"an array of arrays":  {`{type: array, items: {type: array, items: {type: number}}}`, "items type items items type"},
	"one of two":          {`{oneOf: [{type: object, required: [x], properties: {x: {type: integer}}}, {type: object, required: [y], properties: {y: {type: string}}}]}`, "x type required"},
	"a text or a number":  {`{oneOf: [{type: string}, {type: integer}]}`, ""},
	"a part of two kinds": {`{type: object, properties: {a: {anyOf: [{type: integer, maximum: 5}, {type: integer, minimum: 10, maximum: 20}]}}}`, "a type a maximum"},
	"bounds of two":       {`{allOf: [{type: integer, minimum: 0, maximum: 50}, {minimum: 10, maximum: 20}]}`, "minimum maximum"},
	"all but one":         {`{type: integer, minimum: 1, maximum: 3, not: {enum: [2]}}`, "minimum maximum"},
	"a named variant":     {`{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: Dog}}}`, "kind type lives type lives minimum lives maximum required"},
	"days of late":        {`{type: string, format: date, pattern: '^(2|1980|199)'}`, "format pattern"},
	"itself":              {`{$ref: '#/components/schemas/Tree'}`, ""},
}

const head = `{openapi: 3.0.3, info: {title: t, version: '1'}, paths: {}, components: {schemas: {
  Cat: {type: object, required: [kind], properties: {kind: {type: string}, lives: {type: integer, minimum: 0, maximum: 9}}},
  Dog: {type: object, required: [kind], properties: {kind: {type: string}, barks: {type: boolean}}},
  Tree: {type: object, properties: {name: {type: string}, children: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}, X: `

func load(t *testing.T, schema string) *openapi3.Schema {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(head + schema + "}}}"))
	require.NoError(t, err)
	return doc.Components.Schemas["X"].Value
}

// visit lets kin-openapi judge a value as it is after a way over the wire.
func visit(s *openapi3.Schema, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	return s.VisitJSON(value, openapi3.VisitAsRequest(), openapi3.EnableFormatValidation())
}

func TestWhatIsMadeIsTakenAndWhatIsWrongIsRefused(t *testing.T) {
	for name, c := range schemas {
		t.Run(name, func(t *testing.T) {
			s := load(t, c.schema)
			for seed := range uint64(50) {
				m := sample.Maker{Rand: rand.New(rand.NewPCG(seed, 1))}
				value, ok := m.Value(s)
				require.True(t, ok)
				require.NoError(t, visit(s, value), "%v", value)
			}
			for _, edge := range sample.Edges(s) {
				require.NoError(t, visit(s, edge), "%v", edge)
			}
			var negated []string
			for _, bad := range sample.Wrong(s) {
				if bad.Why != "type" && !slices.Contains(negated, bad.Why) {
					negated = append(negated, bad.Why)
				}
				if c.schema != schemas["an address"].schema && c.schema != schemas["a uuid"].schema { // formats that kin-openapi leaves alone
					require.Error(t, visit(s, bad.Value), "%s: %v", bad.Why, bad.Value)
				}
			}
			if name != "itself" {
				require.Equal(t, c.negates, strings.Join(negated, " "))
			}
		})
	}
}

func TestTheSameSeedMakesTheSame(t *testing.T) {
	s := load(t, schemas["an object"].schema)
	one, _ := sample.Maker{Rand: rand.New(rand.NewPCG(7, 7))}.Value(s)
	two, _ := sample.Maker{Rand: rand.New(rand.NewPCG(7, 7))}.Value(s)
	require.Equal(t, one, two)
}

func TestAnotherValueIsAnother(t *testing.T) {
	m := sample.Maker{Rand: rand.New(rand.NewPCG(1, 1))}
	for _, schema := range []string{`{type: boolean}`, `{type: string, enum: [metric, imperial], default: metric}`, `{type: object, properties: {on: {type: boolean}}}`} {
		s := load(t, schema)
		one, _ := m.Value(s)
		two, ok := m.Other(s, one)
		require.True(t, ok, schema)
		require.False(t, sample.Same(one, two))
		three, ok := m.Other(s, two)
		require.True(t, ok, schema)
		require.True(t, sample.Same(one, three))
	}
	_, ok := m.Other(load(t, `{type: string, enum: [only]}`), "only")
	require.False(t, ok)
}

// What nobody can make is said, not guessed.
func TestWhatCannotBeMadeIsSaid(t *testing.T) {
	m := sample.Maker{Rand: rand.New(rand.NewPCG(1, 1))}
	for _, schema := range []string{`{type: string, format: isbn}`, `{type: integer, minimum: 5, maximum: 4}`, `{}`, `{type: string, format: uuid, maxLength: 20}`, `{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]}`, `{type: object, required: [a], properties: {a: {type: string, format: isbn}}}`} {
		_, ok := m.Value(load(t, schema))
		require.False(t, ok, schema)
	}
}

// Every body that openapi.yaml documents can be made.
func TestEveryBodyOfTheSpecCanBeMade(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(onvy.Spec)
	require.NoError(t, err)
	m := sample.Maker{Rand: rand.New(rand.NewPCG(3, 1))}
	for name, ref := range doc.Components.Schemas {
		value, ok := m.Value(ref.Value)
		require.True(t, ok, name)
		require.NoError(t, visit(ref.Value, value), name)
	}
}
