package accept

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/accept/mutant"
	"github.com/onvy-health/onvy-go/contract/internal/read"
)

func TestASchemaMayReferToItself(t *testing.T) {
	m := Compile(parseSchema(t, `{$ref: '#/components/schemas/Tree'}`))
	require.NotNil(t, m)
	require.True(t, m.Accepts([]byte(`{"leaf":1,"left":{"leaf":2},"more":[{},{"left":null}]}`)))
	require.False(t, m.Accepts([]byte(`{"leaf":1,"left":{"leaf":"2"}}`)))
	require.False(t, m.Accepts([]byte(`{"more":[{"more":[null]}]}`)))

	nested := func(n int, open, end string) []byte {
		return []byte(strings.Repeat(open, n-1) + "{}" + strings.Repeat(end, n-1))
	}
	require.True(t, m.Accepts(nested(read.MaxDepth, `{"left":`, `}`)))
	require.False(t, m.Accepts(nested(read.MaxDepth+1, `{"left":`, `}`)))
	require.True(t, m.Accepts(nested(read.MaxDepth, `{"left":`, `}`)), "the reader has come back up")
	require.False(t, m.Accepts(nested(read.MaxDepth, `{"more":[`, `]}`)))
}

// There is no fast path for these: kin-openapi judges alone.
func TestASchemaWithAnotherKeywordIsNotCompiled(t *testing.T) {
	for _, schema := range []string{
		`{}`,
		`{nullable: true}`,
		`{properties: {a: {type: string}}}`,
		`{oneOf: [{type: string}]}`,
		`{anyOf: [{type: string}]}`,
		`{not: {type: string}}`,
		`{allOf: [{type: string}, {minLength: 1}]}`,
		`{allOf: [{type: string}], minLength: 1}`,
		`{allOf: [{type: string}], type: string}`,
		`{allOf: [{}]}`,
		`{allOf: [{type: string}], not: {type: integer}}`,
		`{type: string, not: {type: integer}}`,
		`{type: string, minimum: 1}`,
		`{type: string, pattern: '\u00E4'}`,
		`{type: string, pattern: '\\u00E4'}`,
		`{type: integer, enum: [1]}`,
		`{type: integer, multipleOf: 2}`,
		`{type: number, multipleOf: 0.5}`,
		`{type: number, enum: [1]}`,
		`{type: number, minLength: 1}`,
		`{type: boolean, enum: [true]}`,
		`{type: array, items: {}}`,
		`{type: array, items: {type: string}, uniqueItems: true}`,
		`{type: array, items: {type: string}, enum: [[a]]}`,
		`{type: object, minProperties: 1}`,
		`{type: object, maxProperties: 1}`,
		`{type: object, properties: {a: {}}}`,
		`{type: object, properties: {a: {type: string}}, discriminator: {propertyName: a}}`,
		`{type: object, required: [a]}`,
		`{type: object, properties: {"a\\b": {type: string}}}`,
		`{type: object, properties: {"a\"b": {type: string}}}`,
		`{type: object, properties: {"a\tb": {type: string}}}`,
		`{type: array, items: {type: object, properties: {a: {type: string, not: {}}}}}`,
	} {
		require.Nil(t, Compile(parseSchema(t, schema)), schema)
	}
}

func TestASchemaIsCompiledUpTo64Properties(t *testing.T) {
	for n, compiled := range map[int]bool{64: true, 65: false} {
		s := openapi3.NewObjectSchema()
		var body strings.Builder
		for i := range n {
			name := string(rune('A' + i))
			if name == `\` {
				name = "backslash"
			}
			s.WithProperty(name, openapi3.NewStringSchema())
			s.Required = append(s.Required, name)
			body.WriteString(`,"` + name + `":""`)
		}
		m := Compile(s.NewRef())
		require.Equal(t, compiled, m != nil)
		if compiled {
			require.True(t, m.Accepts([]byte("{"+body.String()[1:]+"}")))
			require.False(t, m.Accepts([]byte("{"+body.String()[8:]+"}")), "one is missing")
		}
	}
}

func TestWhatYAMLCannotSayIsHandledToo(t *testing.T) {
	tooLong := uint64(1 << 63) // kin-openapi reads it as negative
	for _, s := range []*openapi3.Schema{
		{Type: &openapi3.Types{"string"}, MaxLength: &tooLong},
		{Type: &openapi3.Types{"array"}, MaxItems: &tooLong, Items: openapi3.NewStringSchema().NewRef()},
	} {
		m := Compile(s.NewRef())
		for _, body := range []string{`"a"`, `["a"]`} {
			require.False(t, m.Accepts([]byte(body)))
			require.Error(t, mutant.KinVerdict(s, []byte(body)))
		}
	}
	loop := &openapi3.Schema{}
	loop.AllOf = openapi3.SchemaRefs{loop.NewRef()}
	for _, ref := range []*openapi3.SchemaRef{
		nil,
		{Ref: "#/unresolved"},
		loop.NewRef(),
		openapi3.NewArraySchema().NewRef(),
		openapi3.NewObjectSchema().WithPropertyRef("a", nil).NewRef(),
		openapi3.NewStringSchema().WithPattern("(").NewRef(),
		openapi3.NewSchema().WithTypes("string", "null").NewRef(),
		openapi3.NewFloat64Schema().WithExclusiveMinValue(1).NewRef(),
		{Value: &openapi3.Schema{Type: &openapi3.Types{"string"}, Const: "a"}},
	} {
		require.Nil(t, Compile(ref))
	}
}

func TestAFormatThatKinOpenAPIHasLearntIsLeftToIt(t *testing.T) {
	ipv4 := openapi3.NewStringSchema().WithFormat("ipv4").NewRef()
	even := openapi3.NewIntegerSchema().WithFormat("even").NewRef()
	half := openapi3.NewFloat64Schema().WithFormat("half").NewRef()
	for _, ref := range []*openapi3.SchemaRef{ipv4, even, half} {
		require.NotNil(t, Compile(ref))
	}
	openapi3.DefineIPv4Format()
	openapi3.DefineIntegerFormatValidator("even", openapi3.NewRangeFormatValidator[int64](0, 0))
	openapi3.DefineNumberFormatValidator("half", openapi3.NewRangeFormatValidator(0.5, 0.5))
	t.Cleanup(func() {
		delete(openapi3.SchemaStringFormats, "ipv4")
		delete(openapi3.SchemaIntegerFormats, "even")
		delete(openapi3.SchemaNumberFormats, "half")
	})
	for _, ref := range []*openapi3.SchemaRef{ipv4, even, half} {
		require.Nil(t, Compile(ref))
	}
}
