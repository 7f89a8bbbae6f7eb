package accept

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/internal/accept/mutant"
)

// keywords lists, for each keyword, bodies that the matcher must accept, and
// bodies that it must leave to kin-openapi. A body is a property "v" of an object.
var keywords = []struct {
	why, schema string
	fine, left  []string
}{
	{
		why: "a type takes its own kind only", schema: `{type: string}`,
		fine: []string{`""`, `"a"`, `"\n"`}, left: []string{`1`, `true`, `null`, `{}`, `[]`},
	}, {
		why: "an integer is written as one", schema: `{type: integer}`,
		fine: []string{`0`, `-0`, `-7`, `9007199254740992`, `-9007199254740992`},
		left: []string{`1.0`, `1e2`, `9007199254740993`, `-9007199254740993`, `9223372036854775808`, `-9223372036854775809`, `1` + strings.Repeat("0", 400), `"1"`, `true`, `null`, `{}`},
	}, {
		why: "int32 has 32 bits", schema: `{type: integer, format: int32}`,
		fine: []string{`2147483647`, `-2147483648`}, left: []string{`2147483648`, `-2147483649`},
	}, {
		why: "int64 has more bits than clients have", schema: `{type: integer, format: int64}`,
		fine: []string{`9007199254740992`, `-9007199254740992`}, left: []string{`9007199254740993`, `9223372036854775807`, `9223372036854775808`},
	}, {
		why: "a format nobody defined is no format", schema: `{type: integer, format: uint8}`,
		fine: []string{`256`, `-1`},
	}, {
		why: "a number fits a float64", schema: `{type: number, format: double}`,
		fine: []string{`0`, `-0.0`, `1e308`, `1e-400`, `0.1`, `1` + strings.Repeat("0", 308), strings.Repeat("9", 200)},
		left: []string{`1e309`, `-1e309`, `1` + strings.Repeat("0", 309), `"1"`, `false`, `null`, `[]`},
	}, {
		why: "minimum and maximum belong to the range", schema: `{type: number, minimum: 1, maximum: 2.5}`,
		fine: []string{`1`, `2.5`, `25e-1`}, left: []string{`0.99`, `2.51`, `-2`, `1e309`, `null`},
	}, {
		why: "exclusive bounds do not", schema: `{type: number, minimum: 1, exclusiveMinimum: true, maximum: 2, exclusiveMaximum: true}`,
		fine: []string{`1.5`}, left: []string{`1`, `1.0`, `2`},
	}, {
		why: "exclusive without a bound is nothing", schema: `{type: integer, exclusiveMinimum: true, exclusiveMaximum: true}`,
		fine: []string{`-1`, `1`},
	}, {
		why: "integers have bounds too", schema: `{type: integer, minimum: 1, maximum: 1000}`,
		fine: []string{`1`, `1000`}, left: []string{`0`, `1001`, `-1`, `1e2`},
	}, {
		why: "exclusive bounds of integers", schema: `{type: integer, minimum: 0, exclusiveMinimum: true, maximum: 3, exclusiveMaximum: false}`,
		fine: []string{`1`, `3`}, left: []string{`0`, `-0`, `4`},
	}, {
		why: "a boolean is a literal", schema: `{type: boolean}`,
		fine: []string{`true`, `false`}, left: []string{`"true"`, `0`, `null`, `[]`, `{}`},
	}, {
		why: "an enum is closed", schema: `{type: string, enum: [male, 'ot"her', 'd\u', "tab\t"]}`,
		fine: []string{`"male"`, `"m\u0061le"`, `"ot\"her"`, `"d\\u"`, `"tab\t"`},
		left: []string{`"Male"`, `""`, `"d\u0000"`, `"femal"`, `null`, `1`},
	}, {
		why: "an enum member of another type is not equal to a string", schema: `{type: string, enum: [a, 1], nullable: true}`,
		fine: []string{`"a"`, `null`}, left: []string{`"1"`, `1`},
	}, {
		why: "a pattern is found anywhere unless it is anchored", schema: `{type: string, pattern: 'b+\.'}`,
		fine: []string{`"abb.c"`, `"\u0062."`}, left: []string{`"ab"`, `""`},
	}, {
		why: "lengths are in code points", schema: `{type: string, minLength: 2, maxLength: 3}`,
		fine: []string{`"ab"`, `"äöü"`, `"🦄🦄🦄"`, `"\ud83e\udd84\u00e4"`, `"\n\\\""`},
		left: []string{`"a"`, `"abcd"`, `"🦄"`, `"\ud83e\udd84"`, `"\u00e4"`},
	}, {
		why: "a date is in the calendar", schema: `{type: string, format: date}`,
		fine: []string{`"2024-02-29"`, `"2000-02-29"`, `"0000-01-01"`, `"9999-12-31"`, `"2026-04-30"`, `"2026\u002d04-30"`},
		left: []string{`"2023-02-29"`, `"1900-02-29"`, `"2026-04-31"`, `"2026-00-01"`, `"2026-13-01"`, `"2026-01-00"`, `"2026-01-32"`,
			`"2026-1-01"`, `"26-01-01"`, `"2026/01-01"`, `"2026-01/01"`, `"2026-01-01 "`, `"2026-01-01T00:00:00Z"`, `"+026-01-01"`, `"٢٠٢٦-01-01"`, `""`},
	}, {
		why: "a date-time has a zone", schema: `{type: string, format: date-time}`,
		fine: []string{`"2026-03-05T18:10:27Z"`, `"2026-03-05T18:10:27.5Z"`, `"2026-03-05T18:10:27.123456789012Z"`,
			`"2026-03-05T18:10:27+05:30"`, `"2026-03-05T23:59:59.0-23:59"`, `"2024-02-29T00:00:00-00:00"`},
		left: []string{`"2026-03-05T18:10:27"`, `"2026-03-05 18:10:27Z"`, `"2026-03-05t18:10:27Z"`, `"2026-03-05T18:10:27z"`,
			`"2026-02-29T18:10:27Z"`, `"2026-03-05T24:00:00Z"`, `"2026-03-05T18:60:27Z"`, `"2026-03-05T18:10:61Z"`, `"2026-03-05T18:10:60Z"`,
			`"2026-03-05T18:10Z"`, `"2026-03-05T18:10:27.Z"`, `"2026-03-05T18:10:27,5Z"`, `"2026-03-05T18:10:27+0530"`, `"2026-03-05T18:10:27+05"`,
			`"2026-03-05T18:10:27+24:00"`, `"2026-03-05T18:10:27+05:60"`, `"2026-03-05T18:10:27ZZ"`, `"2026-03-05T18:10:27.5"`, `"2026-03-05T18-10:27Z"`,
			`"2026-03-05T18:10-27Z"`, `"2026-03-05"`, `"2026-03-05T18:10:27 05:30"`, `1772734227`, `""`},
	}, {
		why: "byte is base64 to kin-openapi", schema: `{type: string, format: byte}`,
		fine: []string{`""`, `"U3dhZ2dlciByb2Nrcw=="`, `"_-"`}, left: []string{`"a b"`, `"=a"`, `"ä"`},
	}, {
		why: "kin-openapi has no email format", schema: `{type: string, format: email}`,
		fine: []string{`"anything"`},
	}, {
		why: "an array takes its items", schema: `{type: array, items: {type: integer}}`,
		fine: []string{`[]`, `[1]`, `[ 1 , 2 ]`}, left: []string{`[1,]`, `[,1]`, `[1 2]`, `["1"]`, `[null]`, `[[1]]`, `[1`, `[1}`, `{}`, `null`},
	}, {
		why: "minItems and maxItems", schema: `{type: array, minItems: 1, maxItems: 2, items: {type: integer}}`,
		fine: []string{`[1]`, `[1,2]`}, left: []string{`[]`, `[1,2,3]`},
	}, {
		why: "nullable takes null", schema: `{type: object, nullable: true, properties: {a: {type: string, nullable: true}}}`,
		fine: []string{`null`, `{"a":null}`, `{}`}, left: []string{`{"a":1}`, `[]`, `nul`},
	}, {
		why: "nullable of the other types", schema: `{type: object, properties: {a: {type: integer, nullable: true}, b: {type: number, nullable: true},
			c: {type: boolean, nullable: true}, d: {type: array, nullable: true, items: {type: string}}, e: {type: string, format: date, nullable: true}}}`,
		fine: []string{`{"a":null,"b":null,"c":null,"d":null,"e":null}`, `{"e":"2026-01-01","d":["x"],"c":true,"b":1,"a":1}`},
		left: []string{`{"e":""}`, `{"a":""}`, `{"b":""}`, `{"c":""}`, `{"d":""}`},
	}, {
		why: "allOf of one is its schema", schema: `{allOf: [{type: string, enum: [a]}]}`,
		fine: []string{`"a"`}, left: []string{`"b"`, `null`},
	}, {
		why: "nullable beside allOf takes null", schema: `{nullable: true, allOf: [{type: string, enum: [a]}]}`,
		fine: []string{`"a"`, `null`}, left: []string{`"b"`},
	}, {
		why: "nullable inside allOf takes null", schema: `{allOf: [{allOf: [{type: integer, nullable: true}]}]}`,
		fine: []string{`1`, `null`}, left: []string{`"b"`},
	}, {
		why: "required properties are there, null or not", schema: `{type: object, required: [a, b], properties: {a: {type: string, nullable: true}, b: {type: string}, c: {type: string}}}`,
		fine: []string{`{"a":null,"b":""}`, `{"b":"","c":"","a":""}`}, left: []string{`{"a":""}`, `{"b":"","c":""}`, `{}`},
	}, {
		why: "an object without properties has none", schema: `{type: object}`,
		fine: []string{`{}`}, left: []string{`{"a":1}`, `null`},
	}, {
		why: "a property is not accepted for being allowed", schema: `{type: object, additionalProperties: {type: string}, properties: {a: {type: string}}}`,
		fine: []string{`{"a":""}`}, left: []string{`{"b":""}`},
	}, {
		why: "writeOnly is not for responses, readOnly is", schema: `{type: object, required: [a, b], properties: {a: {type: string, writeOnly: true}, b: {type: string, readOnly: true}}}`,
		fine: []string{`{"b":""}`}, left: []string{`{"a":"","b":""}`, `{}`},
	}, {
		why: "annotations say nothing about a value", schema: `{type: string, title: T, description: D, default: a, example: b, deprecated: true, externalDocs: {url: 'https://onvy.health'}, x-onvy-source: assumed}`,
		fine: []string{`""`},
	}, {
		why: "names need not be ASCII", schema: `{type: object, properties: {größe: {type: integer}, "a/b~c": {type: integer}}}`,
		fine: []string{`{"größe":1,"a/b~c":2}`}, left: []string{`{"gr\u00f6\u00dfe":1}`, `{"GRÖSSE":1}`},
	},
}

