package spec

import (
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Resource is something that is created, read, changed, deleted and listed.
type Resource struct {
	Name       string    // "meals"; with what holds it where two have one name
	Noun       string    // "meal"
	Collection string    // "/users/{user_id}/meals"
	Item       string    // "/users/{user_id}/meals/{meal_id}"; "" where nothing works on one
	Param      string    // of Item: "meal_id"
	Parent     *Resource // what holds it; nil for none
	Place      string

	Key        string           // property that identifies it: "id"; "" for none
	ClientKeys bool             // the client gives the key; otherwise the server does
	Schema     *openapi3.Schema // of one, as it is shown; nil for none
	Fields     []*Field         // that a client writes, by name
	Created    string           // property; "" for none
	Updated    string           // property; "" for none

	Create, Read, Replace, Patch, Delete, List *Operation // nil for none
}

// Operations are those of the resource, in the order of [Role].
func (r *Resource) Operations() (all []*Operation) {
	for _, o := range []*Operation{r.Create, r.Read, r.Replace, r.Patch, r.Delete, r.List} {
		if o != nil {
			all = append(all, o)
		}
	}
	return all
}

// Field is the one with a name; nil for none.
func (r *Resource) Field(name string) *Field {
	for _, f := range r.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// A is the noun with its article.
func (r *Resource) A() string {
	if strings.ContainsRune("aeio", rune(r.Noun[0])) {
		return "an " + r.Noun
	}
	return "a " + r.Noun
}

func (r *Resource) first() *Operation {
	if all := r.Operations(); len(all) > 0 {
		return all[0]
	}
	return nil
}

func (r *Resource) slot(role Role) **Operation {
	return map[Role]**Operation{Create: &r.Create, Read: &r.Read, Replace: &r.Replace, Patch: &r.Patch, Delete: &r.Delete, List: &r.List}[role]
}

// readResources finds the collections (a path with POST or GET beside a path
// with one parameter more), then what the marks say otherwise.
func (m *Model) readResources() error {
	found := make(map[string]*Resource) // by collection
	for _, o := range m.Operations {
		if collection, ok := collectionOf(o.Path); ok && o.Role != Token && found[collection] == nil && m.isCollection(collection) {
			found[collection] = &Resource{Collection: collection, Item: o.Path, Param: o.Vars[len(o.Vars)-1], Place: o.Place}
		}
	}
	for _, o := range m.Operations { // collections of which nothing works on one
		if found[o.Path] == nil && o.Role != Token && o.Method == "POST" && m.isCollection(o.Path) && isList(m.at("GET", o.Path)) {
			found[o.Path] = &Resource{Collection: o.Path, Place: o.Place}
		}
	}
	for _, collection := range slices.Sorted(maps.Keys(found)) {
		m.Resources = append(m.Resources, found[collection])
	}
	slices.SortStableFunc(m.Resources, func(a, b *Resource) int {
		return strings.Count(a.Collection, "/") - strings.Count(b.Collection, "/")
	})
	m.name()
	if err := m.assign(found); err != nil {
		return err
	}
	m.Resources = slices.DeleteFunc(m.Resources, func(r *Resource) bool { return r.first() == nil })
	for _, r := range m.Resources {
		if err := r.compile(); err != nil {
			return err
		}
	}
	return nil
}

// isList reports whether an answer has items, or a mark says which they are.
func isList(o *Operation) bool {
	if o == nil {
		return false
	}
	names, _ := o.Doc.Extensions["x-onvy-page"].(map[string]any)
	return names["items"] != nil || new(Page).shape(o.Answer)
}

func (m *Model) at(method, path string) *Operation {
	for _, o := range m.Operations {
		if o.Method == method && o.Path == path {
			return o
		}
	}
	return nil
}

func (m *Model) isCollection(path string) bool {
	_, item := collectionOf(path)
	return path != "" && !item && (m.at("POST", path) != nil || isList(m.at("GET", path)))
}

// collectionOf is the path of the collection that a path leads into.
func collectionOf(path string) (collection string, ok bool) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], i > 0 && strings.HasPrefix(path[i+1:], "{") && strings.Count(path[i+1:], "{") == 1 && strings.HasSuffix(path, "}")
}

// name gives the resources their names and parents.
func (m *Model) name() {
	last := func(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
	times := make(map[string]int)
	for _, r := range m.Resources {
		times[last(r.Collection)]++
	}
	for _, r := range m.Resources {
		for _, other := range m.Resources { // the closest comes last
			if other != r && other.Item != "" && strings.HasPrefix(r.Collection, other.Item+"/") {
				r.Parent = other
			}
		}
		r.Name = strings.ReplaceAll(last(r.Collection), "-", "_")
		r.Noun = singular(strings.ReplaceAll(r.Name, "_", " "))
		if times[last(r.Collection)] > 1 {
			r.Name = strings.Trim(strings.ReplaceAll(strings.Join(constants(r.Collection), "_"), "-", "_"), "_")
		}
	}
}

func constants(path string) (parts []string) {
	for part := range strings.SplitSeq(path, "/") {
		if part != "" && !strings.HasPrefix(part, "{") {
			parts = append(parts, part)
		}
	}
	return parts
}

func singular(plural string) string {
	switch {
	case strings.HasSuffix(plural, "ies"):
		return strings.TrimSuffix(plural, "ies") + "y"
	case strings.HasSuffix(plural, "ss"):
		return plural
	}
	return strings.TrimSuffix(plural, "s")
}

// assign gives each operation its role.
func (m *Model) assign(found map[string]*Resource) error {
	for _, o := range m.Operations {
		if o.Role == Token {
			continue
		}
		r, role := natural(o, found)
		if text := mark(o.Doc.Extensions, "x-onvy-resource"); text != "" {
			at := Place(o.Doc.Origin, "x-onvy-resource")
			if text == "none" {
				continue
			}
			name, roleName, _ := strings.Cut(text, ":")
			r = m.Resource(name)
			i := slices.Index(roleNames[:Token], roleName)
			if r == nil || i <= int(None) {
				return placed(at, "x-onvy-resource of %s is %q; resources are %s, roles create, read, replace, patch, delete, list", o.ID, text, m.names())
			}
			role = Role(i)
		}
		if r == nil || role == None {
			continue
		}
		slot := r.slot(role)
		if *slot != nil {
			return placed(o.Place, "%s and %s both %s %s; say which one does by x-onvy-resource", (*slot).ID, o.ID, role, r.Name)
		}
		*slot, o.Resource, o.Role = o, r, role
	}
	return nil
}

func (m *Model) names() string {
	var all []string
	for _, r := range m.Resources {
		all = append(all, r.Name)
	}
	return strings.Join(all, ", ")
}

// natural is what the path and the method say.
func natural(o *Operation, found map[string]*Resource) (*Resource, Role) {
	if r := found[o.Path]; r != nil {
		switch {
		case o.Method == "POST":
			return r, Create
		case o.Method == "GET" && isList(o):
			return r, List
		}
		return nil, None
	}
	collection, one := collectionOf(o.Path)
	if r := found[collection]; one && r != nil && r.Item == o.Path {
		return r, map[string]Role{"GET": Read, "PUT": Replace, "PATCH": Patch, "DELETE": Delete}[o.Method]
	}
	return nil, None
}
