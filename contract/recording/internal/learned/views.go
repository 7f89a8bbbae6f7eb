package learned

import (
	"html"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/onvy-health/onvy-go/contract/recording/internal/escape"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// search looks for learned values in a text and under its encodings.
type search struct {
	*Set
	seen   map[string]int // words that were decoded before, in vain, and to what depth
	binary int            // of the encodings taken off, how many gave no text
}

// leak says of what class a learned value in s is, or unmarked. It looks at the
// text and, up to a depth, at what it says under each encoding.
func (l *search) leak(s string, depth int) value.Class {
	for rest := s; ; {
		at, n, c := l.Find(rest)
		if n == 0 {
			break
		}
		v, date := rest[at:at+n], rest[at:min(at+len(time.DateOnly), len(rest))]
		rest = rest[at+n:]
		if l.binary > 0 && n < LongEnough {
			continue // in bytes that are no text, a short value is there by chance
		}
		if !l.issued[l.Sum(value.Fold(v))] && !l.issued[l.Sum(date)] && !(value.IsDate(v) && followsTime(rest)) {
			return c
		}
	}
	if depth == 0 {
		return value.Unmarked
	}
	if strings.Contains(s, `\`) {
		if c := l.leak(escape.Unescape(s), depth-1); c != value.Unmarked {
			return c
		}
	}
	if strings.Contains(s, "&") {
		if plain := html.UnescapeString(s); plain != s {
			if c := l.leak(plain, depth-1); c != value.Unmarked {
				return c
			}
		}
	}
	if c := l.leakInURLs(s, depth); c != value.Unmarked {
		return c
	}
	return l.leakInBase64(s, depth)
}

// followsTime tells that a date is the date of a time, as that of created_at.
func followsTime(rest string) bool {
	return len(rest) > 1 && (rest[0] == 'T' || rest[0] == 't' || rest[0] == ' ') && '0' <= rest[1] && rest[1] <= '9'
}

// leakInURLs looks at the words with "%" or "+" in them as parts of a URL.
func (l *search) leakInURLs(s string, depth int) value.Class {
	for {
		i := strings.IndexAny(s, "%+")
		if i < 0 {
			return value.Unmarked
		}
		start := strings.LastIndexFunc(s[:i], endsURL) + 1
		end := i + 1
		for end < len(s) && !endsURL(rune(s[end])) {
			end++
		}
		part := s[start:end]
		s = s[end:]
		if plain := escape.ReadURL(part, true).Text; plain != part {
			if c := l.leak(plain, depth-1); c != value.Unmarked {
				return c
			}
		}
		if plain := escape.ReadURL(part, false).Text; plain != part && strings.Contains(part, "+") {
			if c := l.leak(plain, depth-1); c != value.Unmarked {
				return c
			}
		}
	}
}

// endsURL tells what cannot be in a URL or a form.
func endsURL(c rune) bool { return c <= ' ' || c == '"' || c == '\\' || c == '<' || c == '>' }

// leakInBase64 looks at what words say that can be base64 in either alphabet,
// wherever in them that begins: it may follow something that looks like base64.
func (l *search) leakInBase64(s string, depth int) value.Class {
	var decoded []byte
	for i := 0; i < len(s); i++ {
		start := i
		for i < len(s) && escape.Sextets[s[i]] > 0 {
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
			decoded = escape.AppendBase64(decoded[:0], run[skip:])
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
			if c != value.Unmarked {
				return c
			}
		}
	}
	return value.Unmarked
}

// minEncoded is how long the shortest value is in base64.
const minEncoded = (MinLength*8 + 5) / 6

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
		} else if run++; run == MinLength {
			return true
		}
	}
	return false
}
