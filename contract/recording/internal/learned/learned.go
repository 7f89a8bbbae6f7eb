// Package learned remembers the values that a recording showed to be personal or
// secret, as hashes, and finds them again under any encoding.
package learned

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// Set is the values that a recording showed to be personal or secret. It
// finds them again wherever else they are, in capitals or not. The values
// themselves are not kept: what is written down of one is in [values].
type Set struct {
	values
	issued map[uint64]bool // pseudonyms that are somebody's value, where no other was left
	Full   bool            // there is no room for more, so nothing stays that the spec does not have
}

const (
	// MinLength is from how many bytes on a value can be told from chance. A
	// shorter one is replaced where the spec says that it is, and nowhere else.
	MinLength = 5
	// LongEnough is from how many bytes on a value is looked for inside words,
	// too; twice as many if it is a number. A shorter one has to stand by itself.
	LongEnough = 8
	// maxIssued bounds issued.
	maxIssued = 1 << 17
)

// New is a set with nothing in it.
func New() *Set { return &Set{values: newValues(), issued: map[uint64]bool{}} }

// Find returns where the first learned value in s is, and how long and what it
// is; a length of 0 is none.
func (l *Set) Find(s string) (at, n int, c value.Class) {
	if l.Count == 0 {
		return 0, 0, value.Unmarked
	}
	s = value.Fold(s)
	for i := 0; i+MinLength <= len(s); i++ {
		if !l.mayBegin(s[i], s[i+1]) {
			continue
		}
		l.at(s[i:], func(length int, of value.Class) {
			if length >= LongEnough && (length >= 2*LongEnough || !value.IsNumber(s[i:i+length])) || alone(s, i, length) {
				n, c = length, of
			}
		})
		if n > 0 {
			return i, n, c
		}
	}
	return 0, 0, value.Unmarked
}

// alone reports whether s[at:at+n] is no part of a longer word or number.
func alone(s string, at, n int) bool {
	return (at == 0 || !value.Alnum(s[at-1])) && (at+n == len(s) || !value.Alnum(s[at+n]))
}

// Issue remembers a pseudonym that is the value of somebody else, so that it is
// not taken for a leak.
func (l *Set) Issue(s string) {
	if len(l.issued) < maxIssued {
		l.issued[l.Sum(value.Fold(s))] = true
	}
}

// Clean reports whether no learned value is in s, in any encoding.
func (l *Set) Clean(s string) bool { return l.Leak(s, 3) == value.Unmarked }

// Leak says of what class a learned value in s is, or unmarked.
func (l *Set) Leak(s string, depth int) value.Class {
	if l.Count == 0 {
		return value.Unmarked
	}
	in := search{Set: l, seen: map[string]int{}}
	return in.leak(s, depth)
}

// words of the classes, by the code under which values are kept.
var classes = []value.Class{value.Unmarked, value.Unknown, value.Token, value.Secret, value.Cursor, value.Identity, value.Name, value.Date, value.Place, value.Health}

func classCode(c value.Class) uint64 { return uint64(slices.Index(classes, c)) }
