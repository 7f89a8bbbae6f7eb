// Package schema has the rules that hold bodies against the schemas. kin-openapi is
// the judge; the words are ours, so that no value gets into a finding.
package schema

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

var Type = pass.NewRule(checkKeywords("type"), rule.Rule{
	ID: "schema/type", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A value MUST have the documented type.",
	Breaks: `"height": "172"`,
	Holds:  `"height": 172`,
})

var Null = pass.NewRule(checkKeywords("nullable"), rule.Rule{
	ID: ruleid.SchemaNull, Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A value MUST NOT be null where it is not nullable.",
	Breaks: `"firstname": null`,
	Holds:  `"next_page": null`,
})

var Required = pass.NewRule(checkKeywords("required"), rule.Rule{
	ID: "schema/required", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A required property MUST be there.",
	Breaks: "a user without id",
	Holds:  "a user without birthday",
})

var Enum = pass.NewRule(checkKeywords("enum"), rule.Rule{
	ID: "schema/enum", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A value MUST be one of its enum.",
	Breaks: `"gender": "unknown"`,
	Holds:  `"gender": "other"`,
})

var Format = pass.NewRule(checkKeywords("format"), rule.Rule{
	ID: "schema/format", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A value MUST have the documented format (date, date-time …).",
	Breaks: `"created_at": "2026-03-05 18:10"`,
	Holds:  `"created_at": "2026-03-05T18:10:27+01:00"`,
})

var Pattern = pass.NewRule(checkKeywords("pattern"), rule.Rule{
	ID: "schema/pattern", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A value MUST match the documented pattern.",
	Breaks: `"token_type": "MAC"`,
	Holds:  `"token_type": "bearer"`,
})

var Range = pass.NewRule(checkKeywords("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), rule.Rule{
	ID: "schema/range", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A number MUST be within minimum and maximum.",
	Breaks: `"expires_in": 0`,
	Holds:  `"expires_in": 1`,
})

var Length = pass.NewRule(checkKeywords("minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"), rule.Rule{
	ID: "schema/length", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A value MUST be within minLength and maxLength, minItems and maxItems.",
	Breaks: `"access_token": ""`,
	Holds:  `"access_token": "x"`,
})

var Other = pass.NewRule(checkKeywords(), rule.Rule{
	ID: "schema/other", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A body MUST be valid by its schema in every other respect.",
	Breaks: "oneOf that matches twice",
	Holds:  "oneOf that matches once",
})

var UndocumentedProperty = pass.NewRule(checkUndocumentedProperties, rule.Rule{
	ID: ruleid.SchemaUndocumentedProperty, Level: rule.Drift, Source: "openapi.yaml",
	Title:  "There is no property that the schema does not document.",
	Breaks: `"createdAt" in a user`,
	Holds:  `"message" in an error`,
})

// checkKeywords reports the errors of some keywords; without any, of those that
// have no rule of their own.
func checkKeywords(keywords ...string) func(*pass.Call, *rule.Rule) {
	return func(c *pass.Call, r *rule.Rule) {
		all := c.SchemaErrors()
		for i := range all {
			e := &all[i]
			if slices.Contains(keywords, keyword(e)) || len(keywords) == 0 && !known(e) {
				reportSchemaError(c, r, e)
			}
		}
	}
}

// keywords that have a rule of their own.
var knownKeywords = []string{
	"type", "nullable", "required", "enum", "format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
	"multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
}

func keyword(e *pass.SchemaError) string {
	if e.Value == nil && (e.SchemaField == "type" || e.SchemaField == "enum") {
		return "nullable"
	}
	return e.SchemaField
}

func known(e *pass.SchemaError) bool { return slices.Contains(knownKeywords, keyword(e)) }

// optional reports whether the value at a path is a property that may be left
// out.
func optional(ref *openapi3.SchemaRef, path []string) bool {
	if len(path) == 0 {
		return false
	}
	holder, _, ok := pass.Trace(ref, "", path[:len(path)-1])
	return ok && holder.Items == nil && pass.Child(holder, path[len(path)-1]) != nil && !requires(holder, path[len(path)-1])
}

