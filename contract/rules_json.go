package contract

import (
	"bytes"
	"math/big"
	"strconv"
	"strings"

	"encoding/json"

	"github.com/getkin/kin-openapi/openapi3"
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
	exchangeRule("json/number-range", Violation, "rfc7493#2.2", "A number is one that a client can hold.",
		"9007199254740993 for an integer, 1e400", "9007199254740991, 68.4",
		func(c *call, r *Rule) { c.eachNumber(func(n number) { checkNumberRange(c, r, n) }) }),
	exchangeRule("json/integer-form", Assumption, "openapi.yaml", "An integer is written without fraction and exponent, as typed clients read it.",
		"4.0 or 1e3 for an integer", "4 for an integer, 4.0 for a number",
		checkJSONIntegerForm),
}

func checkJSONIntegerForm(c *call, r *Rule) {
	c.eachNumber(func(n number) {
		if n.schema.Type.Is("integer") && strings.ContainsAny(string(n.text), ".eE") && n.whole() {
			c.finding(r, Finding{Pointer: n.pointer, Spec: place(n.schema.Origin, ""),
				Message: "an integer is written with a fraction or an exponent; typed clients refuse it"})
		}
	})
}

// jsonRule is the row of a rule whose faults scan finds.
func jsonRule(id, source, title, breaks, holds string) exchangeCheck {
	return exchangeRule(id, Violation, source, title, breaks, holds, func(c *call, r *Rule) {
		if !c.readsJSON() {
			return
		}
		for _, fault := range c.decode().faults {
			if fault.rule == r.ID {
				c.finding(r, Finding{Pointer: fault.pointer, Message: fault.message})
			}
		}
	})
}

// readsJSON tells whether there is a body that is or should be JSON and that
// the fast path has not accepted.
func (c *call) readsJSON() bool {
	if c.clean || !c.bodyKnown() || len(bytes.TrimSpace(c.x.Response.Body)) == 0 ||
		c.x.Request.Method == "HEAD" {
		return false
	}
	if c.resp != nil && len(c.resp.Content) == 0 || undecoded(c.x.Response) {
		return false
	}
	return isJSON(c.contentType) || c.op != nil && c.contentType != "text/html" && c.status()/100 == 2
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
func (c *call) eachNumber(visit func(number)) {
	if !c.readsJSON() || c.media == nil || c.media.Schema == nil || !c.decode().ok {
		return
	}
	var walk func(value any, schema *openapi3.SchemaRef, path []string)
	walk = func(value any, schema *openapi3.SchemaRef, path []string) {
		switch value := value.(type) {
		case json.Number:
			visit(number{value, maskPath(path), schema.Value})
		case []any:
			for _, item := range value {
				if next := child(schema.Value, "0"); next != nil {
					walk(item, next, append(path, "0"))
				}
			}
		case map[string]any:
			for name, item := range value {
				if next := child(schema.Value, name); next != nil {
					walk(item, next, append(path, name))
				}
			}
		}
	}
	walk(c.decode().value, c.media.Schema, nil)
}

var maxSafe = big.NewInt(1 << 53)

func checkNumberRange(c *call, r *Rule, n number) {
	f, err := strconv.ParseFloat(string(n.text), 64)
	switch {
	case err != nil:
		c.finding(r, Finding{Pointer: n.pointer, Message: "the number is beyond what a 64-bit float can hold", Spec: place(n.schema.Origin, "")})
	case n.schema.Type.Is("integer") && f != 0 && !strings.ContainsAny(string(n.text), ".eE"):
		if i, ok := new(big.Int).SetString(string(n.text), 10); ok && i.CmpAbs(maxSafe) > 0 {
			c.finding(r, Finding{Pointer: n.pointer, Message: "the integer is beyond 2^53; clients lose its last digits", Spec: place(n.schema.Origin, "")})
		}
	}
}
