package contract

import (
	"encoding/json"
	"math/big"
	"strings"
	"time"
)

// float returns a JSON number as a float.
func float(value any) (float64, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

// same tells whether two JSON values are equal: strings by their characters,
// numbers by their exact values, objects whatever the order of their names.
func same(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && sameNumber(string(a), string(b))
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(a[i], b[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for name := range a {
			other, there := b[name]
			if !there || !same(a[name], other) {
				return false
			}
		}
		return true
	}
	return a == b
}

func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	// An exponent of a million digits is an attack on whoever compares.
	if len(a) > 64 || len(b) > 64 || hugeExponent(a) || hugeExponent(b) {
		return false
	}
	x, okX := new(big.Rat).SetString(a)
	y, okY := new(big.Rat).SetString(b)
	return okX && okY && x.Cmp(y) == 0
}

func hugeExponent(n string) bool {
	i := strings.IndexAny(n, "eE")
	return i >= 0 && len(strings.TrimLeft(n[i+1:], "+-0")) > 3
}

// timestamp reads a date-time.
func timestamp(value any) (time.Time, bool) {
	text, _ := value.(string)
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}

// resolution is the step of a timestamp as it is written: a second without a
// fraction, a millisecond with three digits.
func resolution(value any) time.Duration {
	text, _ := value.(string)
	_, fraction, ok := strings.Cut(text, ".")
	if !ok {
		return time.Second
	}
	digits := len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
	step := time.Second
	for range min(digits, 9) {
		step /= 10
	}
	return max(step, time.Microsecond)
}
