package contract

import "strings"

// writable are the fields that a client sets.
var writable = []string{
	"language", "tz_offset", "firstname", "lastname", "measurement_unit", "gender", "birthday", "height", "weight",
	"thresholds", "location", "coach_config",
}

// where is the JSON pointer and the place in the spec of a field.
func (c *call) where(name string) Finding {
	f := Finding{Pointer: "/" + strings.ReplaceAll(name, ".", "/")}
	known, ok := c.spec.fields[name]
	if !ok {
		known = c.spec.placeOfField(name)
	}
	f.Spec = known
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
