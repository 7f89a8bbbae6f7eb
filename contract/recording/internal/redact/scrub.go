package redact

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scrub replaces the letters and digits of a text by others of the same kind:
// small for small, Greek for Greek, a digit for a digit. Punctuation, spaces,
// combining marks and what is not UTF-8 stay, and so do the length in
// characters and the length in bytes. Two texts that differ only in case, or in
// spaces at their ends, still do; unless it is the case of one of the few letters
// whose two forms have not the same length in UTF-8, as "İ" and "i".
func (r *Redactor) scrub(s string) string {
	if len(s) <= maxPiece {
		return r.scrubPiece(s)
	}
	var b strings.Builder // piece by piece, which is one to one as well
	for len(s) > 0 {
		n := min(maxPiece, len(s))
		for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		if n == 0 { // no UTF-8 at all
			n = min(maxPiece, len(s))
		}
		b.WriteString(r.scrubPiece(s[:n]))
		s = s[n:]
	}
	return b.String()
}

// maxPiece bounds the memory that a long text takes.
const maxPiece = 4 << 10

func (r *Redactor) scrubPiece(s string) string {
	if cached, ok := r.memo[s]; ok && !r.draft {
		return cached
	}
	var (
		runes  = []rune(s)
		hex    = isHex(s)
		x      = make([]uint32, 0, len(runes))
		radix  = make([]uint32, 0, len(runes))
		places = make([]int, 0, len(runes))
		kinds  = make([][]rune, 0, len(runes))
	)
	for i, c := range runes {
		small, _ := lowered(c)
		kind := r.alphabet(small, hex)
		if len(kind) < 2 {
			continue
		}
		at, ok := slices.BinarySearch(kind, small)
		if !ok {
			continue
		}
		x, radix = append(x, uint32(at)), append(radix, uint32(len(kind)))
		places, kinds = append(places, i), append(kinds, kind)
	}
	if len(x) == 0 {
		return s
	}
	redacted := ""
	for range mostTries {
		r.next(x, radix)
		for j, i := range places {
			_, as := lowered(runes[i])
			runes[i] = unicode.To(as, kinds[j][x[j]])
		}
		redacted = keepInvalid(s, runes)
		if r.draft {
			return redacted
		}
		// The value of somebody else is passed over: it would be a leak, by chance.
		if _, n, _ := r.learned.find(redacted); n == 0 {
			r.remember(s, redacted)
			return redacted
		}
	}
	r.learned.issue(redacted)
	r.remember(s, redacted)
	return redacted
}

// mostTries is how many values of others are passed over. Where there are more
// in a row, nearly every value of that form is somebody's.
const mostTries = 16

// keepInvalid writes runes over a text, and leaves its bytes that are not UTF-8.
func keepInvalid(s string, runes []rune) string {
	var b strings.Builder
	b.Grow(len(s))
	n := 0
	for i, c := range s {
		if c == unicode.ReplacementChar {
			size := 1
			if strings.HasPrefix(s[i:], "\uFFFD") {
				size = 3
			}
			b.WriteString(s[i : i+size])
		} else {
			b.WriteRune(runes[n])
		}
		n++
	}
	return b.String()
}

// remember keeps a pseudonym for the next time. The cache is bounded; what is
// forgotten comes out the same again.
func (r *Redactor) remember(value, pseudonym string) {
	if len(value) > 256 {
		return
	}
	if len(r.memo) >= 1<<16 {
		clear(r.memo)
	}
	r.memo[strings.Clone(value)] = pseudonym
}

var (
	digits = []rune("0123456789")
	lower  = []rune("abcdefghijklmnopqrstuvwxyz")
)

// lowered is the small letter of a capital and the case that makes it the
// capital again: unicode.UpperCase, or TitleCase for "ǅ". What is no capital, or
// has a small letter of another length ("İ", "ẞ"), is taken for a small letter.
func lowered(c rune) (small rune, as int) {
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

// alphabet is the characters among which c may be replaced, in order. Beyond
// ASCII they are those of the same category among the 32 code points around
// it, which are of one script and of one length in UTF-8.
func (r *Redactor) alphabet(c rune, hex bool) []rune {
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
	if known, ok := r.alphabets[key]; ok {
		return known
	}
	var around []rune
	for n := c &^ 31; n < c&^31+32; n++ {
		if _, as := lowered(n); as == unicode.LowerCase && category(n) == kind && paired(n) == key.paired && titled(n) == key.titled {
			around = append(around, n)
		}
	}
	r.alphabets[key] = around
	return around
}

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

// isHex tells whether a text is a number in hex, as a UUID or a hash is.
func isHex(s string) bool {
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
