package pass

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// pathTable matches plain paths against the templates of the spec, for speed.
// The judge is kin-openapi's router, which gets every path that this is not
// sure of.
type pathTable []pathTemplate

type pathTemplate struct {
	segments []segment
	ops      map[string]*Operation // by method
}

// segment is one part of a path between slashes.
type segment struct {
	text  string // the text, or the name of the parameter
	param bool
}

// newPathTable returns nil where a template has a parameter that is not a whole
// segment: then the router does it all.
func newPathTable(paths *openapi3.Paths, byOp map[*openapi3.Operation]*Operation) pathTable {
	var table pathTable
	for _, path := range slices.Sorted(maps.Keys(paths.Map())) {
		t := pathTemplate{ops: make(map[string]*Operation)}
		for part := range strings.SplitSeq(path, "/") {
			name, ok := strings.CutPrefix(part, "{")
			if ok {
				name, ok = strings.CutSuffix(name, "}")
			}
			if !read.IsPlainPath(name) {
				return nil
			}
			t.segments = append(t.segments, segment{name, ok})
		}
		for method, op := range paths.Value(path).Operations() {
			t.ops[method] = byOp[op]
		}
		table = append(table, t)
	}
	return table
}

// match finds the operation of a request as the router does. It is sure where
// the path needs no unescaping and is of one template or of none.
func (table pathTable) match(method, path string) (op *Operation, vars map[string]string, sure bool) {
	if table == nil || !strings.HasPrefix(path, "/") || !read.IsPlainPath(path) {
		return nil, nil, false
	}
	var found *pathTemplate
	for i := range table {
		if table[i].matches(path) {
			if found != nil {
				return nil, nil, false
			}
			found = &table[i]
		}
	}
	if found == nil || found.ops[method] == nil {
		return nil, nil, true
	}
	return found.ops[method], found.vars(path), true
}

func (t *pathTemplate) matches(path string) bool {
	n := 0
	for part := range strings.SplitSeq(path, "/") {
		if n == len(t.segments) {
			return false
		}
		s := t.segments[n]
		if s.param && part == "" || !s.param && s.text != part {
			return false
		}
		n++
	}
	return n == len(t.segments)
}

// vars are the parameters of a path that matches; nil for none.
func (t *pathTemplate) vars(path string) (vars map[string]string) {
	n := 0
	for part := range strings.SplitSeq(path, "/") {
		if s := t.segments[n]; s.param {
			if vars == nil {
				vars = make(map[string]string)
			}
			vars[s.text] = part
		}
		n++
	}
	return vars
}

// unescapePath takes the escapes off path parameters.
func unescapePath(vars map[string]string) {
	for name, value := range vars {
		if plain, err := url.PathUnescape(value); err == nil {
			vars[name] = plain
		}
	}
}
