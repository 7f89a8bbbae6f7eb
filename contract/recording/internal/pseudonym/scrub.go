package pseudonym

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// Scrub replaces the letters and digits of a text by others of the same kind:
// small for small, Greek for Greek, a digit for a digit. Punctuation, spaces,
// combining marks and what is not UTF-8 stay, and so do the length in
// characters and the length in bytes. Two texts that differ only in case, or in
// spaces at their ends, still do; unless it is the case of one of the few letters
// whose two forms have not the same length in UTF-8, as "İ" and "i".
func (r *Maker) Scrub(s string) string {
	if len(s) <= MaxPiece {
		return r.scrubPiece(s)
	}
	var b strings.Builder // piece by piece, which is one to one as well
	for len(s) > 0 {
		n := min(MaxPiece, len(s))
		for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		if n == 0 { // no UTF-8 at all
			n = min(MaxPiece, len(s))
		}
		b.WriteString(r.scrubPiece(s[:n]))
		s = s[n:]
	}
	return b.String()
}

// MaxPiece bounds the memory that a long text takes.
const MaxPiece = 4 << 10

func (r *Maker) scrubPiece(s string) string {
	if cached, ok := r.memo[s]; ok && !r.Draft {
		return cached
	}
	var (
		runes  = []rune(s)
		hex    = value.IsHex(s)
		x      = make([]uint32, 0, len(runes))
		radix  = make([]uint32, 0, len(runes))
		places = make([]int, 0, len(runes))
		kinds  = make([][]rune, 0, len(runes))
	)
	for i, c := range runes {
		small, _ := value.Lowered(c)
		kind := r.alphabets.Of(small, hex)
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
			_, as := value.Lowered(runes[i])
			runes[i] = unicode.To(as, kinds[j][x[j]])
		}
		redacted = keepInvalid(s, runes)
		if r.Draft {
			return redacted
		}
		// The value of somebody else is passed over: it would be a leak, by chance.
		if _, n, _ := r.learned.Find(redacted); n == 0 {
			r.remember(s, redacted)
			return redacted
		}
	}
	r.learned.Issue(redacted)
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
func (r *Maker) remember(value, pseudonym string) {
	if len(value) > 256 {
		return
	}
	if len(r.memo) >= 1<<16 {
		clear(r.memo)
	}
	r.memo[strings.Clone(value)] = pseudonym
}
