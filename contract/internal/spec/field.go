package spec

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Field is a property that a client writes.
type Field struct {
	Name  string
	Place string // in the answer if it is shown there, else in the request

	// What the operations that write it document; nil where one does not take it.
	Create, Replace, Patch *openapi3.Schema
	Shown                  *openapi3.Schema // in the answer; nil if it is never shown

	Required bool     // by create
	Nullable bool     // by patch: null clears it
	Default  any      // documented; nil for none
	Assigned bool     // the server may give it a value of its own: x-onvy-default
	Parts    []string // names of the properties of an object; nil for other types
}

// Schema is what is documented of the values that are written.
func (f *Field) Schema() *openapi3.Schema {
	for _, s := range []*openapi3.Schema{f.Create, f.Replace, f.Patch} {
		if s != nil {
			return s
		}
	}
	return nil
}

// compile takes from the schemas what one of the resource is made of.
func (r *Resource) compile() error {
	if r.List != nil {
		page, err := readPage(r.List)
		if err != nil {
			return err
		}
		if r.List.Page = page; page == nil {
			return placed(Place(r.List.Doc.Origin, "x-onvy-resource"), "%s lists %s, and its answer has not one array; say which are the items by x-onvy-page", r.List.ID, r.Name)
		}
	}
	r.Schema = r.shown()
	r.Key = keyOf(r)
	sent := make(map[string]*Field)
	for _, o := range []*Operation{r.Create, r.Replace, r.Patch} {
		for name, schema := range Properties(o.Sent()) {
			if schema.ReadOnly || name == r.Key {
				r.ClientKeys = r.ClientKeys || name == r.Key && o == r.Create && !schema.ReadOnly
				continue
			}
			if sent[name] == nil {
				sent[name] = &Field{Name: name}
			}
			sent[name].add(o, schema)
		}
	}
	shown := Properties(r.Schema)
	for _, name := range sorted(sent) {
		f := sent[name]
		if s := shown[name]; s != nil && !s.WriteOnly {
			f.Shown = s
		}
		f.finish()
		r.Fields = append(r.Fields, f)
	}
	return r.readTimes(shown)
}

func (f *Field) add(o *Operation, s *openapi3.Schema) {
	switch o.Role {
	case Create:
		f.Create, f.Required = s, Requires(o.Sent(), f.Name)
	case Replace:
		f.Replace = s
	case Patch:
		f.Patch, f.Nullable = s, Nullable(s)
	}
}

func (f *Field) finish() {
	s := f.Schema()
	f.Place = Place(s.Origin, "")
	if f.Shown != nil {
		f.Place = Place(f.Shown.Origin, "")
	}
	for _, one := range []*openapi3.Schema{f.Create, f.Replace, f.Patch, f.Shown} {
		if one == nil {
			continue
		}
		if f.Default == nil {
			f.Default = DefaultOf(one)
		}
		f.Assigned = f.Assigned || mark(one.Extensions, "x-onvy-default") == "server"
	}
	if parts := Properties(s); len(parts) > 0 {
		f.Parts = sorted(parts)
	}
}

// shown is the schema of one, from what answers with one.
func (r *Resource) shown() *openapi3.Schema {
	for _, o := range []*Operation{r.Read, r.Create, r.Replace, r.Patch} {
		if o != nil && o.Answer != nil {
			return o.Answer
		}
	}
	if r.List != nil {
		if items := Plain(Follow(r.List.Answer, r.List.Page.Items)); items != nil && items.Items != nil {
			return items.Items.Value
		}
	}
	return nil
}

// keyOf is the property that the parameter of the path is: of the same name, or
// its id.
func keyOf(r *Resource) string {
	shown := Properties(r.Schema)
	for _, name := range []string{r.Param, "id"} {
		if name != "" && shown[name] != nil {
			return name
		}
	}
	return ""
}

// readTimes finds when one was made and last changed: by x-onvy-time, or by
// the names that everybody gives them.
func (r *Resource) readTimes(shown map[string]*openapi3.Schema) error {
	slots := map[string]*string{"created": &r.Created, "updated": &r.Updated}
	for _, name := range sorted(shown) {
		s := shown[name]
		kind := mark(s.Extensions, "x-onvy-time")
		if kind == "" {
			continue
		}
		at := Place(s.Origin, "x-onvy-time")
		if Plain(s).Format != "date-time" {
			return placed(at, "%s of %s has x-onvy-time and is not of the format date-time", name, r.Name)
		}
		if slots[kind] == nil || *slots[kind] != "" {
			return placed(at, "%s of %s has x-onvy-time %q; it is created or updated, each once", name, r.Name, kind)
		}
		*slots[kind] = name
	}
	for kind, slot := range slots {
		name := kind + "_at"
		if *slot == "" && shown[name] != nil && Plain(shown[name]).Format == "date-time" && r.Field(name) == nil {
			*slot = name
		}
	}
	return nil
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
