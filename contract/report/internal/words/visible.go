package words

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible writes what a browser would not show, or would obey, as its code
// point: control characters, marks that reverse the direction of a line, and
// what has no width. Line breaks and tabs stay.
func Visible(s string) string {
	if isPlainText(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, "⟨%02X⟩", s[i]) // a byte that is not UTF-8
		case r == '\n', r == '\t':
			b.WriteRune(r)
		case hides(r):
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hides reports whether a character does something to a text other than being
// in it. Joiners between letters are kept out too: in evidence, what is there
// matters more than how it looks.
func hides(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp) ||
		r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0xFFA0 || r == 0x00A0 || !unicode.IsGraphic(r)
}

func isPlainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7f || c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

// Clip cuts a text that is longer than a page can take, between characters.
func Clip(s string, most int) (text string, omitted int) {
	if len(s) <= most {
		return s, 0
	}
	end := most
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end], len(s) - end
}

// Line is a text for one line of at most 300 bytes.
func Line(s string) string {
	text, omitted := Clip(strings.NewReplacer("\n", " ", "\t", " ", "\r", " ").Replace(s), 300)
	if omitted > 0 {
		text += "…"
	}
	return Visible(text)
}
