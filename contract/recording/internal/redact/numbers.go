package redact

import (
	"math"
	"strconv"
	"strings"
)

// isNumber tells whether a text is a number as JSON writes it, or nearly: the
// leading zero, plus or point that JSON forbids is let pass.
func isNumber(s string) bool {
	digits := false
	for i, c := range []byte(s) {
		switch {
		case '0' <= c && c <= '9':
			digits = true
		case c == '-' || c == '+':
			if i > 0 && s[i-1] != 'e' && s[i-1] != 'E' {
				return false
			}
		case c == '.', (c == 'e' || c == 'E') && digits:
		default:
			return false
		}
	}
	return digits && strings.Count(s, ".") <= 1 && strings.Count(strings.ToLower(s), "e") <= 1
}

// magnitude says what the checks of numbers look at beside equality.
func magnitude(s string, limit float64) (m struct{ beyondLimit, beyondExact, beyondInt64, infinite bool }) {
	f, _ := strconv.ParseFloat(s, 64) // an infinity comes with an error
	f = math.Abs(f)
	m.beyondLimit = limit > 0 && f > limit
	m.beyondExact = f > 1<<53
	m.beyondInt64 = f >= 1<<63
	m.infinite = math.IsInf(f, 0)
	return m
}
