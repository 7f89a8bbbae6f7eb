package mask

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Pointer makes a JSON pointer safe to print: array indexes become "*", and a
// name that may be data (an id used as a key) becomes "…".
func Pointer(pointer string) string {
	if pointer == "" {
		return ""
	}
	parts := strings.Split(pointer, "/")
	for i, part := range parts {
		if i > 0 {
			parts[i] = Name(part)
		}
	}
	return strings.Join(parts, "/")
}

// Path joins names to a pointer that is safe to print.
func Path(names []string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteByte('/')
		b.WriteString(Name(name))
	}
	return b.String()
}

// Name makes a name safe to print: "*" for an index, "…" for what may be data.
func Name(name string) string {
	if name != "" && strings.Trim(name, "0123456789") == "" {
		return "*"
	}
	digits := 0
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '_', r == '-', r == '$':
		case r >= '0' && r <= '9':
			digits++
		default:
			return "…"
		}
	}
	if digits > 2 || len(name) > 32 || name == "" {
		return "…"
	}
	return name
}

// Shape names what a JSON value is, without the value.
func Shape(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		if value == "" {
			return "an empty string"
		}
		return "a string"
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	}
	return "a number"
}

// Digest stands for a secret in maps, so that none stays in memory for long.
func Digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:12])
}
