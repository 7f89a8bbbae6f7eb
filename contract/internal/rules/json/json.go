// Package json has the rules that read bodies as JSON text, strictly. What a body
// says is the business of the schema.
package json

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/rule"
)

var Syntax = pass.NewRule(checkJSON, rule.Rule{
	ID: ruleid.JSONSyntax, Level: rule.Violation, Source: "rfc8259#2",
	Title:  "A JSON body MUST be valid JSON.",
	Breaks: `{"id": "user_123"`,
	Holds:  `{ "id" : "user_123" }`,
})

var BOM = pass.NewRule(checkJSON, rule.Rule{
	ID: ruleid.JSONBOM, Level: rule.Violation, Source: "rfc8259#8.1",
	Title:  "JSON MUST NOT begin with a byte order mark (BOM).",
	Breaks: "EF BB BF before {",
	Holds:  "a body that starts with white space",
})

var UTF8 = pass.NewRule(checkJSON, rule.Rule{
	ID: ruleid.JSONUTF8, Level: rule.Violation, Source: "rfc8259#8.1",
	Title:  "JSON MUST be encoded in UTF-8.",
	Breaks: `"Andr\xe9" in Latin-1`,
	Holds:  `"André" in UTF-8`,
})

var Surrogate = pass.NewRule(checkJSON, rule.Rule{
	ID: ruleid.JSONSurrogate, Level: rule.Violation, Source: "rfc7493#2.1",
	Title:  `A \u escape MUST NOT be half of a surrogate pair.`,
	Breaks: `"\ud83d"`,
	Holds:  `"\ud83d\ude00"`,
})

var DuplicateName = pass.NewRule(checkJSON, rule.Rule{
	ID: ruleid.JSONDuplicateName, Level: rule.Violation, Source: "rfc7493#2.3",
	Title:  "A JSON object MUST NOT have duplicate names.",
	Breaks: `{"id":"a","id":"b"}`,
	Holds:  `{"id":"a","ID":"b"} as far as JSON goes`,
})

var Trailing = pass.NewRule(checkJSON, rule.Rule{
	ID: ruleid.JSONTrailing, Level: rule.Violation, Source: "rfc8259#2",
	Title:  "Nothing but white space MUST follow the JSON value.",
	Breaks: `{"id":"a"}}`,
	Holds:  `{"id":"a"} and a line end`,
})

var Depth = pass.NewRule(checkJSON, rule.Rule{
	ID: ruleid.JSONDepth, Level: rule.Violation, Source: "rfc8259#9",
	Title:  "JSON MUST NOT be nested deeper than 64 levels.",
	Breaks: "100,000 brackets",
	Holds:  "the four levels of a user list",
})

var NumberRange = pass.NewRule(func(c *pass.Call, r *rule.Rule) { eachNumber(c, func(n number) { checkNumberRange(c, r, n) }) }, rule.Rule{
	ID: "json/number-range", Level: rule.Violation, Source: "rfc7493#2.2",
	Title:  "A number MUST fit into a double, an integer into 2^53 (I-JSON).",
	Breaks: "9007199254740993 for an integer, 1e400",
	Holds:  "9007199254740991, 68.4",
})

var IntegerForm = pass.NewRule(checkIntegerForm, rule.Rule{
	ID: "json/integer-form", Level: rule.Assumption, Source: "openapi.yaml",
	Title:  "An integer SHOULD be written without fraction and exponent, as typed clients read it.",
	Breaks: "4.0 or 1e3 for an integer",
	Holds:  "4 for an integer, 4.0 for a number",
})

func checkIntegerForm(c *pass.Call, r *rule.Rule) {
	eachNumber(c, func(n number) {
		if n.schema.Type.Is("integer") && strings.ContainsAny(string(n.text), ".eE") && n.whole() {
			c.Report(r, rule.Finding{Pointer: n.pointer, Spec: pass.Place(n.schema.Origin, ""),
				Message: "an integer is written with a fraction or an exponent; typed clients refuse it"})
		}
	})
}

// checkJSON reports the faults of a rule that reading the body strictly finds.
func checkJSON(c *pass.Call, r *rule.Rule) {
	if !c.ReadsJSON() {
		return
	}
	for _, fault := range c.Decode().Faults {
		if fault.Rule == r.ID {
			c.Report(r, rule.Finding{Pointer: fault.Pointer, Message: fault.Message})
		}
	}
}

// number is a number in a body and the schema it stands under.
type number struct {
	text    json.Number
	pointer string
	schema  *openapi3.Schema
}

// whole reports whether the value is an integer, however it is written.
func (n number) whole() bool {
	f, err := n.text.Float64()
	return err == nil && f == float64(int64(f))
}

// eachNumber visits the numbers of the body that the schema documents.
func eachNumber(c *pass.Call, visit func(number)) {
	if !c.ReadsJSON() || c.Media == nil || c.Media.Schema == nil || !c.Decode().OK {
		return
	}
	var walk func(value any, schema *openapi3.SchemaRef, path []string)
	walk = func(value any, schema *openapi3.SchemaRef, path []string) {
		switch value := value.(type) {
		case json.Number:
			visit(number{value, mask.Path(path), schema.Value})
		case []any:
			for _, item := range value {
				if next := pass.Child(schema.Value, "0"); next != nil {
					walk(item, next, append(path, "0"))
				}
			}
		case map[string]any:
			for _, name := range read.Keys(value) {
				if next := pass.Child(schema.Value, name); next != nil {
					walk(value[name], next, append(path, name))
				}
			}
		}
	}
	walk(c.Decode().Value, c.Media.Schema, nil)
}

var maxSafe = big.NewInt(1 << 53)

func checkNumberRange(c *pass.Call, r *rule.Rule, n number) {
	f, err := strconv.ParseFloat(string(n.text), 64)
	switch {
	case err != nil:
		c.Report(r, rule.Finding{Pointer: n.pointer, Message: "the number is beyond what a 64-bit float can hold", Spec: pass.Place(n.schema.Origin, "")})
	case n.schema.Type.Is("integer") && f != 0 && !strings.ContainsAny(string(n.text), ".eE"):
		if i, ok := new(big.Int).SetString(string(n.text), 10); ok && i.CmpAbs(maxSafe) > 0 {
			c.Report(r, rule.Finding{Pointer: n.pointer, Message: "the integer is beyond 2^53; clients lose its last digits", Spec: pass.Place(n.schema.Origin, "")})
		}
	}
}
