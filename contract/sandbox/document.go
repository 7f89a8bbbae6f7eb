package sandbox

import (
	"bytes"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// document is the part of a user that the customer writes, as raw JSON by
// field name: numbers and strings come back exactly as they came. Documents
// are never changed once they are stored.
type document map[string]jsontext.Value

// fields are the fields of a document in the order in which they are shown,
// with the fields of those that are objects. What else a body has is not kept.
var fields = []struct {
	name  string
	inner []string
}{
	{name: "language"},
	{name: "tz_offset"},
	{name: "firstname"},
	{name: "lastname"},
	{name: "measurement_unit"},
	{name: "gender"},
	{name: "birthday"},
	{name: "height"},
	{name: "weight"},
	{name: "thresholds", inner: []string{"ftp", "lthr", "mhr"}},
	{name: "location", inner: []string{"lat", "lon"}},
	{name: "coach_config", inner: []string{"enabled"}},
}

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

// bodyID is the id in a body. The decoded body would take "ID" for it too.
func bodyID(body []byte) (id string, given bool) {
	value, given := members(body)["id"]
	unquoted, _ := jsontext.AppendUnquote(nil, value) // a string, by its schema
	return string(unquoted), given
}

// newDocument is the document of a body for POST or PUT.
func newDocument(body []byte) document {
	return document{}.merge(body)
}

// merge returns the document after a merge patch (RFC 7396): what the patch
// has replaces, objects merge, and null takes away. The default of
// measurement_unit comes back when it is taken away.
func (d document) merge(patch []byte) document {
	from := members(patch)
	merged := make(document, len(fields))
	for _, f := range fields {
		old, has := d[f.name]
		value, given := from[f.name]
		switch {
		case !given && has:
			merged[f.name] = old
		case !given || value.Kind() == 'n':
		case f.inner == nil:
			merged[f.name] = value
		default:
			merged[f.name] = mergeObject(members(old), members(value), f.inner)
		}
	}
	if merged["measurement_unit"] == nil {
		merged["measurement_unit"] = jsontext.Value(`"metric"`)
	}
	return merged
}

func mergeObject(old, patch document, names []string) jsontext.Value {
	merged := make(document, len(names))
	for _, name := range names {
		value, given := patch[name]
		switch {
		case !given && old[name] != nil:
			merged[name] = old[name]
		case given && value.Kind() != 'n':
			merged[name] = value
		}
	}
	return merged.object(names)
}

// touches tells whether a patch has a field of a document at all.
func touches(patch []byte) bool {
	from := members(patch)
	for _, f := range fields {
		if from[f.name] != nil {
			return true
		}
	}
	return false
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
	object = append(object, '"')
	object = append(object, name...)
	object = append(object, '"', ':')
	return append(object, value...)
}

func number(n int) jsontext.Value { return strconv.AppendInt(nil, int64(n), 10) }
