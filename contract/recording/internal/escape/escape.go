// Package escape reads strings of JSON and parts of URLs as they are written, and
// writes others in the same manner.
package escape

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// Written is a text with the way in which each of its characters was written, so
// that another text can be written in the same way.
type Written struct {
	Text   string
	raw    []string // how each rune of text was written; nil if each stands for itself
	before string   // what is written before the text: a quote
	after  string
}

// AppendAs appends s in the manner of the text. Where s has as many characters,
// each is escaped where the one in its place was; what stays is copied.
// Otherwise escape says how to write it.
func (u *Written) AppendAs(dst []byte, s string, escape func(dst []byte, c rune, as string) []byte) []byte {
	dst = append(dst, u.before...)
	same := utf8.RuneCountInString(s) == utf8.RuneCountInString(u.Text)
	i, old := 0, u.Text
	for at, c := range s {
		as := ""
		if same {
			was, size := utf8.DecodeRuneInString(old)
			if as = old[:size]; u.raw != nil {
				as = u.raw[i]
			}
			old = old[size:]
			i++
			if was == c && (c != utf8.RuneError || size == 1 || as == "\uFFFD") {
				dst = append(dst, as...)
				continue
			}
		}
		if c == utf8.RuneError && !strings.HasPrefix(s[at:], "\uFFFD") {
			dst = append(dst, s[at])
			continue
		}
		dst = escape(dst, c, as)
	}
	return append(dst, u.after...)
}

