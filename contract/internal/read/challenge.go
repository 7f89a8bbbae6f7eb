package read

import (
	"strings"

	"github.com/onvy-health/onvy-go/contract/wire"
	"github.com/onvy-health/onvy-go/internal/safetext"
)

// Challenge is one challenge of a WWW-Authenticate header (RFC 9110, 11.6.1).
type Challenge struct {
	Scheme string // in lower case
	Params map[string]string
	Double string // a parameter that stands twice
}

// Challenges reads all of them; ok is false if the header cannot be read.
func Challenges(h wire.Header) (all []Challenge, ok bool) {
	for _, value := range h.Values("WWW-Authenticate") {
		for rest := strings.TrimLeft(value, " ,\t"); rest != ""; rest = strings.TrimLeft(rest, " ,\t") {
			name, after := cutToken(rest)
			if name == "" {
				return all, false
			}
			trimmed := strings.TrimLeft(after, " \t")
			if strings.HasPrefix(trimmed, "=") && len(all) > 0 {
				text, next, fine := cutValue(strings.TrimLeft(trimmed[1:], " \t"))
				if !fine {
					return all, false
				}
				c := &all[len(all)-1]
				name = strings.ToLower(name)
				if _, twice := c.Params[name]; twice {
					c.Double = name
				}
				c.Params[name] = text
				rest = next
				continue
			}
			all = append(all, Challenge{Scheme: strings.ToLower(name), Params: map[string]string{}})
			rest = after
		}
	}
	return all, len(all) > 0
}

func cutToken(s string) (token, rest string) {
	end := strings.IndexFunc(s, func(r rune) bool { return !IsToken(string(r)) })
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

// cutValue takes a token or a quoted string off the front.
func cutValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		value, rest = cutToken(s)
		return value, rest, value != ""
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			i++
			if i == len(s) {
				return "", "", false
			}
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

// IsToken tells whether a string is a token in the sense of RFC 9110, 5.6.2.
func IsToken(s string) bool {
	return s != "" && safetext.IsToken(s)
}
