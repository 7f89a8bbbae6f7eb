package suggest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// located is a part of the spec and where it stands: below components where it
// is referred to.
type located struct {
	path   []string
	schema *openapi3.Schema
}

// operation finds an operation, and where it stands.
func operation(doc *openapi3.T, id string) (*openapi3.Operation, []string) {
	for name, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.OperationID == id {
				return op, []string{"paths", name, strings.ToLower(method)}
			}
		}
	}
	return nil, nil
}

// response finds the response that a status has, and where it stands.
func response(op *openapi3.Operation, at []string, status int) (*openapi3.Response, []string) {
	code := strconv.Itoa(status)
	for _, name := range []string{code, code[:1] + "XX", "default"} {
		if ref := op.Responses.Value(name); ref != nil {
			return ref.Value, follow(ref.Ref, append(slices.Clone(at), "responses", name))
		}
	}
	return nil, nil
}

// follow is where a reference leads, or here if there is none.
func follow(ref string, here []string) []string {
	if local, ok := strings.CutPrefix(ref, "#/"); ok {
		return strings.Split(local, "/")
	}
	return here
}

// bodySchema finds what a JSON pointer into the body of a response leads to, and
// the object that holds it. Array indexes are "*" in pointers.
func bodySchema(r *openapi3.Response, at []string, pointer string) (here, parent *located, name string) {
	media := r.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return nil, nil, ""
	}
	here = descend(media.Schema, append(slices.Clone(at), "content", "application/json", "schema"))
	for name = range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if pointer == "" {
			break
		}
		name = read.Unescape(name)
		parent, here = here, child(here, name)
		if here == nil {
			return nil, parent, name
		}
	}
	return here, parent, name
}

// child is an item of an array or a property of an object.
func child(l *located, name string) *located {
	if l == nil {
		return nil
	}
	if l.schema.Items != nil {
		return descend(l.schema.Items, append(slices.Clone(l.path), "items"))
	}
	if ref := l.schema.Properties[name]; ref != nil {
		return descend(ref, append(slices.Clone(l.path), "properties", name))
	}
	return nil
}

// descend follows a reference, and looks through allOf of one.
func descend(ref *openapi3.SchemaRef, here []string) *located {
	l := &located{follow(ref.Ref, here), ref.Value}
	for len(l.schema.AllOf) == 1 && l.schema.Type == nil {
		inner := l.schema.AllOf[0]
		l = &located{follow(inner.Ref, append(slices.Clone(l.path), "allOf", "0")), inner.Value}
	}
	return l
}

// sibling is a documented response of the same class as a status.
func sibling(op *openapi3.Operation, status int) (string, *openapi3.ResponseRef) {
	codes := op.Responses.Map()
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		if code[0] == strconv.Itoa(status)[0] && codes[code].Ref != "" {
			return code, codes[code]
		}
	}
	return "", nil
}
