package contract

import (
	"mime"
	"strings"
)

// mediaType is a Content-Type as the rules see it.
type mediaType struct {
	name   string // "application/json", in lower case
	params map[string]string
}

// readMediaType reads a Content-Type; of one that cannot be read it keeps what
// stands before the parameters.
func readMediaType(text string) mediaType {
	if m, known := usualTypes[text]; known {
		return m
	}
	return parseMediaType(text)
}

func parseMediaType(text string) (m mediaType) {
	m.name, m.params, _ = mime.ParseMediaType(text)
	if m.name == "" {
		m.name, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(text)), ";")
	}
	return m
}

// usualTypes are what nearly all servers send, read once.
var usualTypes = func() map[string]mediaType {
	usual := make(map[string]mediaType)
	for _, text := range []string{
		"", "application/json", "application/json; charset=utf-8", "application/json;charset=utf-8",
		"application/json; charset=UTF-8", "application/json;charset=UTF-8",
	} {
		usual[text] = parseMediaType(text)
	}
	return usual
}()
