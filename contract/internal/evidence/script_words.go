package evidence

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// piece is a part of a word of the shell: text that is meant as it is, or code
// that is good between double quotes.
type piece struct {
	text string
	code bool
}

// word is a text as a word of the shell, with variables for what is secret.
func (s *script) word(text string) string { return s.join(s.pieces(text)) }

// join quotes pieces as one word: in double quotes where that is plain to read.
func (s *script) join(pieces []piece) string {
	code, hard := false, false
	for _, p := range pieces {
		code = code || p.code
		hard = hard || !p.code && strings.ContainsAny(p.text, "$`\"\\!\r\n")
	}
	var b strings.Builder
	if code && !hard {
		for _, p := range pieces {
			b.WriteString(p.text)
		}
		return `"` + b.String() + `"`
	}
	for _, p := range pieces {
		switch {
		case p.code:
			b.WriteString(`"` + p.text + `"`)
		case p.text != "":
			b.WriteString("'" + strings.ReplaceAll(p.text, "'", `'\''`) + "'")
		}
	}
	if b.Len() == 0 {
		return "''"
	}
	return b.String()
}

// plainText reports whether a body can stand in a line of the shell as it is.
func plainText(body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	for _, c := range body {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// octal is any bytes as the format of printf.
func octal(body []byte) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, c := range body {
		if c < ' ' || c > '~' || c == '\'' || c == '\\' || c == '%' {
			fmt.Fprintf(&b, `\%03o`, c)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// match is a secret in a text.
type match struct {
	at, length int
	code       func() string
}

// pieces splits a text at what is secret in it.
func (s *script) pieces(text string) (all []piece) {
	for text != "" {
		m := s.secretIn(text)
		if m.length == 0 {
			return append(all, piece{text: text})
		}
		if m.at > 0 {
			all = append(all, piece{text: text[:m.at]})
		}
		all = append(all, piece{text: m.code(), code: true})
		text = text[m.at+m.length:]
	}
	return all
}

// secretIn is the first secret in a text, the longest at its place.
func (s *script) secretIn(text string) (m match) {
	take := func(at, length int, code func() string) {
		if at >= 0 && length > 0 && (m.length == 0 || at < m.at || at == m.at && length > m.length) {
			m = match{at, length, code}
		}
	}
	for _, named := range s.e.named() {
		for _, value := range []string{named.value, url.QueryEscape(named.value)} {
			take(strings.Index(text, value), len(value), func() string { return "${" + named.variable + "}" })
		}
		if n := len(named.value); n > 4 && !strings.Contains(text, named.value) {
			take(strings.Index(text, named.value[:n-1]), n-1, func() string { return "${" + named.variable + "%?}" })
			swapped := OtherCase(named.value)
			take(strings.Index(text, swapped), n, func() string {
				return "$(printf %s \"$" + named.variable + "\" | tr 'a-zA-Z' 'A-Za-z')"
			})
		}
	}
	for _, id := range s.given {
		take(strings.Index(text, id), len(id), func() string { return s.names[id] })
	}
	for _, token := range s.e.tokensIn(text) {
		take(strings.Index(text, token), len(token), func() string { return s.token(token) })
	}
	if span := jwtText.FindStringIndex(text); span != nil {
		if code := changed(s, text[span[0]:span[1]]); code != nil {
			take(span[0], span[1]-span[0], code)
		}
	}
	if m.length == 0 {
		if token, whole, code := s.spoiled(text); token != "" {
			take(strings.Index(text, whole), len(whole), code)
		}
	}
	return m
}

// spoiled finds a token of the server that the suite has changed as a text.
func (s *script) spoiled(text string) (token, whole string, code func() string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(` "',:;&=`, r) }) {
		for _, token := range s.e.like(word) {
			switch n := len(token); {
			case len(word) == n-4:
				return token, word, func() string { return strings.TrimSuffix(s.token(token), "}") + "%????}" }
			case len(word) == n:
				return token, word, func() string { return flipped(s.token(token), differsAt(word, token)) }
			}
		}
	}
	return "", "", nil
}

// flipped changes the character of a variable's value at a place.
func flipped(variable string, at int) string {
	return fmt.Sprintf(`$(printf %%s "%s" | sed -e 's/^\(.\{%d\}\)A/\1Q/;t' -e 's/^\(.\{%d\}\)./\1A/')`, variable, at, at)
}

func differsAt(a, b string) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return 0
}

// OtherCase swaps capital and small letters, as tr 'a-zA-Z' 'A-Za-z' does in scripts.
func OtherCase(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, text)
}
