package rules

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/gen"
)

// schemaChecks hold bodies against the schemas. kin-openapi is the judge; the
// words are ours, so that no value gets into a finding.
var schemaChecks = []exchangeCheck{
	schemaRule("schema/type", "A value has the documented type.", `"height": "172"`, `"height": 172`, "type"),
	schemaRule("schema/null", "A value is null only where that is documented.", `"firstname": null`, `"next_page": null`, "nullable"),
	schemaRule("schema/required", "A required property is there.", "a user without id", "a user without birthday", "required"),
	schemaRule("schema/enum", "A value is one of the documented ones.", `"gender": "unknown"`, `"gender": "other"`, "enum"),
	schemaRule("schema/format", "A value has the documented format.", `"created_at": "2026-03-05 18:10"`, `"created_at": "2026-03-05T18:10:27+01:00"`, "format"),
	schemaRule("schema/pattern", "A value has the documented pattern.", `"token_type": "MAC"`, `"token_type": "bearer"`, "pattern"),
	schemaRule("schema/range", "A number is within the documented range.", `"expires_in": 0`, `"expires_in": 1`, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
	schemaRule("schema/length", "A value has the documented length.", `"access_token": ""`, `"access_token": "x"`, "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties"),
	schemaRule("schema/other", "A body holds by its schema in every other respect.", "oneOf that matches twice", "oneOf that matches once"),
	exchangeRule("schema/undocumented-property", rule.Drift, "openapi.yaml", "No property that the schema does not name.",
		`"createdAt" in a user`, `"message" in an error`,
		checkUndocumentedProperties),
	exchangeRule("model/decodes", rule.Violation, "openapi.yaml", "The generated client can read the answer.",
		"a leap second, which RFC 3339 has and typed clients do not read", "an enum value that is new",
		checkDecodes),
}

// schemaRule is the row of a rule for errors of some keywords.
func schemaRule(id, title, breaks, holds string, keywords ...string) exchangeCheck {
	return exchangeRule(id, rule.Violation, "openapi.yaml", title, breaks, holds, func(c *pass.Call, r *rule.Rule) {
		for _, e := range c.SchemaErrors() {
			if slices.Contains(keywords, keyword(e)) || len(keywords) == 0 && !known(e) {
				reportSchemaError(c, r, e)
			}
		}
	})
}

// keywords that have a rule of their own.
var knownKeywords = []string{
	"type", "nullable", "required", "enum", "format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
	"multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties",
}

func keyword(e *openapi3.SchemaError) string {
	if e.Value == nil && (e.SchemaField == "type" || e.SchemaField == "enum") {
		return "nullable"
	}
	return e.SchemaField
}

func known(e *openapi3.SchemaError) bool { return slices.Contains(knownKeywords, keyword(e)) }

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

func reportSchemaError(c *pass.Call, r *rule.Rule, e *openapi3.SchemaError) {
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

// checkDecodes reads the body as the generated client does. Where a rule above
// has said what is wrong, it does not say it again.
func checkDecodes(c *pass.Call, r *rule.Rule) {
	if !c.ReadsJSON() || c.Op == nil || c.Media == nil || c.Media.Schema == nil || !c.Decode().OK {
		return
	}
	for _, f := range c.Findings {
		if strings.HasPrefix(f.Rule, "schema/") && f.Level != rule.Drift || strings.HasPrefix(f.Rule, "json/") {
			return
		}
	}
	model := model(c)
	if model == nil {
		return
	}
	if err := json.Unmarshal(c.Exchange.Response.Body, model); err != nil {
		f := rule.Finding{Level: c.ErrorLevel(), Message: "the generated client cannot read the body"}
		if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			f.Pointer = mask.Pointer("/" + strings.ReplaceAll(e.Field, ".", "/"))
		}
		c.Report(r, f)
	}
}

// models are what the generated client reads the answers into, by the names of
// their schemas.
var models = map[string]func() any{
	"Token": func() any { return new(gen.Token) }, "OAuthError": func() any { return new(gen.OAuthError) },
	"Error": func() any { return new(gen.Error) },
	"User":  func() any { return new(gen.User) }, "UserList": func() any { return new(gen.UserList) },
}

// model is what the generated client reads this answer into; nil if it has
// none, as for the schemas of another API.
func model(c *pass.Call) any {
	name, is := strings.CutPrefix(c.Media.Schema.Ref, "#/components/schemas/")
	if known := models[name]; is && known != nil && c.Spec.Doc.Info.Title == generatedFrom {
		return known()
	}
	return nil
}

// generatedFrom is the title of the spec that the client is generated from.
const generatedFrom = "ONVY Health API"
