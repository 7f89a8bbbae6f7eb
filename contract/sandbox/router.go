package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
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

// router is the mux under the generated server. net/http's own answers some
// paths with redirects and others with text, and does not find the user whose
// id is "/" ("%2F"); this one takes escaped paths as they are.
type router struct {
	operations map[string]*operation // by pattern
	routes     []route
}

type route struct {
	method   string
	segments []string // "{user_id}" takes any that is not empty
	op       *operation
	handler  http.HandlerFunc
}

func newRouter(spec *openapi3.T) (*router, error) {
	r := &router{operations: make(map[string]*operation)}
	for path, item := range spec.Paths.Map() {
		for method, o := range item.Operations() {
			op := &operation{id: o.OperationID, token: slices.Contains(o.Tags, "auth")}
			op.scope, _ = o.Extensions["x-onvy-scope"].(string)
			if !op.token && op.scope == "" {
				return nil, fmt.Errorf("openapi.yaml: %s has no x-onvy-scope", o.OperationID)
			}
			if o.RequestBody != nil {
				for media := range o.RequestBody.Value.Content {
					op.media = media
				}
			}
			r.operations[method+" "+path] = op
		}
	}
	return r, nil
}

// HandleFunc implements the ServeMux of the generated server.
func (r *router) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	method, path, _ := strings.Cut(pattern, " ")
	r.routes = append(r.routes, route{method, strings.Split(path, "/"), r.operations[pattern], handler})
}

// ServeHTTP serves a request whose route was found before.
func (r *router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	callOf(req.Context()).route.handler(w, req)
}

// find returns the route of a request, with the path's values set in it, or
// the refusal for a path or a method that is not one of the API's.
func (r *router) find(req *http.Request, header http.Header) (*route, *refusal) {
	segments := strings.Split(req.URL.EscapedPath(), "/")
	var allowed []string
	for i := range r.routes {
		values, ok := r.routes[i].match(segments)
		if !ok {
			continue
		}
		if r.routes[i].method == req.Method {
			for name, value := range values {
				req.SetPathValue(name, value)
			}
			return &r.routes[i], nil
		}
		allowed = append(allowed, r.routes[i].method)
		if r.routes[i].method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	if allowed == nil {
		return nil, refuse(http.StatusNotFound, "not_found", "no such path")
	}
	slices.Sort(allowed)
	header.Set("Allow", strings.Join(allowed, ", "))
	return nil, refuse(http.StatusMethodNotAllowed, "method_not_allowed", "the path does not have this method")
}

// match returns the values of a path's parameters, unescaped. "." and ".."
// name no user unless they are escaped (RFC 3986, 5.2.4).
func (r *route) match(segments []string) (values map[string]string, ok bool) {
	if len(segments) != len(r.segments) {
		return nil, false
	}
	values = make(map[string]string)
	for i, segment := range r.segments {
		name, isParameter := strings.CutPrefix(segment, "{")
		if !isParameter {
			if segments[i] != segment {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(segments[i])
		if err != nil || value == "" || segments[i] == "." || segments[i] == ".." {
			return nil, false
		}
		values[strings.TrimSuffix(name, "}")] = value
	}
	return values, true
}
