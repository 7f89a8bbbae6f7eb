package read

import (
	"bytes"
	"mime"
	"strings"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// MediaType is a Content-Type as the rules see it.
type MediaType struct {
	Name   string // "application/json", in lower case
	Params map[string]string
}

// ParseMediaType reads a Content-Type; of one that cannot be read it keeps what
// stands before the parameters.
func ParseMediaType(text string) MediaType {
	if m, known := usualTypes[text]; known {
		return m
	}
	return parseMediaType(text)
}

func parseMediaType(text string) (m MediaType) {
	m.Name, m.Params, _ = mime.ParseMediaType(text)
	if m.Name == "" {
		m.Name, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(text)), ";")
	}
	return m
}

// usualTypes are what nearly all servers send, read once.
var usualTypes = func() map[string]MediaType {
	usual := make(map[string]MediaType)
	for _, text := range []string{
		"", "application/json", "application/json; charset=utf-8", "application/json;charset=utf-8",
		"application/json; charset=UTF-8", "application/json;charset=UTF-8",
	} {
		usual[text] = parseMediaType(text)
	}
	return usual
}()

// Undecoded reports whether a body is not what its Content-Encoding says: nobody
// could take the coding off, or it is gzip by its first bytes and still is.
func Undecoded(r *wire.Response) bool {
	return !r.Truncated && r.Decoded == wire.NotDecoded || r.Decoded == "" && !r.Truncated && bytes.HasPrefix(r.Body, []byte("\x1f\x8b")) && strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip")
}

// IsJSON reports whether a media type is JSON or built on it (RFC 6839).
func IsJSON(contentType string) bool {
	return contentType == "application/json" || strings.HasSuffix(contentType, "+json")
}

// PrintableType is a media type that is safe to print.
func PrintableType(contentType string) string {
	if len(contentType) > 40 || !IsToken(strings.ReplaceAll(contentType, "/", "")) {
		return "something else"
	}
	return contentType
}
