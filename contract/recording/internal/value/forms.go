package value

import (
	"regexp"
	"strings"
	"time"
)

var (
	// DateTime is a date and a time, as RFC 3339 writes them or nearly.
	// A fraction of more than nine digits, or anything behind the zone, may be
	// something else than a time.
	DateTime    = regexp.MustCompile(`^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)? ?([Zz]|[+-]\d\d(:?\d\d)?)?$`)
	datePattern = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
)

// IsNumber tells whether a text is a number as JSON writes it, or nearly: the
// leading zero, plus or point that JSON forbids is let pass.
func IsNumber(s string) bool {
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

// IsDate reports whether a text is written as a date, be there such a day or not.
func IsDate(s string) bool { return datePattern.MatchString(s) }

// IsDay reports whether there is such a day.
func IsDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
