package spec_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// ahead puts text in front of a line of the shipped spec. A § in it stands
// where the mistake is, and is taken out.
func ahead(t *testing.T, line, text string) (whole []byte, at string) {
	t.Helper()
	whole = edited(t, line, text+line)
	before, after, marked := bytes.Cut(whole, []byte("§"))
	require.True(t, marked)
	at = fmt.Sprintf("openapi.yaml:%d:%d: ", 1+bytes.Count(before, []byte("\n")), len(before)-bytes.LastIndexByte(before, '\n'))
	return append(before, after...), at
}

func refusedAt(t *testing.T, says, line, text string) {
	t.Helper()
	whole, at := ahead(t, line, text)
	_, err := spec.Parse(whole)
	require.Error(t, err)
	require.True(t, strings.HasPrefix(err.Error(), at), "%s is not at %s", err, at)
	require.Contains(t, err.Error(), says)
	require.NotContains(t, err.Error(), "\n", "one line")
}

func TestAMistakeInASchemaIsRefusedWithItsPlace(t *testing.T) {
	for name, c := range map[string]struct{ schema, says string }{
		"an unknown type":           {"{§type: bool}", `schema "Wrong": unsupported 'type' value "bool"`},
		"of a property":             {"\n      type: object\n      properties:\n        a: {type: string}\n        b:\n          §type: strng", `"strng"`},
		"of a property of one":      {"\n      type: object\n      properties:\n        a:\n          type: object\n          properties:\n            b: {§type: strng}", `"strng"`},
		"in an allOf":               {"\n      allOf:\n        - {$ref: '#/components/schemas/Gender'}\n        - type: object\n          properties:\n            b: {§type: strng}", `"strng"`},
		"of items":                  {"{type: array, items: {§type: strng}}", `"strng"`},
		"of the values of a map":    {"{type: object, additionalProperties: {§type: strng}}", `"strng"`},
		"a pattern":                 {"{type: string, §pattern: '(a'}", "error parsing regexp: missing closing )"},
		"a pattern of another kind": {"{type: string, §pattern: '(?=a)'}", "error parsing regexp"},
		"an example":                {"\n      type: integer\n      §example: none", "invalid example: value must be an integer"},
		"an example of an object":   {"{type: object, properties: {a: {type: integer}}, §example: {a: x}}", `Error at "/a": value must be an integer`},
		"a default":                 {"{type: string, maxLength: 2, §default: long}", "invalid default: maximum string length is 2"},
		"a length that is none":     {"{type: string, §minLength: x}", "cannot construct !!str `x` into uint64"},
		"lengths that cross":        {"{type: string, minLength: 5, maxLength: §3}", "nothing is between minLength 5 and maxLength 3"},
		"numbers that cross":        {"{type: number, minimum: 0.5, maximum: §-1}", "nothing is between minimum 0.5 and maximum -1"},
		"a value twice":             {"{type: string, enum: [a, b, §a]}", `the enum has "a" twice`},
		"required twice":            {"{type: object, required: [a, b, §a]}", `duplicate field "a" in required`},
		"required that is no list":  {"{type: object, §required: true}", "cannot construct !!bool"},
		"a list of nothing":         {"§{type: array}", "schema 'items' must be non-null"},
		"a property of nothing":     {"\n      type: object\n      properties:\n        §a:", "value MUST be an object"},
		"a misspelled keyword":      {"{type: string, §minLenght: 3}", "extra sibling fields: [minLenght]"},
		"a keyword of later days":   {"{type: integer, §const: 3}", "const is for OpenAPI >=3.1"},
		"a multiple of nothing":     {"{type: integer, §multipleOf: 0}", "multipleOf must be greater than zero"},
		"for nobody":                {"{type: string, readOnly: true, §writeOnly: true}", "both readOnly and writeOnly"},
	} {
		t.Run(name, func(t *testing.T) {
			text := "    Wrong: " + c.schema + "\n"
			if rest, ok := strings.CutPrefix(c.schema, "§"); ok {
				text = "    §Wrong: " + rest + "\n"
			}
			refusedAt(t, c.says, "    Gender:\n", text)
		})
	}
}