// ReadJSON reads a string as it is written, quotes included. Half a
// surrogate pair, a wrong escape and a byte that is not UTF-8 read as invalid
// bytes and are written again as they were.
func ReadJSON(raw []byte) *Written {
	u := &Written{before: `"`}
	s := string(raw[1:])
	if len(s) > 0 && StringEnd(raw, 0) == len(raw) && raw[len(raw)-1] == '"' && !oddBackslashes(s[:len(s)-1]) {
		s, u.after = s[:len(s)-1], `"`
	}
	if !strings.Contains(s, `\`) && utf8.ValidString(s) {
		u.Text = s
		return u
	}
	var text strings.Builder
	for len(s) > 0 {
		c, n := utf8.DecodeRuneInString(s)
		if c == '\\' {
			c, n = unescapeOne(s)
		}
		if c == utf8.RuneError && s[:n] != "\uFFFD" {
			text.WriteByte(0xff)
		} else {
			text.WriteRune(c)
		}
		u.raw = append(u.raw, s[:n])
		s = s[n:]
	}
	u.Text = text.String()
	return u
}

func oddBackslashes(s string) bool {
	return (len(s)-len(strings.TrimRight(s, `\`)))%2 == 1
}

// unescapeOne reads the escape that s begins with.
func unescapeOne(s string) (rune, int) {
	if len(s) == 1 {
		return utf8.RuneError, 1
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		hi, ok := hex4(s[2:])
		if !ok && cutOff(s[2:]) {
			return utf8.RuneError, len(s) // as a whole, or it would not be seen to be cut off
		}
		if !ok {
			return utf8.RuneError, 2
		}
		if !utf16.IsSurrogate(hi) {
			return hi, 6
		}
		if len(s) >= 12 && s[6:8] == `\u` {
			if lo, ok := hex4(s[8:]); ok {
				if c := utf16.DecodeRune(hi, lo); c != utf8.RuneError {
					return c, 12
				}
			}
		}
		return utf8.RuneError, 6
	}
	if s[1] >= 0x80 {
		return utf8.RuneError, 1
	}
	return utf8.RuneError, 2
}

// cutOff reports whether the digits of an escape end with the text.
func cutOff(digits string) bool {
	return len(digits) < 4 && strings.Trim(digits, "0123456789abcdefABCDEF") == ""
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var c rune
	for _, d := range []byte(s[:4]) {
		switch {
		case '0' <= d && d <= '9':
			d -= '0'
		case 'a' <= d && d <= 'f':
			d -= 'a' - 10
		case 'A' <= d && d <= 'F':
			d -= 'A' - 10
		default:
			return 0, false
		}
		c = c<<4 | rune(d)
	}
	return c, true
}

// AppendJSON writes a character of a JSON string: as \u where the one in its
// place was written so, else as it is if that is allowed.
func AppendJSON(dst []byte, c rune, as string) []byte {
	switch {
	case strings.HasPrefix(as, `\u`):
		format := `\u%04x`
		if strings.ToLower(as) != as {
			format = `\u%04X`
		}
		if c > 0xffff {
			hi, lo := utf16.EncodeRune(c)
			return fmt.Appendf(fmt.Appendf(dst, format, hi), format, lo)
		}
		return fmt.Appendf(dst, format, c)
	case c == '"' || c == '\\':
		return append(dst, '\\', byte(c))
	case c < ' ':
		return fmt.Appendf(dst, `\u%04x`, c)
	}
	return utf8.AppendRune(dst, c)
}

// ReadURL reads a part of a URL or of a form. An escape that is none reads
// as it is written; plus tells whether "+" is a space.
func ReadURL(s string, plus bool) *Written {
	u := &Written{}
	if !strings.ContainsAny(s, "%+") && utf8.ValidString(s) {
		u.Text = s
		return u
	}
	var (
		text strings.Builder
		raw  []string // how each byte was written
	)
	for i := 0; i < len(s); {
		n := 1
		c := s[i]
		switch {
		case c == '+' && plus:
			c = ' '
		case c == '%' && i+2 < len(s):
			if v, ok := hex4("00" + s[i+1:i+3]); ok {
				c, n = byte(v), 3
			}
		}
		text.WriteByte(c)
		raw = append(raw, s[i:i+n])
		i += n
	}
	u.Text = text.String()
	at := 0
	for i := 0; i < len(u.Text); {
		_, n := utf8.DecodeRuneInString(u.Text[i:])
		u.raw = append(u.raw, strings.Join(raw[at:at+n], ""))
		at += n
		i += n
	}
	return u
}

// AppendURL writes a character of a part of a URL: escaped where the one in its
// place was, or where it has to be. One of ASCII that means something in a URL
// has to be, whatever was in its place: "+" would be a space.
func AppendURL(dst []byte, c rune, as string) []byte {
	if c < 0x80 && !strings.HasPrefix(as, "%") && (value.Alnum(byte(c)) || strings.ContainsRune("-._~", c)) ||
		c >= 0x80 && as != "" && !strings.Contains(as, "%") && as != "+" {
		return utf8.AppendRune(dst, c)
	}
	format := "%%%02X"
	if as != strings.ToUpper(as) {
		format = "%%%02x"
	}
	for _, b := range []byte(string(c)) {
		dst = fmt.Appendf(dst, format, b)
	}
	return dst
}

// StringEnd is where the string that starts at i ends, behind its quote if it
// has one.
func StringEnd(src []byte, i int) int {
	for i++; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(src)
}

// Sextets is the value of a character of base64 plus one, or 0.
var Sextets = func() (t [256]byte) {
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i + 1)
	}
	t['-'], t['_'] = t['+'], t['/']
	return t
}()

// AppendBase64 appends what a run of base64 says, to its last whole byte.
// encoding/base64 would have to be told the alphabet and the padding.
func AppendBase64(dst []byte, run string) []byte {
	var bits uint32
	for i := range len(run) {
		bits = bits<<6 | uint32(Sextets[run[i]]-1)
		switch i % 4 {
		case 1:
			dst = append(dst, byte(bits>>4))
		case 2:
			dst = append(dst, byte(bits>>2))
		case 3:
			dst = append(dst, byte(bits))
		}
	}
	return dst
}

// Unescape takes JSON escapes off a text that may have quotes in it.
func Unescape(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:i])
		c, n := unescapeOne(s[i:])
		if c == utf8.RuneError {
			b.WriteString(s[i : i+n])
		} else {
			b.WriteRune(c)
		}
		s = s[i+n:]
	}
	return b.String()
}