func TestKeywordsMeanWhatTheyMeanToKinOpenAPI(t *testing.T) {
	for _, k := range keywords {
		t.Run(k.why, func(t *testing.T) {
			schema := parseSchema(t, `{type: object, properties: {v: `+k.schema+`}}`)
			m := Compile(schema)
			require.NotNil(t, m)
			for _, v := range k.fine {
				body := []byte(`{"v":` + v + `}`)
				require.True(t, m.Accepts(body), "%.80s", v)
				require.NoError(t, mutant.KinVerdict(schema.Value, body))
			}
			for _, v := range k.left {
				require.False(t, m.Accepts([]byte(`{"v":`+v+`}`)), "%.80s", v)
			}
		})
	}
}

// parseSchema reads a schema that may refer to the Tree.
func parseSchema(t testing.TB, schema string) *openapi3.SchemaRef {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(`{openapi: 3.0.3, info: {title: t, version: v}, paths: {}, components: {schemas: {
		Tree: {type: object, properties: {
			leaf: {type: integer},
			left: {nullable: true, allOf: [{$ref: '#/components/schemas/Tree'}]},
			more: {type: array, items: {$ref: '#/components/schemas/Tree'}}}},
		Tested: ` + schema + `}}}`))
	require.NoError(t, err, schema)
	return doc.Components.Schemas["Tested"]
}
