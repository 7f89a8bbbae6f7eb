package faults

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

func times(n int64) func(json.Number) any {
	return func(v json.Number) any {
		i, _ := v.Int64()
		return i * n
	}
}

func quoted(v json.Number) any { return v.String() }

// shifted moves a date or a time by some days.
func shifted(days int) func(string) any {
	return func(v string) any {
		if t, err := time.Parse(time.DateOnly, v); err == nil {
			return t.AddDate(0, 0, days).Format(time.DateOnly)
		}
		return v
	}
}

// whole takes the fraction off a number.
func whole(v json.Number) any {
	f, err := v.Float64()
	if err != nil {
		return v
	}
	return int64(f)
}

func mapped(f func(string) string) func(string) any { return func(v string) any { return f(v) } }

// timeOf reads a time of the API.
func timeOf(v any) time.Time {
	s, _ := v.(string)
	t, _ := time.Parse(time.RFC3339Nano, s)
	return t
}

const timeLayout = "2006-01-02T15:04:05.000000Z"

// withoutAstral loses what does not fit into 16 bits, as some databases do.
func withoutAstral(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return '?'
		}
		return r
	}, s)
}

func asciiOnly(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7f {
			return '?'
		}
		return r
	}, s)
}

func fixed(f float64, decimals int) string { return strconv.FormatFloat(f, 'f', decimals, 64) }

func randomText() string { return rand.Text() }

// escapedASCII writes JSON with what is not ASCII as \u escapes.
func escapedASCII(text []byte) []byte {
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
