package fact

import (
	"bytes"
	"slices"
)

// View is a resource as one answer shows it, or as one request sends it.
type View struct {
	Raw     uint64 // of its bytes
	Created Instant
	Updated Instant
	Fields  []Value // in the order of the resource's; see open
	Named   uint64  // which fields are in it, null included; a bit for each

	text  []byte   // JSON, from which Fields and Named are read when they are asked for
	wrong []string // which fields are wrong in themselves, and then unknown
	id    []byte   // see Extractor
}

func (v *View) Has(i int) bool { return v != nil && v.Named&(1<<i) != 0 }

// open reads the fields.
func (v *View) Open(h *Hasher, r *Resource) {
	if v == nil || v.text == nil {
		return
	}
	text := v.text
	v.text, v.Fields, v.Named = nil, make([]Value, len(r.Fields)), 0
	members(text, func(name, member []byte) { v.set(h, r, name, member) })
	v.forget(r)
}

// doubt says which fields are wrong in themselves: they are unknown.
func (v *View) doubt(r *Resource, wrong []string) *View {
	if v == nil || len(wrong) == 0 {
		return v
	}
	for _, name := range wrong {
		switch name {
		case r.Created:
			v.Created = unknownInstant
		case r.Updated:
			v.Updated = unknownInstant
		}
	}
	if v.wrong = wrong; v.text == nil {
		v.forget(r)
	}
	return v
}

// forget makes the fields unknown that are wrong.
func (v *View) forget(r *Resource) {
	for _, name := range v.wrong {
		if i := r.Index(name); i >= 0 {
			v.Fields[i] = Value{Kind: Unknown}
		}
	}
}

// Known reports whether all fields of a view that is open are known.
func (v *View) Known() bool {
	return !slices.ContainsFunc(v.Fields, func(field Value) bool { return !field.Known() })
}

// set reads a field.
func (v *View) set(h *Hasher, r *Resource, name, member []byte) {
	i := r.Index(string(name))
	if i < 0 {
		return
	}
	v.Named |= 1 << i
	v.Fields[i] = h.read(member, r.Fields[i].Shape, 0)
	if v.Fields[i].There() && r.Fields[i].Default != nil {
		v.Fields[i].Default = r.Fields[i].Default(member)
	}
}

// field is the value of a field, absent in a view that is nil. The view must be
// open.
func (v *View) Field(i int) Value {
	if v == nil || i >= len(v.Fields) {
		return Value{}
	}
	return v.Fields[i]
}

// newView takes the text of a resource; nil for one that is no object. Times are
// read at once, since nearly every law asks for them, and so are the fields of what
// is written: they are compared for certain.
func newView(h *Hasher, r *Resource, text []byte, written bool) *View {
	object := wholeObject(text)
	if object == nil {
		return nil
	}
	v := &View{Raw: h.values(text), text: object}
	if written {
		v.text, v.Fields = nil, make([]Value, len(r.Fields))
	}
	members(object, func(name, member []byte) {
		switch string(name) {
		case r.ID:
			v.id = nil
			if member[0] == '"' {
				v.id = unquoted(member)
			}
		case r.Created:
			v.Created = ReadInstant(member)
		case r.Updated:
			v.Updated = ReadInstant(member)
		}
		if written {
			v.set(h, r, name, member)
		}
	})
	return v
}

// own is a view that does not hold the body of an exchange in memory.
func (v *View) Own() *View {
	w := *v
	w.text, w.id = bytes.Clone(v.text), nil
	return &w
}
