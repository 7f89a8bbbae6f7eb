package pass

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

var roles = map[spec.Role]fact.Role{
	spec.Create: fact.Create, spec.Read: fact.Read, spec.Replace: fact.Replace, spec.Patch: fact.Patch,
	spec.Delete: fact.Delete, spec.List: fact.List, spec.Token: fact.Token,
}

// life is what the history is told of a resource.
func life(known *spec.Resource) *fact.Resource {
	r := &fact.Resource{
		Name: known.Name, Noun: known.Noun, ID: known.Key, Nested: strings.Contains(known.Collection, "{"),
		Created: known.Created, Updated: known.Updated,
	}
	for _, f := range known.Fields {
		if len(r.Fields) == 64 {
			break
		}
		if f.Shown == nil && known.Schema != nil {
			continue // nobody ever sees it
		}
		r.Fields = append(r.Fields, fact.Field{
			Name: f.Name, Shape: shapeOf(f), Assigned: f.Assigned, Default: defaultOf(f.Default, f.Assigned),
		})
	}
	if known.List != nil {
		p := known.List.Page
		r.Items, r.Next, r.Total = p.Items, p.Next, p.Total
	}
	return r
}

// defaultOf returns what reports whether a value may be a server's own; nil if
// none may.
func defaultOf(value any, mayAssign bool) func([]byte) bool {
	documented, err := json.Marshal(value)
	if value == nil || err != nil {
		documented = nil
	}
	if documented == nil && !mayAssign {
		return nil
	}
	return func(text []byte) bool {
		if documented != nil {
			return string(text) == string(documented)
		}
		return neutral(text)
	}
}

// neutral reports whether a value, as JSON text, is what a server takes where it
// has none: 0, false, English, and an object of such.
func neutral(text []byte) bool {
	switch plain := bytes.IndexByte(text, '\\') < 0; {
	case len(text) == 0 || text[0] == '[' || text[0] == 't' || text[0] == 'n':
		return false
	case text[0] == 'f':
		return true
	case text[0] == '"' && plain:
		return len(text) >= len(`"en"`) && bytes.EqualFold(text[1:3], []byte("en"))
	case text[0] != '"' && text[0] != '{':
		f, err := strconv.ParseFloat(string(text), 64)
		return err == nil && f == 0
	}
	var value any
	if json.Unmarshal(text, &value) != nil {
		return false
	}
	return isNeutral(value)
}

func isNeutral(value any) bool {
	switch value := value.(type) {
	case string:
		return strings.HasPrefix(strings.ToLower(value), "en")
	case float64:
		return value == 0
	case bool:
		return !value
	case map[string]any:
		for _, part := range value {
			if !isNeutral(part) {
				return false
			}
		}
		return true
	}
	return false
}
