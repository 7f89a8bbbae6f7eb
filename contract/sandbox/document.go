package sandbox

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

// document is the part of a resource that the customer writes, as raw JSON by
// field name: numbers and strings come back exactly as they came. Documents
// are never changed once they are stored.
type document map[string]jsontext.Value

// members splits a JSON object, which is valid by now. It is nil for what is
// not an object.
func members(object jsontext.Value) document {
	d := jsontext.NewDecoder(bytes.NewReader(object))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil
	}
	doc := make(document)
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

// text is a member of a JSON object that is a string.
func text(object []byte, name string) (value string, given bool) {
	member := members(object)[name]
	if member.Kind() != '"' {
		return "", false
	}
	unquoted, err := jsontext.AppendUnquote(nil, member)
	return string(unquoted), err == nil
}

// merge returns the document after a merge patch (RFC 7396): what the patch has
// replaces, objects merge, and null takes away. What a client does not write
// is not kept. Defaults come back when they are taken away.
func (d document) merge(r *spec.Resource, patch []byte) document {
	from := members(patch)
	merged := make(document, len(r.Fields))
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
	properties := spec.Properties(s)
	if len(properties) == 0 { // of any shape
		return patch
	}
	before, after := members(old), members(patch)
	merged := make(document, len(properties))
	for name, property := range properties {
		if value := mergeValue(property, before[name], after[name]); value != nil {
			merged[name] = value
		}
	}
	return merged.object(slices.Sorted(maps.Keys(merged)))
}

// touches reports whether a patch has a field of a document at all.
func touches(r *spec.Resource, patch []byte) bool {
	from := members(patch)
	return slices.ContainsFunc(r.Fields, func(f *spec.Field) bool { return from[f.Name] != nil })
}

// object writes the named members, in that order, as a JSON object.
func (d document) object(names []string) jsontext.Value {
	object := []byte{'{'}
	for _, name := range names {
		if value, ok := d[name]; ok {
			object = appendMember(object, name, value)
		}
	}
	return append(object, '}')
}

func appendMember(object []byte, name string, value jsontext.Value) []byte {
	if len(object) > 1 {
		object = append(object, ',')
	}
	object = append(object, quote(name)...)
	object = append(object, ':')
	return append(object, value...)
}

func quote(s string) jsontext.Value {
	quoted, _ := jsontext.AppendQuote(nil, s) // fails for invalid UTF-8 only, which never gets here
	return quoted
}

func number(n int) jsontext.Value { return strconv.AppendInt(nil, int64(n), 10) }
