package marks

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// examples hold data, in which $ref is a name like any other.
var examples = []string{"example", "value", "default", "enum"}

// What the elements of OpenAPI are, as its loaders call them: those in a map or
// list, by its keyword, and those that a keyword has alone.
var (
	manyOf = map[string]string{
		"properties": "schema", "allOf": "schema", "oneOf": "schema", "anyOf": "schema", "schemas": "schema", "parameters": "parameter",
		"headers": "header", "requestBodies": "requestBody", "responses": "response", "examples": "example", "links": "link",
		"callbacks": "callback", "securitySchemes": "securityScheme", "paths": "path item",
	}
	oneOf = map[string]string{"schema": "schema", "items": "schema", "not": "schema", "additionalProperties": "schema", "requestBody": "requestBody"}
)

// walk visits what is in n, and in that, from top to bottom until an error: key
// names it, or is the same in a list; kind is "" for what is no element. Data and
// extensions are left out. Entries is the kind of what n has under names of its
// own choice, as an object has properties; "" if it has keywords.
func walk(n *yaml.Node, entries string, visit func(key, inner *yaml.Node, kind string) error) error {
	for i, inner := range n.Content { // an alias has no content of its own
		key, name := inner, ""
		if n.Kind == yaml.MappingNode {
			if i%2 == 0 {
				continue
			}
			key = n.Content[i-1]
			name = key.Value
		}
		kind, within := entries, ""
		if entries == "" {
			if slices.Contains(examples, name) || strings.HasPrefix(name, "x-") {
				continue
			}
			kind, within = oneOf[name], manyOf[name]
		}
		if err := visit(key, inner, kind); err != nil {
			return err
		}
		if err := walk(inner, within, visit); err != nil {
			return err
		}
	}
	return nil
}
