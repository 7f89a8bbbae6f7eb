package onvy

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Secret is a string that does not print: fmt with every verb, slog and JSON
// show "[secret]" in its place. Convert to string to use the value.
type Secret string

const hidden = "[secret]"

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
