// Package pseudonym replaces values by others of the same form, one to one, under
// a random key.
package pseudonym

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/recording/internal/learned"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// Maker makes pseudonyms, the same one for the same value.
type Maker struct {
	Draft     bool // this time is for learning only, and what comes out is thrown away
	permuter  *permuter
	memo      map[string]string // pseudonyms given before
	numbers   map[numberKey]string
	dates     map[string]string
	alphabets value.Alphabets
	learned   *learned.Set
	bounds    value.Bounds
}

// New is a Maker with a random key, which gives no value that is known, and
// numbers that are to all bounds what those are that they stand for.
func New(known *learned.Set, bounds value.Bounds) *Maker {
	return &Maker{
		permuter: newPermuter(), memo: map[string]string{}, numbers: map[numberKey]string{}, dates: map[string]string{},
		alphabets: value.Alphabets{}, learned: known, bounds: bounds,
	}
}

// Choice replaces a value of an enum by one of the same enum, which may be
// itself: only the key tells.
func (r *Maker) Choice(enum map[string]bool, s string) string {
	if r.Draft {
		return s
	}
	all := slices.Sorted(maps.Keys(enum))
	at, _ := slices.BinarySearch(all, s)
	return all[r.permuter.table(uint32(len(all))).of[at]]
}

// Number replaces the significant digits of a number and keeps the sign, the
// point, the zeros at both ends and the exponent: 172.5 and 172.50 stay the
// same number. What the bounds of the spec, a limit of magnitude (90 for a latitude), of an int64 or of
// the integers of a float64 says about it stays true, too.
func (r *Maker) Number(s string, limit float64) string {
	if r.Draft || len(s) > 256 { // as long as what is remembered
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

func (r *Maker) newNumber(s string, limit float64) string {
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
		if magnitude(string(b), limit) == want && (r.Draft || r.bounds.Alike(s, string(b))) {
			break
		}
	}
	return string(b)
}

// Date replaces a date, or the date of a date and time, by another valid one. A
// day that does not exist stays one. What only begins with a date is a text,
// and nothing of it stays.
func (r *Maker) Date(s string) string {
	if !value.IsDate(s) && !value.DateTime.MatchString(s) {
		return r.Scrub(s)
	}
	day, rest := s[:len(time.DateOnly)], s[len(time.DateOnly):]
	if r.Draft {
		return "0000-00-00" + rest
	}
	if known, ok := r.dates[day]; ok {
		return known + rest
	}
	redacted := r.newDate(day)
	r.dates[strings.Clone(day)] = redacted
	r.learned.Issue(redacted) // there are so few dates that most of them are somebody's
	return redacted + rest
}

func (r *Maker) newDate(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		for range 1000 {
			if day = r.Scrub(day); !value.IsDay(day) {
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

// next replaces the characters of a value by those of its pseudonym.
func (r *Maker) next(x, radix []uint32) {
	if !r.Draft {
		r.permuter.next(x, radix)
		return
	}
	for i := range x { // anything else will do
		x[i] = (x[i] + 1) % radix[i]
	}
}

// Says reports whether s has a character that stands for anything. Punctuation,
// and bytes that are no text, stay as they are.
func (r *Maker) Says(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool {
		small, _ := value.Lowered(c)
		return len(r.alphabets.Of(small, false)) > 1
	})
}
