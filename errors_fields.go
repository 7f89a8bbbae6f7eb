package onvy

import "encoding/json"

// FieldError is what a server says about one field of a request.
type FieldError struct {
	// Field says which one, in the words of the server: a name, a path or a JSON
	// pointer.
	Field string
	// Message says what is wrong with it. It may quote the value.
	Message string
}

// Fields returns what the body of the answer says about single fields of the
// request, nil if it says nothing. ONVY documents no such body; those of
// RFC 9457 ("errors" with pointer and detail), of FastAPI ("detail" with loc and
// msg) and the common lists of field and message are understood.
func (e *Error) Fields() []FieldError {
	var body map[string]json.RawMessage
	if json.Unmarshal(e.Body(), &body) != nil {
		return nil
	}
	for _, name := range []string{"errors", "details", "detail", "fields"} {
		var items []map[string]any
		if json.Unmarshal(body[name], &items) != nil {
			continue
		}
		var fields []FieldError
		for _, item := range items {
			f := FieldError{Field: place(item), Message: text(item, "message", "msg", "detail", "reason")}
			if f != (FieldError{}) {
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
