package rules

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// jsonChecks read bodies as JSON text, strictly. What a body says is the
// business of the schema.
var jsonChecks = []exchangeCheck{
	jsonRule("json/syntax", "rfc8259#2", "A JSON body is JSON.", `{"id": "user_123"`, `{ "id" : "user_123" }`),
	jsonRule("json/bom", "rfc8259#8.1", "JSON has no byte order mark.", "EF BB BF before {", "a body that starts with white space"),
	jsonRule("json/utf-8", "rfc8259#8.1", "JSON is UTF-8.", `"Andr\xe9" in Latin-1`, `"André" in UTF-8`),
	jsonRule("json/surrogate", "rfc7493#2.1", "An escape stands for a character.", `"\ud83d"`, `"\ud83d\ude00"`),
	jsonRule("json/duplicate-name", "rfc7493#2.3", "A name stands once in an object.", `{"id":"a","id":"b"}`, `{"id":"a","ID":"b"} as far as JSON goes`),
	jsonRule("json/trailing", "rfc8259#2", "Nothing follows the JSON value.", `{"id":"a"}}`, `{"id":"a"} and a line end`),
	jsonRule("json/depth", "rfc8259#9", "A body is not nested deeper than 64 levels.", "100,000 brackets", "the four levels of a user list"),
	exchangeRule("json/number-range", rule.Violation, "rfc7493#2.2", "A number is one that a client can hold.",
		"9007199254740993 for an integer, 1e400", "9007199254740991, 68.4",
		func(c *pass.Call, r *rule.Rule) { eachNumber(c, func(n number) { checkNumberRange(c, r, n) }) }),
	exchangeRule("json/integer-form", rule.Assumption, "openapi.yaml", "An integer is written without fraction and exponent, as typed clients read it.",
		"4.0 or 1e3 for an integer", "4 for an integer, 4.0 for a number",
		checkJSONIntegerForm),
}

func checkJSONIntegerForm(c *pass.Call, r *rule.Rule) {
	eachNumber(c, func(n number) {
		if n.schema.Type.Is("integer") && strings.ContainsAny(string(n.text), ".eE") && n.whole() {
			c.Report(r, rule.Finding{Pointer: n.pointer, Spec: pass.Place(n.schema.Origin, ""),
				Message: "an integer is written with a fraction or an exponent; typed clients refuse it"})
		}
	})
}

// jsonRule is the row of a rule whose faults scan finds.
func jsonRule(id, source, title, breaks, holds string) exchangeCheck {
	return exchangeRule(id, rule.Violation, source, title, breaks, holds, func(c *pass.Call, r *rule.Rule) {
		if !c.ReadsJSON() {
			return
		}
		for _, fault := range c.Decode().Faults {
			if fault.Rule == r.ID {
				c.Report(r, rule.Finding{Pointer: fault.Pointer, Message: fault.Message})
			}
		}
	})
}

// number is a number in a body and the schema it stands under.
type number struct {
	text    json.Number
	pointer string
	schema  *openapi3.Schema
}

// whole tells whether the value is an integer, however it is written.
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
