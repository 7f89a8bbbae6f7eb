package gen

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Secret is a token in an answer. fmt and slog do not print it, wherever it
// sits: fmt calls no methods in unexported fields, so the value is not in a field
// at all. Reveal gives it back. As JSON it is the token itself, which a server
// needs to answer with; a JSON log of a struct or slice that holds one has it too.
type Secret struct{ reveal func() string }

// NewSecret hides a value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{reveal: func() string { return value }}
}

// Reveal returns the value itself; "" for the zero Secret.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *Secret) UnmarshalJSON(text []byte) error {
	var value string
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	*s = NewSecret(value)
	return nil
}

// MarshalJSON implements json.Marshaler.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.Reveal()) }

// Format implements fmt.Formatter for every verb.
func (s Secret) Format(f fmt.State, verb rune) { _, _ = io.WriteString(f, hidden) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }
