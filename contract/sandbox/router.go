package sandbox

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// operation is what the specification says about a route, apart from schemas.
type operation struct {
	id    string
	scope string // x-onvy-scope; "" where no token is needed
	token bool   // a token endpoint: OAuth errors, not to be stored
	media string // the content type of the request body; "" where it has none
}

// router finds the operation of a request. net/http's mux does the matching;
// the router answers what the mux would answer with a redirect or with text.
type router struct {
	mux        *http.ServeMux
	operations map[string]*operation // by the mux's pattern
	methods    []string
}

func newRouter(spec *openapi3.T) (*router, error) {
	r := &router{mux: http.NewServeMux(), operations: make(map[string]*operation)}
	for path, item := range spec.Paths.Map() {
		for method, o := range item.Operations() {
			op := &operation{id: o.OperationID, token: !strings.HasPrefix(path, "/users")}
			if scope, ok := o.Extensions["x-onvy-scope"].(string); ok {
				op.scope = scope
			}
			if !op.token && op.scope == "" {
				return nil, fmt.Errorf("openapi.yaml: %s has no x-onvy-scope", o.OperationID)
			}
			if o.RequestBody != nil {
				for media := range o.RequestBody.Value.Content {
					op.media = media
				}
			}
			r.operations[method+" "+path] = op
			if !slices.Contains(r.methods, method) {
				r.methods = append(r.methods, method)
			}
		}
	}
	slices.Sort(r.methods)
	return r, nil
}

// find returns the operation of a request, or the refusal for a path or a
// method that is not one of the API's. Paths are taken as they are: what the
// mux would clean ("//", "/./", "/../") is unknown.
func (r *router) find(req *http.Request, header http.Header) (*operation, *refusal) {
	escaped := req.URL.EscapedPath()
	if path.Clean(escaped) != escaped {
		return nil, refuse(http.StatusNotFound, "not_found", "no such path")
	}
	if op := r.at(req, req.Method); op != nil {
		return op, nil
	}
	var allowed []string
	for _, m := range r.methods {
		if r.at(req, m) == nil {
			continue
		}
		allowed = append(allowed, m)
		if m == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	if allowed == nil {
		return nil, refuse(http.StatusNotFound, "not_found", "no such path")
	}
	header.Set("Allow", strings.Join(allowed, ", "))
	return nil, refuse(http.StatusMethodNotAllowed, "method_not_allowed", "the path does not have this method")
}

func (r *router) at(req *http.Request, method string) *operation {
	probe := &http.Request{Method: method, URL: req.URL, Host: req.Host}
	_, pattern := r.mux.Handler(probe)
	return r.operations[pattern]
}
