// Package model has the rule of what the generated client makes of an answer.
package model

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/gen"
)

var Decodes = pass.NewRule(checkDecodes, rule.Rule{
	ID: "model/decodes", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "The generated client MUST be able to decode the answer.",
	Breaks: "a leap second, which RFC 3339 has and typed clients do not read",
	Holds:  "an enum value that is new",
})

// checkDecodes reads the body as the generated client does. Where a rule of JSON or
// of the schema has said what is wrong, it does not say it again.
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
