package recording

import (
	"encoding/base64"
	"slices"
	"strings"
)

// learned is the values that a recording showed to be personal or secret. It
// finds them again wherever else they are.
type learned struct {
	class   map[string]class
	lengths map[string][]int // by the first minLearned bytes, longest first
	first   [1 << 16]bool    // the first two bytes of any of them
	issued  map[string]bool  // pseudonyms that could be taken for a value
}

const (
	// minLearned is from how many bytes on a value can be told from chance. A
	// shorter one is replaced where the spec says that it is, and nowhere else.
	minLearned = 5
	// longEnough is from how many bytes on a value is looked for inside words,
	// too; twice as many if it is a number. A shorter one has to stand by itself.
	longEnough = 8
)

func newLearned() *learned {
	return &learned{class: map[string]class{}, lengths: map[string][]int{}, issued: map[string]bool{}}
}

// learn adds a value, unless it cannot be told from chance: because it is
// short, or a word that stays anyway, or a short number.
func (r *Redactor) learn(c class, s string) {
	l := r.learned
	s = strings.TrimSpace(s)
	s = s[:min(len(s), maxPiece)] // the beginning is enough to find it by
	if len(s) < minLearned || l.class[s] != unmarked || r.spec.vocabulary[strings.ToLower(s)] || len(s) < longEnough && isNumber(s) {
		return
	}
	if r.wordsStay(s) || r.encodesWords(s) || !r.says(s) { // "users:read", "2026", "c2VydmVy", "???"
		return
	}
	s = strings.Clone(s)
	l.class[s] = c
	l.first[uint16(s[0])<<8|uint16(s[1])] = true
	key := s[:minLearned]
	if lens := l.lengths[key]; !slices.Contains(lens, len(s)) {
		lens = append(lens, len(s))
		slices.SortFunc(lens, func(a, b int) int { return b - a })
		l.lengths[key] = lens
	}
}

// says tells whether s has a character that stands for anything. Punctuation,
// and bytes that are no text, stay as they are.
func (r *Redactor) says(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool {
		small, _ := lowered(c)
		return len(r.alphabet(small, false)) > 1
	})
}

// encodesWords tells whether s is base64 of nothing but words that stay.
func (r *Redactor) encodesWords(s string) bool {
	b, err := base64.StdEncoding.DecodeString(s)
	return err == nil && strings.Trim(string(b), plainASCII) == "" && r.wordsStay(string(b))
}

const plainASCII = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _:.-"

// find returns where the first learned value in s is, and how long and what it
// is; a length of 0 is none.
func (l *learned) find(s string) (at, n int, c class) {
	if len(l.class) == 0 {
		return 0, 0, unmarked
	}
	for i := 0; i+minLearned <= len(s); i++ {
		if !l.first[uint16(s[i])<<8|uint16(s[i+1])] {
			continue
		}
		for _, n := range l.lengths[s[i:i+minLearned]] {
			if i+n > len(s) {
				continue
			}
			c, ok := l.class[s[i:i+n]]
			if ok && (n >= longEnough && (n >= 2*longEnough || !isNumber(s[i:i+n])) || alone(s, i, n)) {
				return i, n, c
			}
		}
	}
	return 0, 0, unmarked
}

// alone tells whether s[at:at+n] is no part of a longer word or number.
func alone(s string, at, n int) bool {
	return (at == 0 || !alnum(s[at-1])) && (at+n == len(s) || !alnum(s[at+n]))
}

func alnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80
}

// issue remembers a pseudonym that is so short that it might by chance be the
// value of somebody else, so that it is not taken for a leak; and the words of it.
func (l *learned) issue(s string) {
	if len(s) >= 64 {
		return
	}
	for _, w := range append(strings.FieldsFunc(s, func(c rune) bool { return c < 0x80 && !alnum(byte(c)) }), s) {
		if len(w) >= minLearned && len(w) < 2*longEnough {
			l.issued[w] = true
		}
	}
}

// clean tells whether no learned value is in s, in any encoding.
func (l *learned) clean(s string) bool { return l.leak(s, 3) == unmarked }

// leak says of what class a learned value in s is, or unmarked.
func (l *learned) leak(s string, depth int) class {
	in := search{l, map[string]int{}}
	return in.leak(s, depth)
}