func requires(schema *openapi3.Schema, name string) bool {
	return slices.Contains(schema.Required, name) ||
		slices.ContainsFunc(schema.AllOf, func(part *openapi3.SchemaRef) bool { return requires(part.Value, name) })
}

func reportSchemaError(c *pass.Call, r *rule.Rule, e *pass.SchemaError) {
	path := e.JSONPointer()
	schema, source, documented := pass.Trace(c.Media.Schema, c.Source(), path)
	if c.Does(spec.Token) && c.Status() >= 400 && e.SchemaField == "enum" {
		return // oauth/error-code says it
	}
	f := rule.Finding{Pointer: mask.Path(path), At: read.Pointer(path...), Source: source, Level: pass.LevelOf(source), Spec: pass.Place(schema.Origin, e.SchemaField)}
	if level := c.ErrorLevel(); level == rule.Assumption {
		f.Level = rule.Assumption
	}
	switch keyword(e) {
	case "type":
		if _, isNumber := e.Value.(json.Number); isNumber && schema.Type.Is("number") {
			return // json/number-range says it
		}
		f.Message = mask.Shape(e.Value) + " where " + article(schema.Type) + " is documented"
	case "nullable":
		f.Message = "null where " + article(schema.Type) + " is documented"
		if optional(c.Media.Schema, path) {
			// The pages print "| null" elsewhere and not here: that null is not
			// the same as absent is inferred.
			f.Level = rule.Assumption
		}
	case "required":
		f.Message = "the property is missing"
		if documented && pass.Extension(schema.Extensions, "x-onvy-required") == "assumed" {
			f.Level = rule.Assumption
		}
	case "enum":
		f.Message = "the value is not one of " + enumText(schema)
	case "format":
		f.Message = mask.Shape(e.Value) + " that is not of the format " + schema.Format
	case "pattern":
		f.Message = "the value does not match " + schema.Pattern
	case "":
		f.Message = e.Reason
	default:
		f.Message = "the value breaks " + e.SchemaField
	}
	c.Report(r, f)
}

func article(types *openapi3.Types) string {
	if types == nil || len(*types) == 0 {
		return "another type"
	}
	name := (*types)[0]
	if strings.ContainsRune("aeiou", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

func enumText(schema *openapi3.Schema) string {
	var values []string
	for _, value := range schema.Enum {
		if text, ok := value.(string); ok {
			values = append(values, text)
		}
	}
	return strings.Join(values, ", ")
}

func checkUndocumentedProperties(c *pass.Call, r *rule.Rule) {
	c.CheckStrangers(r)
	if !c.ReadsJSON() || c.Media == nil || c.Media.Schema == nil || !c.Decode().OK {
		return
	}
	var walk func(value any, ref *openapi3.SchemaRef, path []string)
	walk = func(value any, ref *openapi3.SchemaRef, path []string) {
		switch value := value.(type) {
		case []any:
			for i, item := range value {
				if next := pass.Child(ref.Value, "0"); next != nil {
					walk(item, next, append(path, strconv.Itoa(i)))
				}
			}
		case map[string]any:
			if t := ref.Value.Type; t != nil && !t.Is("object") {
				return // schema/type says it
			}
			if any := ref.Value.AdditionalProperties.Has; any != nil && *any {
				return // documented to be of any shape
			}
			for _, name := range read.Keys(value) {
				item := value[name]
				if next := pass.Child(ref.Value, name); next != nil {
					walk(item, next, append(path, name))
					continue
				}
				schema := ref.Value
				if plain, _, ok := accept.Unwrap(ref); ok {
					schema = plain
				}
				names := append(path, name)
				pointer := mask.Path(names)
				if len(value) > 40 {
					pointer = mask.Path(path) + "/…" // names that many are data
				}
				c.Undocumented(r, schema, names, pointer, 1)
			}
		}
	}
	walk(c.Decode().Value, c.Media.Schema, nil)
}
