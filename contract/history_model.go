package contract

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/onvy-health/onvy-go/contract/internal/history"
)

// compileLives finds the resources of the spec: a path that ends in a
// parameter, and the path before it, which creates and lists.
func (s *Spec) compileLives() {
	resources := make(map[string]*history.Resource) // by the path of the collection
	for _, o := range s.ops {
		if collection, ok := item(o.path); ok && o.method == "GET" {
			if r := s.resource(collection, o); r != nil {
				resources[collection] = r
			}
		}
	}
	for _, o := range s.ops {
		o.life = &history.Operation{ID: o.id, Scope: o.scope}
		for part := range strings.SplitSeq(o.path, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				o.vars = append(o.vars, strings.TrimSuffix(name, "}"))
			}
		}
		collection, one := item(o.path)
		switch {
		case o.token:
			o.life.Role = history.Token
		case one && resources[collection] != nil:
			o.life.Resource = resources[collection]
			o.life.Role = map[string]history.Role{"GET": history.Read, "PUT": history.Replace, "PATCH": history.Patch, "DELETE": history.Delete}[o.method]
		case resources[o.path] != nil:
			o.life.Resource = resources[o.path]
			o.life.Role = map[string]history.Role{"POST": history.Create, "GET": history.List}[o.method]
			if o.method == "GET" {
				s.listing(o)
			}
		}
		s.lives = append(s.lives, o.life)
	}
}

// item is the path of the collection that a path leads into.
func item(path string) (collection string, ok bool) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], i > 0 && strings.HasPrefix(path[i+1:], "{")
}

// resource is what an operation reads; nil if that has no id.
func (s *Spec) resource(collection string, read *operation) *history.Resource {
	shown := properties(read.answer())
	id := "id"
	if shown[id] == nil {
		return nil
	}
	name := collection[strings.LastIndexByte(collection, '/')+1:]
	r := &history.Resource{Name: name, Noun: strings.TrimSuffix(name, "s"), ID: id, Nested: strings.Contains(collection, "{")}
	sent := make(map[string]*openapi3.Schema)
	for _, o := range s.ops {
		if c, one := item(o.path); (one && c == collection || o.path == collection) && o.op.RequestBody != nil {
			for name, schema := range properties(o.sent()) {
				sent[name] = schema
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		schema := sent[name]
		if name == id || schema.ReadOnly || len(r.Fields) == 64 {
			continue
		}
		f := history.Field{Name: name, Assigned: slices.Contains(assigned, name), Default: defaultOf(schema, slices.Contains(assigned, name))}
		if parts := properties(schema); len(parts) > 0 {
			f.Parts = slices.Sorted(maps.Keys(parts))
		}
		r.Fields = append(r.Fields, f)
	}
	for name, schema := range shown {
		switch {
		case schema.Format != "date-time":
		case name == "created_at":
			r.Created = name
		case name == "updated_at":
			r.Updated = name
		}
	}
	return r
}

// listing finds where the answer of a list has its items, and what pages it.
func (s *Spec) listing(o *operation) {
	r := o.life.Resource
	for name, schema := range properties(o.answer()) {
		if schema.Type.Is(openapi3.TypeArray) && r.Items == nil {
			r.Items = []string{name}
		}
		for part := range properties(schema) {
			switch part {
			case "next_page":
				r.Next = []string{name, part}
			case "total":
				r.Total = []string{name, part}
			}
		}
	}
	if r.Items == nil {
		o.life.Role = history.None
	}
	o.cursor, o.limit = "page", "limit"
}

// answer is the schema of the first 2xx answer that has one; nil for none.
func (o *operation) answer() *openapi3.Schema {
	for status := 200; status < 300; status++ {
		if r := o.responses[status]; r != nil {
			if m := r.Content["application/json"]; m != nil && m.Schema != nil {
				return m.Schema.Value
			}
		}
	}
	return nil
}

// sent is the schema of the JSON body of requests; nil for none.
func (o *operation) sent() *openapi3.Schema {
	if m := o.op.RequestBody.Value.Content["application/json"]; m != nil && m.Schema != nil {
		return m.Schema.Value
	}
	return nil
}

// properties are those of an object, those of its parts among them.
func properties(s *openapi3.Schema) map[string]*openapi3.Schema {
	all := make(map[string]*openapi3.Schema)
	if s == nil {
		return all
	}
	for name, ref := range s.Properties {
		all[name] = ref.Value
	}
	for _, refs := range []openapi3.SchemaRefs{s.AllOf, s.OneOf, s.AnyOf} {
		for _, ref := range refs {
			maps.Copy(all, properties(ref.Value))
		}
	}
	return all
}

// assigned are fields that a server may give a value of its own.
var assigned = []string{"language", "tz_offset", "coach_config"}

// defaultOf returns what reports whether a value may be a server's own; nil if
// none may.
func defaultOf(s *openapi3.Schema, mayAssign bool) func([]byte) bool {
	for len(s.AllOf) == 1 && s.Default == nil {
		s = s.AllOf[0].Value
	}
	documented, err := json.Marshal(s.Default)
	if s.Default == nil || err != nil {
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

// neutral reports whether a value is what a server takes where it has none: 0,
// false, English, and an object of such.
func neutral(text []byte) bool {
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
