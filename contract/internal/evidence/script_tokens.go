package evidence

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// changed is the code that changes a fresh token as the suite has changed one of
// the server's; nil if the text is no such token.
func (s *script) changed(text string) func() string {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil
	}
	original, variable := s.e.origin(parts)
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
			payload = s.edited(payload, from[1], parts[1])
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
func (s *script) edited(payload, from, to string) string {
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

// origin is the token that one in three parts was made of, with the variable if
// it is one of the target's.
func (e *Writer) origin(parts []string) (token, variable string) {
	fits := func(token string) bool {
		from := strings.Split(token, ".")
		return len(from) == 3 && (from[1] == parts[1] || parts[2] != "" && from[2] == parts[2])
	}
	if id := e.target.IDToken.Reveal(); fits(id) {
		return id, "ONVY_ID_TOKEN"
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for token := range e.issued {
		if fits(token) {
			return token, ""
		}
	}
	return "", ""
}

// issuer says how a token was given.
func (e *Writer) issuer(token string) (issued, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	is, ok := e.issued[token]
	return is, ok
}

// tokensIn are the tokens of the server in a text.
func (e *Writer) tokensIn(text string) (all []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for token := range e.issued {
		if len(token) >= 8 && strings.Contains(text, token) {
			all = append(all, token)
		}
	}
	return all
}

// like are the tokens that a word was made of by changing one character or
// cutting its end: opaque ones, and JWTs that nobody has signed.
func (e *Writer) like(word string) (all []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for token := range e.issued {
		if len(token) < 8 {
			continue
		}
		if len(word) == len(token) && differences(word, token) == 1 || word == token[:len(token)-4] {
			all = append(all, token)
		}
	}
	return all
}

// AnyToken is a token of the project with all that its client may do; "" if
// there is none.
func (e *Writer) AnyToken() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	found := ""
	for token, is := range e.issued {
		// The same one each time, so that a script needs no second one.
		if is.auth == rule.ServerAuth && is.scope == "" && is.plain && (found == "" || is.by.Started.Before(e.issued[found].by.Started)) {
			found = token
		}
	}
	return found
}

// cursorIn is the cursor of the server in a text, or "".
func (e *Writer) cursorIn(text string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	longest := ""
	for cursor := range e.cursors {
		if len(cursor) > len(longest) && strings.Contains(text, cursor) {
			longest = cursor
		}
	}
	return longest
}

// giver is the exchange whose answer has a cursor.
func (e *Writer) giver(cursor string) *wire.Exchange {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.cursors[cursor]
}
