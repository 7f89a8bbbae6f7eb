package recording

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// ErrLeak: a learned value is in what was redacted.
var ErrLeak = errors.New("a value that was to be redacted is still there")

// Verify reads what was written and looks in it for every value that was
// learned: as it is, and under JSON escapes, URL escapes and base64, in any
// order and up to four deep, as in the payload of a JWT in a cursor. The error
// wraps ErrLeak and says in which line, counted from 1, and what kind of value
// it was, not which.
func (r *Redactor) Verify(in io.Reader) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	unpacked, done, err := unpack(in)
	if err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	defer done()
	const (
		chunk   = 4 << 20
		overlap = 64 << 10
	)
	br := bufio.NewReaderSize(unpacked, 64<<10)
	var text []byte
	for line := 1; ; {
		piece, err := br.ReadSlice('\n')
		text = append(text, piece...)
		if err == bufio.ErrBufferFull && len(text) < chunk {
			continue
		}
		if c := r.learned.leak(text, 4); c != unmarked {
			return fmt.Errorf("recording: %w: a value of class %s in line %d", ErrLeak, c, line)
		}
		switch err {
		case nil:
			line++
			text = text[:0]
		case bufio.ErrBufferFull:
			text = append(text[:0], text[len(text)-overlap:]...)
		case io.EOF:
			return nil
		default:
			return fmt.Errorf("recording: %w", err)
		}
	}
}

// leak says of what class a learned value in text is, or unmarked.
func (l *learned) leak(text []byte, depth int) class {
	s := string(text)
	for rest := s; ; {
		at, n, c := l.find(rest)
		if n == 0 {
			break
		}
		if v := rest[at : at+n]; !l.issued[v] && !(n == 10 && startsWithDate(v) && followsTime(rest[at+n:])) {
			return c
		}
		rest = rest[at+n:]
	}
	if depth == 0 {
		return unmarked
	}
	for _, view := range views(s) {
		if c := l.leak(view, depth-1); c != unmarked {
			return c
		}
	}
	return unmarked
}

// followsTime tells that a date is the date of a time, as that of created_at.
func followsTime(rest string) bool {
	return len(rest) > 1 && (rest[0] == 'T' || rest[0] == 't' || rest[0] == ' ') && '0' <= rest[1] && rest[1] <= '9'
}

// views are the texts that a text is when one encoding is taken off.
func views(s string) (v [][]byte) {
	if strings.Contains(s, `\`) {
		v = append(v, []byte(unescapeLoose(s)))
	}
	for _, part := range strings.FieldsFunc(s, endsURL) {
		if strings.Contains(part, "%") {
			v = append(v, []byte(unescapeURL(part, true).text))
		}
		if strings.Contains(part, "+") {
			v = append(v, []byte(strings.ReplaceAll(part, "+", " ")))
		}
	}
	for i := 0; i < len(s); {
		if !isBase64(s[i]) {
			i++
			continue
		}
		n := 1
		for i+n < len(s) && isBase64(s[i+n]) {
			n++
		}
		if n >= 8 {
			v = append(v, decodings(s[i:i+n])...)
		}
		i += n
	}
	return v
}

// endsURL tells what cannot be in a URL or a form.
func endsURL(c rune) bool { return c <= ' ' || c == '"' || c == '\\' || c == '<' || c == '>' }

// unescapeLoose takes JSON escapes off a text that may have quotes in it.
func unescapeLoose(s string) string {
	var b strings.Builder
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

func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_'
}

var urlAlphabet = strings.NewReplacer("-", "+", "_", "/")

// decodings are what a run of base64 says, wherever in it that begins: it may
// have been put behind something that looks like base64, too. Those that are
// not text at all are left out.
func decodings(run string) (v [][]byte) {
	run = urlAlphabet.Replace(run)
	for skip := range 4 {
		part := run[skip:]
		part = part[:len(part)-len(part)%4+[]int{0, 0, 2, 3}[len(part)%4]]
		b, _ := base64.RawStdEncoding.DecodeString(part) // what can be read before a mistake
		if b = printable(b); len(b) >= minLearned {
			v = append(v, b)
		}
	}
	return v
}

// printable is b if there is text in it as long as a value.
func printable(b []byte) []byte {
	run := 0
	for _, c := range b {
		if c < 0x20 || c == 0x7f {
			run = 0
			continue
		}
		if run++; run >= minLearned {
			return b
		}
	}
	return nil
}
