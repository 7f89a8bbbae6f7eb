package contract

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/gen"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
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
	exchangeRule("schema/undocumented-property", Drift, "openapi.yaml", "No property that the schema does not name.",
		`"createdAt" in a user`, `"message" in an error`,
		checkUndocumentedProperties),
	exchangeRule("model/decodes", Violation, "openapi.yaml", "The generated client can read the answer.",
		"a leap second, which RFC 3339 has and typed clients do not read", "an enum value that is new",
		checkDecodes),
}

// schemaRule is the row of a rule for errors of some keywords.
func schemaRule(id, title, breaks, holds string, keywords ...string) exchangeCheck {
	return exchangeRule(id, Violation, "openapi.yaml", title, breaks, holds, func(c *call, r *Rule) {
		for _, e := range c.schemaErrors() {
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

// schemaErrors returns everything that kin-openapi says of the body.
func (c *call) schemaErrors() []*openapi3.SchemaError {
	if c.schema != nil {
		return c.schema
	}
	c.schema = []*openapi3.SchemaError{}
	if !c.readsJSON() || c.media == nil || c.media.Schema == nil || !c.decode().ok {
		return c.schema
	}
	err := c.media.Schema.Value.VisitJSON(c.decode().value,
		openapi3.VisitAsResponse(), openapi3.MultiErrors(), openapi3.EnableFormatValidation())
	c.schema = flatten(err, c.schema)
	return c.schema
}

// optional reports whether the value at a path is a property that may be left
// out.
func optional(ref *openapi3.SchemaRef, path []string) bool {
	if len(path) == 0 {
		return false
	}
	holder, _, ok := trace(ref, "", path[:len(path)-1])
	return ok && holder.Items == nil && child(holder, path[len(path)-1]) != nil && !requires(holder, path[len(path)-1])
}

func requires(schema *openapi3.Schema, name string) bool {
	return slices.Contains(schema.Required, name) ||
		slices.ContainsFunc(schema.AllOf, func(part *openapi3.SchemaRef) bool { return requires(part.Value, name) })
}

// flatten collects the schema errors in a tree of errors.
func flatten(err error, into []*openapi3.SchemaError) []*openapi3.SchemaError {
	switch e := err.(type) {
	case nil:
	case openapi3.MultiError:
		for _, one := range e {
			into = flatten(one, into)
		}
	case *openapi3.SchemaError:
		if inner, ok := errors.AsType[openapi3.MultiError](e.Origin); ok && e.SchemaField != "oneOf" {
			return flatten(inner, into)
		}
		into = append(into, e)
	default:
		into = append(into, &openapi3.SchemaError{Reason: "the body does not hold by its schema"})
	}
	return into
}

func reportSchemaError(c *call, r *Rule, e *openapi3.SchemaError) {
	path := e.JSONPointer()
	schema, source, documented := trace(c.media.Schema, c.source(), path)
	if c.does(spec.Token) && c.status() >= 400 && e.SchemaField == "enum" {
		return // oauth/error-code says it
	}
	f := Finding{Pointer: maskPath(path), at: pointerOf(path), Source: source, Level: levelOf(source), Spec: place(schema.Origin, e.SchemaField)}
	if level := c.errorLevel(); level == Assumption {
		f.Level = Assumption
	}
	switch keyword(e) {
	case "type":
		if _, isNumber := e.Value.(json.Number); isNumber && schema.Type.Is("number") {
			return // json/number-range says it
		}
		f.Message = shape(e.Value) + " where " + article(schema.Type) + " is documented"
	case "nullable":
		f.Message = "null where " + article(schema.Type) + " is documented"
		if optional(c.media.Schema, path) {
			// The pages print "| null" elsewhere and not here: that null is not
			// the same as absent is inferred.
			f.Level = Assumption
		}
	case "required":
		f.Message = "the property is missing"
		if documented && extension(schema.Extensions, "x-onvy-required") == "assumed" {
			f.Level = Assumption
		}
	case "enum":
		f.Message = "the value is not one of " + enumText(schema)
	case "format":
		f.Message = shape(e.Value) + " that is not of the format " + schema.Format
	case "pattern":
		f.Message = "the value does not match " + schema.Pattern
	case "":
		f.Message = e.Reason
	default:
		f.Message = "the value breaks " + e.SchemaField
	}
	c.finding(r, f)
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

func checkUndocumentedProperties(c *call, r *Rule) {
	c.checkStrangers(r)
	if !c.readsJSON() || c.media == nil || c.media.Schema == nil || !c.decode().ok {
		return
	}
	var walk func(value any, ref *openapi3.SchemaRef, path []string)
	walk = func(value any, ref *openapi3.SchemaRef, path []string) {
		switch value := value.(type) {
		case []any:
			for i, item := range value {
				if next := child(ref.Value, "0"); next != nil {
					walk(item, next, append(path, strconv.Itoa(i)))
				}
			}
		case map[string]any:
			if t := ref.Value.Type; t != nil && !t.Is("object") {
				return // schema/type says it
			}
			for name, item := range value {
				if next := child(ref.Value, name); next != nil {
					walk(item, next, append(path, name))
					continue
				}
				schema := ref.Value
				if plain, _, ok := unwrap(ref); ok {
					schema = plain
				}
				names := append(path, name)
				pointer := maskPath(names)
				if len(value) > 40 {
					pointer = maskPath(path) + "/…" // names that many are data
				}
				c.undocumented(r, schema, names, pointer, 1)
			}
		}
	}
	walk(c.decode().value, c.media.Schema, nil)
}

// checkDecodes reads the body as the generated client does. Where a rule above
// has said what is wrong, it does not say it again.
func checkDecodes(c *call, r *Rule) {
	if !c.readsJSON() || c.op == nil || c.media == nil || c.media.Schema == nil || !c.decode().ok {
		return
	}
	for _, f := range c.findings {
		if strings.HasPrefix(f.Rule, "schema/") && f.Level != Drift || strings.HasPrefix(f.Rule, "json/") {
			return
		}
	}
	model := c.model()
	if model == nil {
		return
	}
	if err := json.Unmarshal(c.x.Response.Body, model); err != nil {
		f := Finding{Level: c.errorLevel(), Message: "the generated client cannot read the body"}
		if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			f.Pointer = mask("/" + strings.ReplaceAll(e.Field, ".", "/"))
		}
		c.finding(r, f)
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
func (c *call) model() any {
	name, is := strings.CutPrefix(c.media.Schema.Ref, "#/components/schemas/")
	if known := models[name]; is && known != nil && c.spec.doc.Info.Title == generatedFrom {
		return known()
	}
	return nil
}

// generatedFrom is the title of the spec that the client is generated from.
const generatedFrom = "ONVY Health API"
