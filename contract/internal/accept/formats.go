package accept

import (
	"regexp"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// stringFormat returns what checks a format: nil for one that kin-openapi
// ignores, and false for one that it checks and that is not known here.
func stringFormat(name string) (format func([]byte) bool, ok bool) {
	switch name {
	case "date":
		return isDate, true
	case "date-time":
		return isDateTime, true
	case "byte":
		return regexp.MustCompile(openapi3.FormatOfStringByte).Match, true
	}
	_, defined := openapi3.SchemaStringFormats[name]
	return nil, !defined
}

// isDate takes a full-date of RFC 3339 that is in the calendar.
func isDate(s []byte) bool {
	if len(s) != len(time.DateOnly) || s[4] != '-' || s[7] != '-' {
		return false
	}
	year, month, day := digits(s[0:4]), digits(s[5:7]), digits(s[8:10])
	return year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(month, year)
}

// isDateTime takes a date-time of RFC 3339 with capital letters. Leap seconds
// it leaves to kin-openapi, which allows one in any minute.
func isDateTime(s []byte) bool {
	if len(s) < len("2006-01-02T15:04:05Z") || !isDate(s[:10]) ||
		s[10] != 'T' || !isClock(s[11:16]) || s[16] != ':' || !within(s[17:19], 59) {
		return false
	}
	zone := s[19:]
	if zone[0] == '.' {
		n := 1
		for n < len(zone) && zone[n] >= '0' && zone[n] <= '9' {
			n++
		}
		if n == 1 {
			return false
		}
		zone = zone[n:]
	}
	switch {
	case len(zone) == 1:
		return zone[0] == 'Z'
	case len(zone) == len("+07:00"):
		return (zone[0] == '+' || zone[0] == '-') && isClock(zone[1:])
	}
	return false
}

// isClock takes "15:04".
func isClock(s []byte) bool {
	return s[2] == ':' && within(s[0:2], 23) && within(s[3:5], 59)
}

func within(s []byte, most int) bool {
	n := digits(s)
	return n >= 0 && n <= most
}

// digits returns the value of decimal digits, or -1 where there is anything else.
func digits(s []byte) int {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func daysIn(month, year int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
