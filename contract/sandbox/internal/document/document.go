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
		if value := mergeValue(f.Schema(), d[f.Name], from[f.Name]); value != nil {
			merged[f.Name] = value
		} else if f.Default != nil {
			if text, err := json.Marshal(f.Default); err == nil {
				merged[f.Name] = text
			}
		}
	}
	return merged
}

// mergeValue merges a value into an old one; nil stands for one that is not
// there.
func mergeValue(s *openapi3.Schema, old, patch jsontext.Value) jsontext.Value {
	switch {
	case patch == nil:
		return old
	case patch.Kind() == 'n':
		return nil
	case patch.Kind() != '{':
		return patch
	}
	properties, more := spec.Properties(s), spec.More(s)
	before, after := Members(old), Members(patch)
	merged := make(Fields, len(properties))
	names := make(Fields, len(before)+len(after))
	maps.Copy(names, before)
	maps.Copy(names, after)
	for name := range names {
		property, named := properties[name]
		if !named && len(properties) > 0 && more == nil {
			continue
		} else if !named {
			property = more
		}
		if value := mergeValue(property, before[name], after[name]); value != nil {
			merged[name] = value
		}
	}
	return merged.Object(slices.Sorted(maps.Keys(merged)))
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
