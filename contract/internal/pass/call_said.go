package pass

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// What one rule may take from an answer of which another has something to say.
// One thing that is wrong is reported once, by the rule that is for it.

// Wrong are the fields of the answer that a rule has something to say about:
// who compares them with others would say it again. "" is the whole answer.
func (c *Call) Wrong() (fields []string) {
	for i := range c.Findings {
		f := &c.Findings[i]
		switch family, _, _ := strings.Cut(f.Rule, "/"); {
		case family == "json" && f.Rule != ruleid.JSONSurrogate, c.OK() && f.Rule == ruleid.HTTPContentType && !c.asDocumented(), f.Rule == ruleid.HTTPContentEncoding && read.Undecoded(c.Exchange.Response):
			return []string{""}
		case family == "schema", family == "json":
			name, inside := c.fieldAt(f.Pointer)
			if f.Rule == ruleid.SchemaUndocumentedProperty && !inside {
				continue // it is beside what is documented
			}
			if name == "" { // what holds the items of a page, or says where it is
				return []string{""}
			}
			if !slices.Contains(fields, name) {
				fields = append(fields, name)
			}
		}
	}
	return fields
}

// asDocumented reports whether the body is what is documented as JSON, under
// whatever content type.
func (c *Call) asDocumented() bool {
	if c.Object() == nil || c.Documented == nil {
		return false
	}
	m := c.Documented.Content["application/json"]
	return m != nil && m.Schema != nil && m.Schema.Value.VisitJSON(map[string]any(c.Object()), openapi3.VisitAsResponse(), openapi3.EnableFormatValidation()) == nil
}

// fieldAt is the field of a resource that a pointer leads to, or into.
func (c *Call) fieldAt(pointer string) (name string, inside bool) {
	path := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	if c.Op == nil || c.Op.Life == nil {
		return path[0], len(path) > 1
	}
	if r := c.Op.Life.Resource; c.Op.Life.Role == fact.List && r != nil {
		if len(path) < len(r.Items)+2 || !slices.Equal(path[:len(r.Items)], r.Items) {
			return "", false
		}
		path = path[len(r.Items)+1:]
	}
	return path[0], len(path) > 1
}

// Sound reports whether the answer can be read, and nothing is wrong with it as
// a whole.
func (c *Call) Sound() bool {
	return c.OK() && c.BodyKnown() && !slices.Contains(c.Wrong(), "")
}

// Shows returns a field of the answer; known is false if it cannot be relied on.
func (c *Call) Shows(name string) (value any, known bool) {
	wrong := c.Wrong()
	for _, one := range []string{"", "id", name} { // without an id it is no user
		if slices.Contains(wrong, one) {
			return nil, false
		}
	}
	if c.Object() == nil {
		return nil, false
	}
	return c.Object()[name], c.OK()
}

// WrongAt reports whether the value at a place is not as documented.
func (c *Call) WrongAt(pointer string) bool {
	return slices.ContainsFunc(c.Findings, func(f rule.Finding) bool { return f.Pointer == pointer && strings.HasPrefix(f.Rule, "schema/") })
}

// Spoken reports whether a rule has something to say of the answer.
func (c *Call) Spoken(r *rule.Rule) bool {
	return slices.ContainsFunc(c.Findings, func(f rule.Finding) bool { return f.Rule == r.ID })
}

// What a run covers.

// seenBody is where to note the body of the answer; nil if nobody counts.
func (c *Call) seenBody() *coverage.Body {
	if c.Counting == nil {
		return nil
	}
	return c.Counting.Body(c.Op.Doc, c.Exchange.Response.Status, c.ContentType)
}

// Count counts an exchange after the rules have read it.
func (c *Call) Count() {
	if c.Counting == nil || c.Op == nil {
		return
	}
	x := coverage.Exchange{Operation: c.Op.Doc, Query: c.query, Status: c.Status(), ResponseType: c.ContentType, HeaderNames: c.headerNames}
	if len(c.Exchange.Request.Body) > 0 {
		switch x.RequestType = read.ParseMediaType(c.Exchange.Request.Header.Get("Content-Type")).Name; x.RequestType {
		case "application/json":
			x.JSON = c.requestJSON()
		case "application/x-www-form-urlencoded":
			x.Form = c.RequestForm()
		}
	}
	if c.Op.Token && c.OK() { // else the whole answer would be decoded for nothing
		if token, _ := AccessToken(c); token != "" {
			c.Counting.grant(token)
		}
	}
	x.Credential = c.credential()
	c.Counting.Add(&x)
}

// requestJSON is the body of the request decoded; nil if it cannot be. The rules
// have decoded objects; what is none is wrong, rare and short.
func (c *Call) requestJSON() any {
	if object := c.RequestObject(); object != nil {
		return object
	}
	var v any
	if len(c.Exchange.Request.Body) > maxOdd || json.Unmarshal(c.Exchange.Request.Body, &v) != nil {
		return nil
	}
	return v
}

func (c *Call) headerNames(yield func(string) bool) {
	for i := range c.Exchange.Response.Header {
		if !yield(c.Exchange.Response.Header[i].Name) {
			return
		}
	}
}

// credential is what the request came with, as far as it can be told without
// the server's key: a token that the run did not see granted, and that is
// refused, was changed.
func (c *Call) credential() coverage.Credential {
	scheme, value := c.Exchange.Request.Credentials()
	switch {
	case c.Op.Token && scheme == "" && c.RequestForm().Get("client_secret") == "":
		return coverage.NoClient
	case c.Op.Token && c.OK():
		return coverage.ValidClient
	case c.Op.Token:
		if c.Status() == 401 {
			return coverage.WrongClient
		}
		return ""
	case !c.Op.Bearer || !c.AuthKnown():
		return ""
	case scheme == "":
		return coverage.NoToken
	case scheme != "bearer" || value == "":
		return coverage.OtherScheme
	}
	token := c.Bearer()
	if !c.Counting.saw(token.digest) {
		switch {
		case c.OK() && !c.Counting.whole:
			return coverage.ValidToken // granted before the recording began
		case !token.IsJWT:
			return coverage.MadeUpToken
		case !c.Counting.whole:
			return "" // who knows why it was refused
		}
		return coverage.ForeignToken
	}
	switch end := token.Time("exp"); {
	case !end.IsZero() && c.Exchange.Started.After(end):
		return coverage.ExpiredToken
	case c.Op.Scope != "" && token.Scopes != nil && !slices.Contains(token.Scopes, c.Op.Scope):
		return coverage.LittleScope
	}
	return coverage.ValidToken
}
