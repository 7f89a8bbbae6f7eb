package onvy

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Secret is a string that does not print. fmt with every verb, slog, JSON and
// text encoders show "[secret]" in its place; also where it sits in an
// unexported field of another struct, or where a dump follows every pointer,
// because the value is not in a field at all. [Secret.Reveal] gives it back.
//
// A Secret can be read from JSON and text (a configuration file) and not be
// written to them: to store one, store what Reveal returns. Secrets cannot be
// compared with ==.
type Secret struct {
	// A plain string would show in three places where fmt calls no methods:
	// unexported fields, and the verbs %p and %w.
	reveal func() string
}

const hidden = "[secret]"

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

// IsZero reports whether there is no value, or an empty one.
func (s Secret) IsZero() bool { return s.reveal == nil }

// Format implements fmt.Formatter for every verb.
func (s Secret) Format(f fmt.State, verb rune) { _, _ = io.WriteString(f, hidden) }

// String implements fmt.Stringer.
func (s Secret) String() string { return hidden }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalJSON implements json.Marshaler.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(hidden) }

// MarshalText implements encoding.TextMarshaler, for map keys and other encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}
