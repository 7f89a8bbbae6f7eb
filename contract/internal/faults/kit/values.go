package kit

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

func Times(n int64) func(json.Number) any {
	return func(v json.Number) any {
		i, _ := v.Int64()
		return i * n
	}
}

func Quoted(v json.Number) any { return v.String() }

// Shifted moves a date or a time by some days.
func Shifted(days int) func(string) any {
	return func(v string) any {
		if t, err := time.Parse(time.DateOnly, v); err == nil {
			return t.AddDate(0, 0, days).Format(time.DateOnly)
		}
		return v
	}
}

// Whole takes the fraction off a number.
func Whole(v json.Number) any {
	f, err := v.Float64()
	if err != nil {
		return v
	}
	return int64(f)
}

func Mapped(f func(string) string) func(string) any { return func(v string) any { return f(v) } }

// TimeOf reads a time of the API.
func TimeOf(v any) time.Time {
	s, _ := v.(string)
	t, _ := time.Parse(time.RFC3339Nano, s)
	return t
}

const TimeLayout = "2006-01-02T15:04:05.000000Z"

// WithoutAstral loses what does not fit into 16 bits, as some databases do.
func WithoutAstral(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return '?'
		}
		return r
	}, s)
}

func AsciiOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7f {
			return '?'
		}
		return r
	}, s)
}

func Fixed(f float64, decimals int) string { return strconv.FormatFloat(f, 'f', decimals, 64) }

func RandomText() string { return rand.Text() }

// EscapedASCII writes JSON with what is not ASCII as \u escapes.
func EscapedASCII(text []byte) []byte {
	var b strings.Builder
	for _, r := range string(text) {
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return []byte(b.String())
}
