package value

import (
	"unicode"
	"unicode/utf8"
)

// Lowered is the small letter of a capital and the case that makes it the
// capital again: unicode.UpperCase, or TitleCase for "ǅ". What is no capital, or
// has a small letter of another length ("İ", "ẞ"), is taken for a small letter.
func Lowered(c rune) (small rune, as int) {
	if c < 0x80 {
		if 'A' <= c && c <= 'Z' {
			return c + 'a' - 'A', unicode.UpperCase
		}
		return c, unicode.LowerCase
	}
	if small = unicode.ToLower(c); small != c && paired(small) {
		switch c {
		case unicode.ToUpper(small):
			return small, unicode.UpperCase
		case unicode.ToTitle(small):
			return small, unicode.TitleCase
		}
	}
	return c, unicode.LowerCase
}

// paired tells whether a small letter has a capital of the same length of which
// it is the small letter.
func paired(small rune) bool {
	c := unicode.ToUpper(small)
	return c != small && unicode.ToLower(c) == small && utf8.RuneLen(c) == utf8.RuneLen(small)
}

// titled reports whether a letter has a form for the beginning of words that is
// not its capital.
func titled(c rune) bool { return unicode.ToTitle(c) != unicode.ToUpper(c) }

var (
	digits = []rune("0123456789")
	lower  = []rune("abcdefghijklmnopqrstuvwxyz")
)

type alphabetKey struct {
	window rune
	kind   *unicode.RangeTable
	paired bool
	titled bool
}

func category(c rune) *unicode.RangeTable {
	for _, t := range []*unicode.RangeTable{unicode.Lu, unicode.Ll, unicode.Lo, unicode.Lt, unicode.Lm, unicode.Nd, unicode.Nl, unicode.No, unicode.So} {
		if unicode.Is(t, c) {
			return t
		}
	}
	return nil
}

// IsHex tells whether a text is a number in hex, as a UUID or a hash is.
func IsHex(s string) bool {
	letters, digits := 0, 0
	for _, c := range []byte(s) {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
			letters++
		case c != '-':
			return false
		}
	}
	return digits > 0 && letters+digits >= 8
}

// Fold brings a text to small letters and leaves every byte where it is.
func Fold(s string) string {
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
		if small, _ := Lowered(c); small != c {
			copy(b[i:], string(small))
		}
	}
}

// Alnum reports whether a byte is of a letter or a digit.
func Alnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c >= 0x80
}

// Alphabets are the alphabets that were looked up.
type Alphabets map[alphabetKey][]rune

// Of is the characters among which c may be replaced, in order. Beyond
// ASCII they are those of the same category among the 32 code points around
// it, which are of one script and of one length in UTF-8.
func (a Alphabets) Of(c rune, hex bool) []rune {
	switch {
	case '0' <= c && c <= '9':
		return digits
	case 'a' <= c && c <= 'f' && hex:
		return lower[:6]
	case 'a' <= c && c <= 'z':
		return lower
	case c < 0x80 || c == unicode.ReplacementChar:
		return nil
	}
	kind := category(c)
	if kind == nil {
		return nil
	}
	key := alphabetKey{c >> 5, kind, paired(c), titled(c)}
	if known, ok := a[key]; ok {
		return known
	}
	var around []rune
	for n := c &^ 31; n < c&^31+32; n++ {
		if _, as := Lowered(n); as == unicode.LowerCase && category(n) == kind && paired(n) == key.paired && titled(n) == key.titled {
			around = append(around, n)
		}
	}
	a[key] = around
	return around
}
