package evidence

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// changed is the code that changes a fresh token as the suite has changed one of
// the server's; nil if the text is no such token.
func changed(s *script, text string) func() string {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil
	}
	original, variable := s.e.origin(parts, s.e.target.IDToken.Reveal())
	if original == "" {
		return nil
	}
	return func() string {
		from := strings.Split(original, ".")
		token := "${" + variable + "}"
		if variable == "" {
			token = s.token(original)
		}
		inner := strings.TrimSuffix(strings.TrimPrefix(token, "${"), "}")
		head, payload := part(token, 1), part(token, 2)
		if parts[0] != from[0] {
			head = encoded("'" + decodedText(parts[0]) + "'")
		}
		if parts[1] != from[1] {
			payload = edited(s, payload, from[1], parts[1])
		}
		signature := ""
		switch {
		case parts[2] == from[2]:
			signature = "${" + inner + "##*.}"
		case parts[2] == "":
		case len(parts[2]) == len(from[2]) && differences(parts[2], from[2]) == 1:
			signature = flipped("${"+inner+"##*.}", differsAt(parts[2], from[2]))
		default: // of another key, which the server does not know either
			signature = strings.Repeat("A", len(parts[2]))
		}
		return head + "." + payload + "." + signature
	}
}

// part is the code for one of the three parts of a token.
func part(token string, n int) string {
	return fmt.Sprintf(`$(printf %%s "%s" | cut -d. -f%d)`, token, n)
}

// encoded is the code for base64url of what printf prints for some arguments.
func encoded(arguments string) string {
	return `$(printf %s ` + arguments + ` | base64 | tr -d '=\n' | tr '/+' '_-')`
}

// edited is the code that changes the claims of a payload which the suite has
// changed.
func edited(s *script, payload, from, to string) string {
	var before, after map[string]any
	if json.Unmarshal([]byte(decodedText(from)), &before) != nil || json.Unmarshal([]byte(decodedText(to)), &after) != nil {
		s.partly = "the payload of the token was changed in a way that is not known"
		return payload
	}
	var edits []string
	for name, value := range after {
		if reflect.DeepEqual(before[name], value) {
			continue
		}
		switch value := value.(type) {
		case float64:
			edits = append(edits, fmt.Sprintf(`s/"%s":[0-9]*/"%s":9999999999/`, name, name))
		case string:
			edits = append(edits, fmt.Sprintf(`s/"%s":"[^"]*"/"%s":"%s"/`, name, name, value))
		}
	}
	slices.Sort(edits)
	decode := `printf '%s===' "` + payload + `" | tr '_-' '/+' | base64 -d 2>/dev/null`
	return encoded(`"$(` + decode + ` | sed '` + strings.Join(edits, ";") + `')"`)
}

func decodedText(part string) string {
	text, _ := base64.RawURLEncoding.DecodeString(part) // what is not base64url is nothing
	return string(text)
}

func differences(a, b string) int {
	n := 0
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}
