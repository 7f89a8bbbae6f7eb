package pass

import (
	"errors"

	"github.com/getkin/kin-openapi/openapi3"
)

// Flatten collects the schema errors in a tree of errors.
func Flatten(err error, into []*openapi3.SchemaError) []*openapi3.SchemaError {
	switch e := err.(type) {
	case nil:
	case openapi3.MultiError:
		for _, one := range e {
			into = Flatten(one, into)
		}
	case *openapi3.SchemaError:
		if inner, ok := errors.AsType[openapi3.MultiError](e.Origin); ok && e.SchemaField != "oneOf" {
			return Flatten(inner, into)
		}
		into = append(into, e)
	default:
		into = append(into, &openapi3.SchemaError{Reason: "the body does not hold by its schema"})
	}
	return into
}
