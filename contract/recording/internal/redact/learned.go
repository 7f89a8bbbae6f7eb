package redact

import (
	"encoding/base64"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// learned is the values that a recording showed to be personal or secret. It
// finds them again wherever else they are, in capitals or not. The values
// themselves are not kept: what is written down of one is in [values].
type learned struct {
	values
	issued map[uint64]bool // pseudonyms that are somebody's value, where no other was left
	full   bool            // there is no room for more, so nothing stays that the spec does not have
}

const (
	// minLearned is from how many bytes on a value can be told from chance. A
	// shorter one is replaced where the spec says that it is, and nowhere else.
	minLearned = 5
	// longEnough is from how many bytes on a value is looked for inside words,
	// too; twice as many if it is a number. A shorter one has to stand by itself.
	longEnough = 8
	// maxIssued bounds issued.
	maxIssued = 1 << 17
)

func newLearned() *learned { return &learned{values: newValues(), issued: map[uint64]bool{}} }

// learn adds a value, unless it cannot be told from chance: because it is
// short, or a word that stays anyway, or a short number.
func (r *Redactor) learn(c class, s string) {
	l := r.learned
	written := strings.TrimSpace(s)
	written = written[:min(len(written), maxPiece)] // the beginning is enough to find it by
	s = fold(written)
	if len(s) < minLearned || l.class(s) != unmarked || r.spec.vocabulary[s] || len(s) < longEnough && isNumber(s) {
		return
	}
	if r.wordsStay(s) || r.encodesWords(written) || !r.says(s) || strings.Contains(r.spec.frame, s) { // "users:read", "2026", "c2VydmVy", "???"
		return
	}
	for _, form := range []string{s, norm.NFC.String(s), norm.NFD.String(s)} {
		form = form[:min(len(form), maxPiece)]
		if len(form) < minLearned || l.class(form) != unmarked {
			continue
		}
		if !l.add(c, form) {
			l.full = true
		} else {
			clear(r.names)
		}
		if l.full {
			return
		}
	}
}

// fold brings a text to small letters and leaves every byte where it is.
func fold(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; 'A' <= c && c <= 'Z' || c >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	b := []byte(s)
	for i := 0; i < len(b); i++ {
		if c := b[i]; 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		} else if c >= 0x80 {
			foldRunes(b[i:])
			break
		}
	}
	return string(b)
}

func foldRunes(b []byte) {
	for i, c := range string(b) {
		if small, _ := lowered(c); small != c {
			copy(b[i:], string(small))
		}
	}
}

// says reports whether s has a character that stands for anything. Punctuation,
// and bytes that are no text, stay as they are.
func (r *Redactor) says(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool {
		small, _ := lowered(c)
		return len(r.alphabet(small, false)) > 1
	})
}

// encodesWords reports whether s is base64 of nothing but words that stay.
func (r *Redactor) encodesWords(s string) bool {
	b, err := base64.StdEncoding.DecodeString(s)
	return err == nil && strings.Trim(string(b), plainASCII) == "" && r.wordsStay(string(b))
}

const plainASCII = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _:.-"

// find returns where the first learned value in s is, and how long and what it
// is; a length of 0 is none.
func (l *learned) find(s string) (at, n int, c class) {
	if l.count == 0 {
		return 0, 0, unmarked
	}
	s = fold(s)
	for i := 0; i+minLearned <= len(s); i++ {
		if !l.mayBegin(s[i], s[i+1]) {
			continue
		}
		l.at(s[i:], func(length int, of class) {
			if length >= longEnough && (length >= 2*longEnough || !isNumber(s[i:i+length])) || alone(s, i, length) {
				n, c = length, of
			}
		})
		if n > 0 {
			return i, n, c
		}
	}
	return 0, 0, unmarked
}

// alone reports whether s[at:at+n] is no part of a longer word or number.
func alone(s string, at, n int) bool {
	return (at == 0 || !alnum(s[at-1])) && (at+n == len(s) || !alnum(s[at+n]))
}

func alnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80
}

// issue remembers a pseudonym that is the value of somebody else, so that it is
// not taken for a leak.
func (l *learned) issue(s string) {
	if len(l.issued) < maxIssued {
		l.issued[l.sum(fold(s))] = true
	}
}

// clean reports whether no learned value is in s, in any encoding.
func (l *learned) clean(s string) bool { return l.leak(s, 3) == unmarked }

// leak says of what class a learned value in s is, or unmarked.
func (l *learned) leak(s string, depth int) class {
	if l.count == 0 {
		return unmarked
	}
	in := search{learned: l, seen: map[string]int{}}
	return in.leak(s, depth)
}

// words of the classes, by the code under which values are kept.
var classes = []class{unmarked, unknown, token, secret, cursor, identity, name, date, place, health}

func classCode(c class) uint64 { return uint64(slices.Index(classes, c)) }