func TestAMistakeElsewhereIsRefusedWithItsPlace(t *testing.T) {
	const operation = "      summary: Get a user\n"
	for name, c := range map[string]struct{ line, text, says string }{
		"a parameter without schema": {operation, "      parameters: [{§name: x, in: query}]\n", "must contain exactly one of content and schema"},
		"one with two":               {operation, "      parameters:\n        - §{name: x, in: query, schema: {type: string}, content: {text/plain: {}}}\n", "both schema and content"},
		"one of nowhere":             {operation, "      parameters: [{name: x, §in: body, schema: {type: string}}]\n", `'in' value "body"`},
		"one of nothing":             {operation, "      parameters:\n        -§ \n", "invalid parameter: value MUST be an object"},
		"one that is a schema":       {operation, "      parameters:\n        - §{$ref: '#/components/schemas/Gender'}\n", "expecting ref to parameter object"},
		"one twice":                  {operation, "      parameters: [{name: x, in: query, schema: {type: string}}, {§name: x, in: query, schema: {type: string}}]\n", "more than one"},
		"the type of one":            {operation, "      parameters: [{name: x, in: query, schema: {§type: strng}}]\n", `"strng"`},
		"the example of one":         {operation, "      parameters: [{name: x, in: query, schema: {type: integer}, §example: y}]\n", "invalid example"},
		"an example of a body":       {operation, "      requestBody: {content: {text/plain: {schema: {type: string}, examples: {a: {§value: 3}}}}}\n", "example a: value must be a string"},
		"a body of nothing":          {operation, "      §requestBody: {}\n", "content of the request body is required"},
		"an unknown scheme":          {operation, "      security: [{§nobody: []}]\n", `undefined security scheme "nobody"`},
		"a misspelled field":         {operation, "      §operationid: x\n", "extra sibling fields: [operationid]"},
		"documentation of nowhere":   {operation, "      §externalDocs: {url: ':'}\n", "url is incorrect"},
		"a path":                     {"  /users:\n", "  §users: {}\n", "does not start with a forward slash"},
		"a path twice":               {"  /users:\n", "  §/users/{id}: {}\n", "conflicting paths"},
		"a response without words":   {"    UserFound:\n", "    §Wrong: {}\n", "a short description of the response is required"},
		"a header without schema":    {"    NoStore:\n", "    §Wrong: {}\n", "must contain exactly one of content and schema"},
		"the name of a component":    {"    NoStore:\n", "    §not good: {schema: {type: string}}\n", `identifier "not good"`},
		"a misspelled section":       {"paths:\n", "§path: {}\n", "extra sibling fields: [path]"},
	} {
		t.Run(name, func(t *testing.T) { refusedAt(t, c.says, c.line, c.text) })
	}
}

// Where the mistake is counts, not who uses it.
func TestAMistakeInWhatTwoOperationsUseIsRefusedWhereItStands(t *testing.T) {
	whole, at := ahead(t, "    Gender:\n", "    Wrong:\n      type: object\n      properties:\n        a: {§type: strng}\n")
	use := []byte("schema: {$ref: '#/components/schemas/Wrong'}")
	for _, old := range []string{"schema: {$ref: '#/components/schemas/UserCreate'}", "schema: {$ref: '#/components/schemas/UserUpdate'}"} {
		require.Contains(t, string(whole), old)
		whole = bytes.Replace(whole, []byte(old), use, 1)
	}
	_, err := spec.Parse(whole)
	require.ErrorContains(t, err, at)
	require.ErrorContains(t, err, `"strng"`)
}

// Whatever is spoiled, and whoever refuses it: kin-openapi says much of it without a
// place, or on many lines.
func TestEveryMistakeHasAPlaceAndOneLine(t *testing.T) {
	var lines []int
	text := strings.Split(string(onvy.Spec), "\n")
	for i := 0; i < len(text); i += 5 {
		lines = append(lines, i)
	}
	placed := regexp.MustCompile(`^openapi\.yaml:\d+:(\d+:)? .+$`)
	refused := 0
	for _, i := range needs.Sample(t, lines, 19) {
		name, _, _ := strings.Cut(text[i], ":")
		for _, spoiled := range []string{"", name + ": 7", name + ": {zz: 1}", name + ": [x]", name + ":", name + "z" + text[i][len(name):], strings.Replace(text[i], ": string", ": strng", 1)} {
			whole := slices.Concat(text[:i], []string{spoiled}, text[i+1:])
			if _, err := spec.Parse([]byte(strings.Join(whole, "\n"))); err != nil {
				require.Regexp(t, placed, err.Error(), "%q instead of line %d", spoiled, i+1)
				refused++
			}
		}
	}
	require.Greater(t, refused, 30)
}

// Data, and names of the author's own, may be what keywords are called.
func TestNamesLikeKeywordsAreFine(t *testing.T) {
	loaded(t, edited(t, "    Gender:\n", `    Fine:
      type: object
      properties:
        enum: {type: array, items: {type: string}}
        minLength: {type: integer}
        maxLength: {type: integer}
        example: {$ref: '#/components/schemas/Gender'}
      example: {minLength: 5, maxLength: 3, enum: [a, a]}
      x-other: {minLength: 5, maxLength: 3}
    Gender:
`))
	whole, at := ahead(t, "    Gender:\n", "    Wrong: {type: object, properties: {value: {$ref: §'#/components/schemas/Nobody'}}}\n")
	_, err := spec.Parse(whole)
	require.ErrorContains(t, err, at+"the $ref #/components/schemas/Nobody leads nowhere")
}
