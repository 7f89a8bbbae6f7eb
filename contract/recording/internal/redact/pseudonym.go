package redact

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// class is what a value is, as x-onvy-sensitive says it.
type class string

const (
	unmarked class = ""
	unknown  class = "unknown" // the spec does not mention it, so it is treated as if it were marked
	token    class = "token"
	secret   class = "secret"
	cursor   class = "cursor"
	identity class = "identity"
	name     class = "name"
	date     class = "date"
	place    class = "place"
	health   class = "health"
)

// pseudonym replaces a value by one of its class that says nothing about it.
// Spaces at its ends stay.
func (r *Redactor) pseudonym(c class, s string) string {
	core := strings.TrimSpace(s)
	if core == s {
		return r.replace(c, s)
	}
	return strings.Replace(s, core, r.replace(c, core), 1)
}

func (r *Redactor) replace(c class, s string) string {
	switch c {
	case token:
		return r.token(s)
	case cursor:
		return r.cursor(s)
	case date:
		return r.date(s)
	case place, health:
		if isNumber(s) {
			return r.number(s, 0)
		}
	case unknown:
		switch {
		case startsLikeJWT(s):
			return r.token(s)
		case isDate(s) || dateTime.MatchString(s):
			return r.date(s)
		}
	}
	return r.scrub(s)
}

// choice replaces a value of an enum by one of the same enum, which may be
// itself: only the key tells.
func (r *Redactor) choice(enum map[string]bool, s string) string {
	if r.draft {
		return s
	}
	all := slices.Sorted(maps.Keys(enum))
	at, _ := slices.BinarySearch(all, s)
	return all[r.permuter.table(uint32(len(all))).of[at]]
}

// number replaces the significant digits of a number and keeps the sign, the
// point, the zeros at both ends and the exponent: 172.5 and 172.50 stay the
// same number. What a limit of magnitude (90 for a latitude), of an int64 or of
// the integers of a float64 says about it stays true, too.
func (r *Redactor) number(s string, limit float64) string {
	if r.draft || len(s) > 256 { // as long as what is remembered
		return r.newNumber(s, limit)
	}
	key := numberKey{s, limit}
	if known, ok := r.numbers[key]; ok {
		return known
	}
	if len(r.numbers) >= 1<<16 {
		clear(r.numbers)
	}
	redacted := r.newNumber(s, limit)
	r.numbers[numberKey{strings.Clone(s), limit}] = redacted
	return redacted
}

type numberKey struct {
	number string
	limit  float64
}

func (r *Redactor) newNumber(s string, limit float64) string {
	mantissa := s
	if e := strings.IndexAny(s, "eE"); e >= 0 {
		mantissa = s[:e]
	}
	var places []int
	first, last := -1, -1
	for i := range len(mantissa) {
		if c := mantissa[i]; '0' <= c && c <= '9' {
			if c != '0' {
				last = len(places)
				if first < 0 {
					first = len(places)
				}
			}
			places = append(places, i)
		}
	}
	if first < 0 {
		return s // it is zero
	}
	places = places[first : last+1]
	x, radix := make([]uint32, len(places)), make([]uint32, len(places))
	for j, i := range places {
		x[j], radix[j] = uint32(s[i]-'0'), 10
		if j == 0 || j == len(places)-1 {
			x[j], radix[j] = x[j]-1, 9
		}
	}
	b := []byte(s)
	want := magnitude(s, limit)
	for range 1000 {
		r.next(x, radix)
		for j, i := range places {
			b[i] = byte('0' + x[j])
			if radix[j] == 9 {
				b[i]++
			}
		}
		if magnitude(string(b), limit) == want {
			break
		}
	}
	return string(b)
}

// date replaces a date, or the date of a date and time, by another valid one. A
// day that does not exist stays one. What only begins with a date is a text,
// and nothing of it stays.
func (r *Redactor) date(s string) string {
	if !isDate(s) && !dateTime.MatchString(s) {
		return r.scrub(s)
	}
	day, rest := s[:len(time.DateOnly)], s[len(time.DateOnly):]
	if r.draft {
		return "0000-00-00" + rest
	}
	if known, ok := r.dates[day]; ok {
		return known + rest
	}
	redacted := r.newDate(day)
	r.dates[strings.Clone(day)] = redacted
	r.learned.issue(redacted) // there are so few dates that most of them are somebody's
	return redacted + rest
}

func (r *Redactor) newDate(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		for range 1000 {
			if day = r.scrub(day); !isDay(day) {
				break
			}
		}
		return day
	}
	// Years are replaced among those that are about as long ago.
	era := eras[0]
	for _, e := range eras {
		if t.Year() >= e.from {
			era = e
		}
	}
	x := []uint32{uint32(t.Year() - era.from), uint32(t.Month() - 1), uint32(t.Day() - 1)}
	for {
		r.next(x, []uint32{era.years, 12, 31})
		next := time.Date(era.from+int(x[0]), time.Month(x[1]+1), int(x[2])+1, 0, 0, 0, 0, time.UTC)
		if next.Day() == int(x[2])+1 { // there is such a day
			return next.Format(time.DateOnly)
		}
	}
}

var eras = []struct {
	from  int
	years uint32
}{{0, 1900}, {1900, 120}, {2020, 10}, {2030, 7970}}

// isDate reports whether a text is written as a date, be there such a day or not.
func isDate(s string) bool { return datePattern.MatchString(s) }

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}
