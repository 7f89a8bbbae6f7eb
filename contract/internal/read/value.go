package read

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Follow is a member of the members of a value; there is false if it is not there.
func Follow(value any, path []string) (member any, there bool) {
	for _, name := range path {
		object, _ := value.(map[string]any)
		if value, there = object[name]; !there {
			return nil, false
		}
	}
	return value, true
}

// What a JSON pointer writes in another way (RFC 6901, 3).
var (
	escapes   = strings.NewReplacer("~", "~0", "/", "~1")
	unescapes = strings.NewReplacer("~1", "/", "~0", "~")
)

// Pointer joins names to a JSON pointer; "" for none.
func Pointer(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteByte('/')
		if strings.ContainsAny(name, "~/") {
			name = escapes.Replace(name)
		}
		b.WriteString(name)
	}
	return b.String()
}

// Unescape is the name that a part of a JSON pointer stands for.
func Unescape(part string) string { return unescapes.Replace(part) }

// Plural is a number with its noun: "1 operation", "3 operations".
func Plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// Keys are the names of an object, sorted.
func Keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Last is the last name of a path.
func Last(path []string) string { return path[len(path)-1] }

// Float returns a JSON number as a float.
func Float(value any) (float64, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

// Timestamp reads a date-time.
func Timestamp(value any) (time.Time, bool) {
	text, _ := value.(string)
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}
