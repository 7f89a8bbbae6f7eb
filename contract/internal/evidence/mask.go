package evidence

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

func maskForm(text string) string {
	parts := strings.Split(text, "&")
	for i, part := range parts {
		name, value, _ := strings.Cut(part, "=")
		if variable, secret := secretNames[name]; secret && value != "" {
			parts[i] = name + "=" + variable
		}
	}
	return strings.Join(parts, "&")
}

// maskJSON copies a JSON text as it stands, with secrets masked, and the values
// of objects whose id is foreign replaced by what they are. It reports false
// for what is not JSON.
func maskJSON(body []byte, hidden bool, foreign func(id string) bool) (string, bool) {
	m := masker{Decoder: json.NewDecoder(bytes.NewReader(body)), body: body, foreign: foreign}
	m.UseNumber()
	if !m.next("", hidden, 0) || len(bytes.TrimSpace(body[m.InputOffset():])) > 0 {
		return "", false
	}
	return m.to.String(), true
}

type masker struct {
	*json.Decoder

	body    []byte
	foreign func(id string) bool
	to      strings.Builder
}

// next copies the next value, that of a member with a name.
func (m *masker) next(name string, hidden bool, depth int) bool {
	if depth > read.MaxDepth {
		return false // a body that is nested on purpose; the rule json/depth speaks of it
	}
	start := m.InputOffset()
	token, err := m.Token()
	if err != nil {
		return false
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			if id, ok := idWithin(m.body[start:]); ok {
				hidden = m.foreign(id)
			}
		}
		return m.within(t, hidden, depth)
	case nil:
		m.to.WriteString("null")
	default:
		m.to.WriteString(shown(name, t, hidden))
	}
	return true
}

// within copies what is in an object or an array that has begun, to its end.
func (m *masker) within(begun json.Delim, hidden bool, depth int) bool {
	m.to.WriteString(begun.String())
	for i := 0; m.More(); i++ {
		if i > 0 {
			m.to.WriteString(", ")
		}
		member := ""
		if begun == '{' {
			key, err := m.Token()
			if err != nil {
				return false
			}
			member, _ = key.(string)
			m.to.WriteString(strconv.Quote(member) + ": ")
		}
		if !m.next(member, hidden && member != "pagination", depth+1) {
			return false
		}
	}
	end, err := m.Token()
	if err != nil {
		return false
	}
	m.to.WriteString(end.(json.Delim).String())
	return true
}

// shown is a value other than null, masked if it is a secret or hidden.
func shown(name string, value any, hidden bool) string {
	variable, secret := secretNames[name]
	switch text, isString := value.(string); {
	case secret && isString && text != "":
		return strconv.Quote(variable)
	case hidden && isString:
		return `"…"`
	case hidden:
		return "…"
	}
	raw, _ := json.Marshal(value) // of a string, a json.Number and a bool never fails
	return unescaped(raw)
}

// unescaped undoes the escapes that only HTML needs.
func unescaped(quoted []byte) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(quoted))
}

// idWithin is the member id of the object that a text begins with.
func idWithin(text []byte) (string, bool) {
	text = bytes.TrimLeft(text, " \t\r\n,:")
	var object struct {
		ID json.RawMessage `json:"id"`
	}
	if json.NewDecoder(bytes.NewReader(text)).Decode(&object) != nil || object.ID == nil {
		return "", false
	}
	var id string
	if json.Unmarshal(object.ID, &id) != nil {
		return string(object.ID), true
	}
	return id, true
}
