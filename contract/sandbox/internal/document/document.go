// Package document has the JSON of a resource: taken apart, merged, and held
// against what a schema says beyond the letter.
package document

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// Fields are the part of a resource that the customer writes, as raw JSON by
// field name: numbers and strings come back exactly as they came. Documents
// are never changed once they are stored.
type Fields map[string]jsontext.Value

// Members splits a JSON object, which is valid by now. It is nil for what is
// not an object.
func Members(object jsontext.Value) Fields {
	d := jsontext.NewDecoder(bytes.NewReader(object))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil
	}
	doc := make(Fields)
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil
		}
		key := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return nil
		}
		doc[key] = value.Clone()
	}
	return doc
}

// elements splits a JSON array, which is valid by now.
func elements(array jsontext.Value) (all []jsontext.Value) {
	d := jsontext.NewDecoder(bytes.NewReader(array))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '[' {
		return nil
	}
	for d.PeekKind() != ']' {
		value, err := d.ReadValue()
		if err != nil {
			return nil
		}
		all = append(all, value.Clone())
	}
	return all
}

// Text is a member of a JSON object that is a string.
func Text(object []byte, name string) (value string, given bool) {
	member := Members(object)[name]
	if member.Kind() != '"' {
		return "", false
	}
	unquoted, err := jsontext.AppendUnquote(nil, member)
	return string(unquoted), err == nil
}

// Merge returns the document after a merge patch (RFC 7396): what the patch has
// replaces, objects merge, and null takes away. What a client does not write
// is not kept. Defaults come back when they are taken away.
func (d Fields) Merge(r *spec.Resource, patch []byte) Fields {
	from := Members(patch)
	merged := make(Fields, len(r.Fields))
	for _, f := range r.Fields {
		if value := merge(f.Schema(), read(d[f.Name]), read(from[f.Name])); value != nil {
			merged[f.Name] = value.append(nil)
		} else if f.Default != nil {
			if text, err := json.Marshal(f.Default); err == nil {
				merged[f.Name] = text
			}
		}
	}
	return merged
}

// value is a JSON value, of an object with its members. It is read once, however
// deep objects are in each other.
type value struct {
	text    jsontext.Value    // as it came; nil of an object that was put together
	members map[string]*value // nil of what is not an object
}

// read reads a value that is valid by now; nil for one that is not there.
func read(text jsontext.Value) *value {
	d := jsontext.NewDecoder(bytes.NewReader(text))
	return next(d, text)
}

func next(d *jsontext.Decoder, text jsontext.Value) *value {
	if d.PeekKind() != '{' {
		one, err := d.ReadValue()
		if err != nil {
			return nil
		}
		return &value{text: text[d.InputOffset()-int64(len(one)) : d.InputOffset()]}
	}
	if _, err := d.ReadToken(); err != nil {
		return nil
	}
	start := d.InputOffset() - 1
	v := &value{members: make(map[string]*value)}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil
		}
		key := name.String()
		if v.members[key] = next(d, text); v.members[key] == nil {
			return nil
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return nil
	}
	v.text = text[start:d.InputOffset()]
	return v
}

// append writes a value: as it came, or an object's members by name.
func (v *value) append(out []byte) []byte {
	if v.text != nil {
		return append(out, v.text...)
	}
	out = append(out, '{')
	for i, name := range slices.Sorted(maps.Keys(v.members)) {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(out, Quote(name)...), ':')
		out = v.members[name].append(out)
	}
	return append(out, '}')
}

// merge merges a value into an old one; nil stands for one that is not there.
func merge(s *openapi3.Schema, old, patch *value) *value {
	switch {
	case patch == nil:
		return old
	case patch.text.Kind() == 'n':
		return nil
	case patch.members == nil:
		return patch
	case old == nil:
		old = &value{}
	}
	properties, more := spec.Properties(s), spec.More(s)
	merged := &value{members: make(map[string]*value, len(old.members)+len(patch.members))}
	take := func(name string) {
		property, named := properties[name]
		if !named && len(properties) > 0 && more == nil {
			return
		} else if !named {
			property = more
		}
		if one := merge(property, old.members[name], patch.members[name]); one != nil {
			merged.members[name] = one
		}
	}
	for name := range old.members {
		take(name)
	}
	for name := range patch.members {
		if old.members[name] == nil {
			take(name)
		}
	}
	return merged
}

// Touches reports whether a patch has a field of a document at all.
func Touches(r *spec.Resource, patch []byte) bool {
	from := Members(patch)
	return slices.ContainsFunc(r.Fields, func(f *spec.Field) bool { return from[f.Name] != nil })
}

// Object writes the named members, in that order, as a JSON object.
func (d Fields) Object(names []string) jsontext.Value {
	object := []byte{'{'}
	for _, name := range names {
		if value, ok := d[name]; ok {
			object = AppendMember(object, name, value)
		}
	}
	return append(object, '}')
}

func AppendMember(object []byte, name string, value jsontext.Value) []byte {
	if len(object) > 1 {
		object = append(object, ',')
	}
	object = append(object, Quote(name)...)
	object = append(object, ':')
	return append(object, value...)
}

func Quote(s string) jsontext.Value {
	quoted, _ := jsontext.AppendQuote(nil, s) // fails for invalid UTF-8 only, which never gets here
	return quoted
}

func Number(n int) jsontext.Value { return strconv.AppendInt(nil, int64(n), 10) }
