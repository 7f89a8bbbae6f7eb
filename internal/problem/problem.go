// Package problem reads what bodies of errors say about single fields of a request:
// RFC 9457 ("errors" with pointer and detail), FastAPI ("detail" with loc and msg)
// and the common lists of field and message.
package problem

import "encoding/json"

// Field is one field: which, and what is wrong with it, both in the words of the
// server.
type Field struct {
	Field   string
	Message string
}

// Fields returns what a body says, nil if it says nothing.
func Fields(raw []byte) []Field {
	var body map[string]json.RawMessage
	if json.Unmarshal(raw, &body) != nil {
		return nil
	}
	for _, name := range []string{"errors", "details", "detail", "fields"} {
		var items []map[string]any
		if json.Unmarshal(body[name], &items) != nil {
			continue
		}
		var fields []Field
		for _, item := range items {
			f := Field{Field: place(item), Message: text(item, "message", "msg", "detail", "reason")}
			if f != (Field{}) {
				fields = append(fields, f)
			}
		}
		return fields
	}
	return nil
}

// place is where a field error is; a path of names becomes a JSON pointer.
func place(item map[string]any) string {
	path, ok := item["loc"].([]any)
	if !ok {
		return text(item, "field", "pointer", "path", "name", "property")
	}
	pointer := ""
	for _, step := range path {
		part, err := json.Marshal(step)
		if err != nil {
			return ""
		}
		if name, isName := step.(string); isName {
			part = []byte(name)
		}
		pointer += "/" + string(part)
	}
	return pointer
}

// text is the first of some members that is a string and not empty.
func text(item map[string]any, names ...string) string {
	for _, name := range names {
		if s, ok := item[name].(string); ok && s != "" {
			return s
		}
	}
	return ""
}
