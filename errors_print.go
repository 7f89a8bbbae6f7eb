package onvy

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// The methods that print have value receivers: an Error that somebody
// dereferenced must be as safe.

// Format implements fmt.Formatter: every verb prints what Error returns.
func (e Error) Format(f fmt.State, verb rune) {
	text := e.Error()
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(f, text)
}

// LogValue implements slog.LogValuer.
func (e Error) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("error", e.Error()), slog.String("operation", e.Operation), slog.Int("attempts", e.Attempts)}
	if e.StatusCode != 0 {
		attrs = append(attrs, slog.Int("status", e.StatusCode))
	}
	if e.RequestID != "" {
		attrs = append(attrs, slog.String("request_id", e.RequestID))
	}
	return slog.GroupValue(attrs...)
}

// MarshalJSON implements json.Marshaler with what the text has.
func (e Error) MarshalJSON() ([]byte, error) {
	printed := struct {
		Error     string `json:"error"`
		Operation string `json:"operation"`
		Status    int    `json:"status,omitempty"`
		RequestID string `json:"request_id,omitempty"`
		Attempts  int    `json:"attempts"`
	}{e.Error(), e.Operation, e.StatusCode, e.RequestID, e.Attempts}
	return json.Marshal(printed)
}

// MarshalText implements encoding.TextMarshaler, for XML, YAML and the like.
func (e Error) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }
