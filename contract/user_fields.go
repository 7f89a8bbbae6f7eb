package contract

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// where is the JSON pointer and the place in the spec of a field.
func (c *call) where(name string) Finding {
	f := Finding{Pointer: "/" + strings.ReplaceAll(name, ".", "/")}
	if c.op != nil && c.op.api.Resource != nil {
		if field := c.op.api.Resource.Field(name); field != nil {
			f.Spec = field.Place
			return f
		}
	}
	f.Spec = c.spec.placeOfField(name)
	return f
}

// placeOfField is where a field of a user stands in the spec; "" if it has no
// users.
func (s *Spec) placeOfField(name string) string {
	if s.doc.Components == nil || s.doc.Components.Schemas["User"] == nil {
		return ""
	}
	user := s.doc.Components.Schemas["User"]
	schema, _, _ := trace(user, "", strings.Split(name, "."))
	return place(schema.Origin, "")
}

// placeOf is where a field of the operation's resource stands in the spec; ""
// if it is not there.
func (o *operation) placeOf(name string) string {
	if o == nil || o.api.Resource == nil || o.api.Resource.Schema == nil {
		return ""
	}
	schema, _, _ := trace(&openapi3.SchemaRef{Value: o.api.Resource.Schema}, "", strings.Split(name, "."))
	return place(schema.Origin, "")
}
