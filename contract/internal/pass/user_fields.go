package pass

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// PlaceOf is where a field of the operation's resource stands in the spec; ""
// if it is not there.
func (o *Operation) PlaceOf(name string) string {
	if o == nil || o.API.Resource == nil || o.API.Resource.Schema == nil {
		return ""
	}
	schema, _, _ := Trace(&openapi3.SchemaRef{Value: o.API.Resource.Schema}, "", strings.Split(name, "."))
	return Place(schema.Origin, "")
}
