package contract

import (
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/history"
)

// What one rule may take from an answer of which another has something to say.
// One thing that is wrong is reported once, by the rule that is for it.

// wrong are the fields of the answer that a rule has something to say about:
// who compares them with others would say it again. "" is the whole answer.
func (c *call) wrong() (fields []string) {
	for i := range c.findings {
		f := &c.findings[i]
		switch family, _, _ := strings.Cut(f.Rule, "/"); {
		case family == "json" && f.Rule != "json/surrogate", c.ok() && f.Rule == "http/content-type" && !c.asDocumented(), f.Rule == "http/content-encoding" && undecoded(c.x.Response):
			return []string{""}
		case family == "schema", family == "json":
			name, inside := c.fieldAt(f.Pointer)
			if f.Rule == "schema/undocumented-property" && !inside {
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
func (c *call) asDocumented() bool {
	if c.object() == nil || c.resp == nil {
		return false
	}
	m := c.resp.Content["application/json"]
	return m != nil && m.Schema != nil && m.Schema.Value.VisitJSON(map[string]any(c.object()), openapi3.VisitAsResponse(), openapi3.EnableFormatValidation()) == nil
}

// fieldAt is the field of a resource that a pointer leads to, or into.
func (c *call) fieldAt(pointer string) (name string, inside bool) {
	path := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	if c.op == nil || c.op.life == nil {
		return path[0], len(path) > 1
	}
	if r := c.op.life.Resource; c.op.life.Role == history.List && r != nil {
		if len(path) < len(r.Items)+2 || !slices.Equal(path[:len(r.Items)], r.Items) {
			return "", false
		}
		path = path[len(r.Items)+1:]
	}
	return path[0], len(path) > 1
}

// sound reports whether the answer can be read, and nothing is wrong with it as
// a whole.
func (c *call) sound() bool {
	return c.ok() && c.bodyKnown() && !slices.Contains(c.wrong(), "")
}

// shows returns a field of the answer; known is false if it cannot be relied on.
func (c *call) shows(name string) (value any, known bool) {
	wrong := c.wrong()
	for _, one := range []string{"", "id", name} { // without an id it is no user
		if slices.Contains(wrong, one) {
			return nil, false
		}
	}
	if c.object() == nil {
		return nil, false
	}
	return c.object()[name], c.ok()
}

// listed are the ids on a page; known is false if not all of them can be read.
func (c *call) listed() (ids []string, known bool) {
	if !c.sound() || c.object() == nil || slices.Contains(c.wrong(), "id") {
		return nil, false
	}
	for _, user := range c.users() {
		id, ok := user["id"].(string)
		if !ok {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, true
}

// wrongAt reports whether the value at a place is not as documented.
func (c *call) wrongAt(pointer string) bool {
	return slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Pointer == pointer && strings.HasPrefix(f.Rule, "schema/") })
}

// spoken reports whether a rule has something to say of the answer.
func (c *call) spoken(rule string) bool {
	return slices.ContainsFunc(c.findings, func(f Finding) bool { return f.Rule == rule })
}
