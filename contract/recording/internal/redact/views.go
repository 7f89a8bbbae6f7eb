package redact

import (
	"html"
	"strings"
	"unicode/utf8"
)

// search looks for learned values in a text and under its encodings.
type search struct {
	*learned
	seen   map[string]int // words that were decoded before, in vain, and to what depth
	binary int            // of the encodings taken off, how many gave no text
}

// leak says of what class a learned value in s is, or unmarked. It looks at the
// text and, up to a depth, at what it says under each encoding.
func (l *search) leak(s string, depth int) class {
	for rest := s; ; {
		at, n, c := l.find(rest)
		if n == 0 {
			break
		}
		v := rest[at : at+n]
		rest = rest[at+n:]
		if l.binary > 0 && n < longEnough {
			continue // in bytes that are no text, a short value is there by chance
		}
		if !l.issued[l.sum(fold(v))] && !(isDate(v) && followsTime(rest)) {
			return c
		}
	}
	if depth == 0 {
		return unmarked
	}
	if strings.Contains(s, `\`) {
		if c := l.leak(unescapeLoose(s), depth-1); c != unmarked {
			return c
		}
	}
	if strings.Contains(s, "&") {
		if plain := html.UnescapeString(s); plain != s {
			if c := l.leak(plain, depth-1); c != unmarked {
				return c
			}
		}
	}
	if c := l.leakInURLs(s, depth); c != unmarked {
		return c
	}
	return l.leakInBase64(s, depth)
}

// followsTime tells that a date is the date of a time, as that of created_at.
func followsTime(rest string) bool {
	return len(rest) > 1 && (rest[0] == 'T' || rest[0] == 't' || rest[0] == ' ') && '0' <= rest[1] && rest[1] <= '9'
}

// unescapeLoose takes JSON escapes off a text that may have quotes in it.
func unescapeLoose(s string) string {
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

// leakInURLs looks at the words with "%" or "+" in them as parts of a URL.
func (l *search) leakInURLs(s string, depth int) class {
	for {
		i := strings.IndexAny(s, "%+")
		if i < 0 {
			return unmarked
		}
		start := strings.LastIndexFunc(s[:i], endsURL) + 1
		end := i + 1
		for end < len(s) && !endsURL(rune(s[end])) {
			end++
		}
		part := s[start:end]
		s = s[end:]
		if plain := unescapeURL(part, true).text; plain != part {
			if c := l.leak(plain, depth-1); c != unmarked {
				return c
			}
		}
		if plain := unescapeURL(part, false).text; plain != part && strings.Contains(part, "+") {
			if c := l.leak(plain, depth-1); c != unmarked {
				return c
			}
		}
	}
}

// endsURL tells what cannot be in a URL or a form.
func endsURL(c rune) bool { return c <= ' ' || c == '"' || c == '\\' || c == '<' || c == '>' }

// leakInBase64 looks at what words say that can be base64 in either alphabet,
// wherever in them that begins: it may follow something that looks like base64.
func (l *search) leakInBase64(s string, depth int) class {
	var decoded []byte
	for i := 0; i < len(s); i++ {
		start := i
		for i < len(s) && sextet[s[i]] > 0 {
			i++
		}
		run := s[start:i]
		if len(run) < minEncoded || l.seen[run] >= depth {
			continue
		}
		if len(run) < 64 { // names of members, above all
			l.seen[run] = depth
		}
		for skip := 0; skip < 4 && len(run)-skip >= minEncoded; skip++ {
			decoded = decodeBase64(decoded[:0], run[skip:])
			if !hasText(decoded) {
				continue
			}
			binary := !isText(decoded)
			if binary {
				l.binary++
			}
			c := l.leak(string(decoded), depth-1)
			if binary {
				l.binary--
			}
			if c != unmarked {
				return c
			}
		}
	}
	return unmarked
}

// minEncoded is how long the shortest value is in base64.
const minEncoded = (minLearned*8 + 5) / 6

// sextet is the value of a character of base64 plus one, or 0.
var sextet = func() (t [256]byte) {
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i + 1)
	}
	t['-'], t['_'] = t['+'], t['/']
	return t
}()

// decodeBase64 appends what a run of base64 says, to its last whole byte.
// encoding/base64 would have to be told the alphabet and the padding.
func decodeBase64(dst []byte, run string) []byte {
	var bits uint32
	for i := range len(run) {
		bits = bits<<6 | uint32(sextet[run[i]]-1)
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

// isText reports whether what was decoded is text all through, apart from a
// character that is cut at the end.
func isText(b []byte) bool {
	for i := 0; i < len(b); {
		c, n := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && n == 1 {
			return len(b)-i < utf8.UTFMax
		}
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return false
		}
		i += n
	}
	return true
}

// hasText tells whether there is a text in b as long as the shortest value.
func hasText(b []byte) bool {
	run := 0
	for _, c := range b {
		if c < ' ' || c == 0x7f {
			run = 0
		} else if run++; run == minLearned {
			return true
		}
	}
	return false
}
