package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// operation is what the specification says about a route.
type operation = spec.Operation

// router finds operations. net/http's own answers some paths with redirects
// and others with text, and does not find the user whose id is "/" ("%2F"); this
// one takes escaped paths as they are.
type router []route

type route struct {
	method   string
	segments []string // "{user_id}" takes any that is not empty
	op       *operation
	handler  handler
}

// newRouter puts paths without parameters before those with them.
func newRouter(m *spec.Model) (router, error) {
	var r router
	for _, op := range m.Operations {
		if op.Bearer && op.Scope == "" && op.Role != spec.Token && len(m.Scopes()) > 0 {
			return nil, fmt.Errorf("%s: %s has no x-onvy-scope", op.Place, op.ID)
		}
		h, err := handlerOf(op)
		if err != nil {
			return nil, err
		}
		r = append(r, route{op.Method, strings.Split(op.Path, "/"), op, h})
	}
	slices.SortStableFunc(r, func(a, b route) int { return len(a.op.Vars) - len(b.op.Vars) })
	return r, nil
}

// find returns the route of a request, and its path parameters, or the
// refusal for a path or a method that is not one of the API's.
func (r router) find(req *http.Request, header http.Header) (*route, map[string]string, *refusal) {
	segments := strings.Split(req.URL.EscapedPath(), "/")
	var allowed []string
	for i := range r {
		values, ok := r[i].match(segments)
		if !ok {
			continue
		}
		if r[i].method == req.Method {
			return &r[i], values, nil
		}
		allowed = append(allowed, r[i].method)
		if r[i].method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	if allowed == nil {
		return nil, nil, refuse(http.StatusNotFound, "not_found", "no such path")
	}
	slices.Sort(allowed)
	header.Set("Allow", strings.Join(allowed, ", "))
	return nil, nil, refuse(http.StatusMethodNotAllowed, "method_not_allowed", "the path does not have this method")
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
