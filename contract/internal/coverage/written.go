package coverage

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// writtenPaths are the places in the bodies of requests that write resources:
// "/thresholds/ftp". What an answer has there, a client can fill and leave out.
func writtenPaths(doc *openapi3.T) map[string]bool {
	written := make(map[string]bool)
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.RequestBody == nil || !needsBearer(doc, op) {
				continue
			}
			if media := op.RequestBody.Value.Content.Get("application/json"); media != nil {
				collectPaths(written, media.Schema, "", 0)
			}
		}
	}
	return written
}

func collectPaths(into map[string]bool, ref *openapi3.SchemaRef, path string, depth int) {
	schema, _ := spec.Unwrap(ref)
	if schema == nil || depth == deepest {
		return
	}
	for name, p := range schema.Properties {
		if p.Value != nil && !p.Value.ReadOnly {
			into[path+"/"+name] = true
			collectPaths(into, p, path+"/"+name, depth+1)
		}
	}
	collectPaths(into, schema.Items, path+"/*", depth+1)
}

// resourcePath is a place in an answer as it is in a resource: in a list of
// them, what follows the items.
func resourcePath(written map[string]bool, path string) string {
	list, rest, ok := strings.Cut(path, "/*/")
	if ok && !written[list] {
		return "/" + rest
	}
	return path
}

// unwritten says why no client can fill an optional property of an answer: its
// neighbours are written by requests, and it is not.
func (s *shaper) unwritten(schema *openapi3.Schema, path string, required bool) string {
	if s.request || required || s.class == Server || s.place[0] != '2' {
		return ""
	}
	if !s.bearer {
		return "the grant decides whether it is there"
	}
	at := resourcePath(s.written, path)
	if s.written[at] {
		return ""
	}
	parent := at[:strings.LastIndexByte(at, '/')]
	for name := range schema.Properties {
		if s.written[parent+"/"+name] {
			return "no request can fill it"
		}
	}
	return ""
}

// needsBearer reports whether an operation takes an access token.
func needsBearer(doc *openapi3.T, op *openapi3.Operation) bool {
	return hasScheme(doc, op, "bearer")
}

func hasScheme(doc *openapi3.T, op *openapi3.Operation, scheme string) bool {
	security := doc.Security
	if op.Security != nil {
		security = *op.Security
	}
	for _, requirement := range security {
		for name := range requirement {
			if ref := doc.Components.SecuritySchemes[name]; ref != nil && ref.Value.Scheme == scheme {
				return true
			}
		}
	}
	return false
}
