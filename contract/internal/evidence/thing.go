package evidence

import (
	"maps"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Things tells what an exchange is about: one of a resource of the spec.
type Things struct {
	Spec     *pass.Spec
	BasePath string // of all URLs, escaped; "" for that of the spec
}

// thing is one of a resource.
type thing struct {
	*spec.Resource

	collection string // its path, escaped: "/users/u1/meals"
	id         string
}

// path is where it stands, escaped.
func (t *thing) path() string { return t.collection + "/" + read.EscapeSegment(t.id) }

// PathOf is where what an exchange is about stands, escaped; "" where it is about
// nothing, or nobody knows what was created.
func (t Things) PathOf(x *wire.Exchange) string {
	if one := t.of(x); one != nil {
		return one.path()
	}
	return ""
}

// of is what an exchange is about; nil for nothing. An operation that is not
// documented is about what is at its path.
func (t Things) of(x *wire.Exchange) *thing {
	path := t.below(x)
	op, vars := t.Spec.Match(x.Request.Method, path)
	if op == nil {
		op, vars = t.Spec.Match("GET", path)
	}
	switch {
	case op == nil:
		return t.beside(path)
	case op.API.Resource == nil || op.API.Role == spec.List:
		return nil
	}
	one := &thing{Resource: op.API.Resource, collection: filled(op.API.Resource.Collection, vars), id: vars[op.API.Resource.Param]}
	if op.API.Role == spec.Create && x.Request.Method == "POST" {
		one.id = createdID(op.API.Resource, x)
	}
	if one.id == "" {
		return nil
	}
	return one
}

func (t Things) below(x *wire.Exchange) string {
	a, _ := read.ParseAddress(x.Request.URL)
	if t.BasePath == "" {
		return a.Within(t.Spec.Base)
	}
	return a.Below(t.BasePath)
}

// beside is what a path leads to that is in no spec; nil for nothing.
func (t Things) beside(path string) *thing {
	for _, r := range t.Spec.API.Resources {
		if r.Parent != nil || r.Collection == "" {
			continue
		}
		if i := strings.LastIndex(path, r.Collection+"/"); i >= 0 && len(path) > i+len(r.Collection)+1 {
			return &thing{Resource: r, collection: r.Collection, id: path[i+len(r.Collection)+1:]}
		}
	}
	return nil
}

// filled is a path template with the values of its parameters.
func filled(template string, vars map[string]string) string {
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		template = strings.ReplaceAll(template, "{"+name+"}", read.EscapeSegment(vars[name]))
	}
	return template
}

// createdID is the id of what a request creates: the client says it, or the
// answer; "" if nobody does.
func createdID(r *spec.Resource, x *wire.Exchange) string {
	body := x.Request.Body
	if !r.ClientKeys {
		if x.Response == nil || x.Response.Status/100 != 2 {
			return ""
		}
		body = x.Response.Body
	}
	value, ok := read.Value(body)
	object, _ := value.(map[string]any)
	if id, is := object[r.Key].(string); ok && is {
		return id
	}
	return ""
}

// InOne reports whether an exchange is about a resource, or about all that one
// holds.
func (t Things) InOne(x *wire.Exchange) bool {
	if t.of(x) != nil {
		return true
	}
	op, _ := t.Spec.Match(x.Request.Method, t.below(x))
	return op != nil && op.API.Resource != nil && op.API.Resource.Parent != nil
}

// ListOf is the resource of which an exchange is a page of a list; nil for none.
func (t Things) ListOf(x *wire.Exchange) *spec.Resource {
	op, _ := t.Spec.Match(x.Request.Method, t.below(x))
	if op == nil || op.API.Role != spec.List || x.Response == nil || x.Response.Status/100 != 2 {
		return nil
	}
	return op.API.Resource
}

// LeadingTo picks the exchanges that one can be understood from: the create of
// what it is about and the last write to it before x, and x.
func (t Things) LeadingTo(log []*wire.Exchange, x *wire.Exchange) []*wire.Exchange {
	steps := []*wire.Exchange{x}
	path := t.PathOf(x)
	if path == "" {
		return steps
	}
	var created, written *wire.Exchange
	for _, before := range log {
		if before == x {
			break
		}
		if before.Request.Method == "GET" || before.Request.Method == "HEAD" || before.Response == nil || before.Response.Status/100 != 2 || t.PathOf(before) != path {
			continue
		}
		if before.Request.Method == "POST" {
			created, written = before, nil
		} else {
			written = before
		}
	}
	if written != nil {
		steps = append([]*wire.Exchange{written}, steps...)
	}
	if created != nil {
		steps = append([]*wire.Exchange{created}, steps...)
	}
	return steps
}

// Holders are the creates of what holds the things that some exchanges are about,
// outermost first, as far as they are in a log and not among them.
func (t Things) Holders(log, exchanges []*wire.Exchange) (all []*wire.Exchange) {
	paths := make([]string, len(exchanges))
	for i, x := range exchanges {
		paths[i] = t.below(x)
	}
	for _, x := range log {
		one := t.of(x)
		if one == nil || x.Request.Method != "POST" || x.Response == nil || x.Response.Status/100 != 2 || slices.Contains(exchanges, x) {
			continue
		}
		if slices.ContainsFunc(paths, func(path string) bool { return strings.HasPrefix(path, one.path()+"/") }) {
			all = append(all, x)
		}
	}
	return all
}
