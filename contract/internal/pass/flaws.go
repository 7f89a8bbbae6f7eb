package pass

import (
	"bytes"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/accept"
	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// SchemaError is what kin-openapi says of a value in a body.
type SchemaError struct {
	*openapi3.SchemaError
	within []string // where the value is that was visited
}

// JSONPointer is the path from the body to what is wrong.
func (e *SchemaError) JSONPointer() []string {
	return slices.Concat(e.within, e.SchemaError.JSONPointer())
}

// visit holds a value of a response against a schema.
func visit(schema *openapi3.Schema, value any) []*openapi3.SchemaError {
	return Flatten(schema.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.MultiErrors(), openapi3.EnableFormatValidation()), nil)
}

// judge lets kin-openapi look at what a matcher has set aside. It is false if
// kin-openapi has nothing to say of some of it: then the body is to be looked at
// as a whole.
func judge(flaws []accept.Flaw) (all []SchemaError, ok bool) {
	all = make([]SchemaError, 0, len(flaws))
	var known []verdict
	for _, f := range flaws {
		i := slices.IndexFunc(known, func(v verdict) bool {
			return v.schema == f.Schema && !f.Lacking() && bytes.Equal(v.text, f.Text)
		})
		if i < 0 {
			v := verdictOn(&f)
			if len(v.errs) == 0 {
				return nil, false
			}
			if len(known) == mostKnown {
				known = known[:0]
			}
			i, known = len(known), append(known, v)
		}
		for _, e := range known[i].errs {
			all = append(all, SchemaError{e, f.Path})
		}
	}
	return all, true
}

// verdict is what kin-openapi says of a value, which is often in every item.
type verdict struct {
	schema *openapi3.Schema
	text   []byte
	errs   []*openapi3.SchemaError
}

// mostKnown is how many verdicts on values of one body are kept.
const mostKnown = 16

func verdictOn(f *accept.Flaw) verdict {
	v := verdict{schema: f.Schema, text: f.Text}
	if f.Lacking() {
		v.errs = []*openapi3.SchemaError{{Schema: f.Schema, SchemaField: "required"}}
	} else if value, ok := read.Value(f.Text); ok {
		v.errs = visit(f.Schema, value)
	}
	return v
}
