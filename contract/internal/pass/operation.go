package pass

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Operation is what the rules need to know of one operation.
type Operation struct {
	ID       string
	API      *spec.Operation // what the spec says of it
	Method   string
	Path     string // template
	Doc      *openapi3.Operation
	Source   string // where the operation is documented
	Scope    string // "" if none is needed
	Bearer   bool   // needs an access token
	Token    bool   // answers with tokens
	Location string // "openapi.yaml:60:5"

	Body      *openapi3.SchemaRef        // of a JSON request; nil if it has none
	responses map[int]*openapi3.Response // by each status that is documented

	Life          *fact.Operation
	Vars          []string // names of the path parameters, in their order
	Cursor, Limit string   // names of the parameters of a list
}

// Weakest is that of a request with a body, where the operation takes one.
func (o *Operation) Weakest() string {
	if o.Body != nil && Extension(o.Body.Value.Extensions, "x-onvy-source") == "assumed" {
		return "assumed"
	}
	return o.Source
}

// PlaceOf is where a field of the operation's resource stands in the spec; ""
// if it is not there.
func (o *Operation) PlaceOf(name string) string {
	if o == nil || o.API.Resource == nil || o.API.Resource.Schema == nil {
		return ""
	}
	schema, _, _ := Trace(&openapi3.SchemaRef{Value: o.API.Resource.Schema}, "", strings.Split(name, "."))
	return Place(schema.Origin, "")
}
