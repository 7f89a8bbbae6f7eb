package redact

import (
	"bytes"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording/internal/escape"
)

// mender takes out of what was redacted the values that were learned later.
type mender struct{ *replacer }

// rewrite is a copy of x with every text in it rewritten.
func rewrite(x *contract.Exchange, text func(string) string, body func([]byte) []byte) *contract.Exchange {
	header := func(h contract.Header) contract.Header {
		all := make(contract.Header, len(h))
		for i, f := range h {
			all[i] = contract.Field{Name: text(f.Name), Value: text(f.Value)}
		}
		return all
	}
	out := *x
	out.Request.Method = text(x.Request.Method)
	out.Request.URL = rewriteURL(x.Request.URL, text)
	out.Request.Header = header(x.Request.Header)
	out.Request.Body = body(x.Request.Body)
	if x.Response != nil {
		res := *x.Response
		res.Reason = text(res.Reason)
		res.Header = header(res.Header)
		res.Body = body(res.Body)
		res.Extra = body(res.Extra)
		out.Response = &res
	}
	return &out
}

// rewriteURL rewrites a URL behind its host, part by part, so that it stays one.
func rewriteURL(s string, text func(string) string) string {
	start := 0
	if _, rest, ok := strings.Cut(s, "://"); ok {
		start = len(s) - len(rest)
		if slash := strings.IndexAny(rest, "/?#"); slash >= 0 {
			start += slash
		} else {
			start = len(s)
		}
	}
	var b strings.Builder
	b.WriteString(s[:start])
	for rest := s[start:]; rest != ""; {
		end := strings.IndexAny(rest, "/?#&=")
		if end < 0 {
			end = len(rest)
		}
		b.WriteString(text(rest[:end]))
		if end < len(rest) {
			b.WriteByte(rest[end])
			end++
		}
		rest = rest[end:]
	}
	return b.String()
}

// text replaces what is learned in a text where it is; where it hides behind an
// encoding, the text around it.
func (r mender) text(s string) string {
	if r.learned.Clean(s) {
		return s
	}
	for _, mend := range []func(string) string{r.replaceLearned, r.Scrub} {
		if mended := mend(s); r.learned.Clean(mended) {
			return mended
		}
	}
	return blot(s)
}

// body mends the strings and numbers in a body of JSON one by one, and any
// other as a text.
func (r mender) body(b []byte) []byte {
	if len(b) == 0 || r.learned.Clean(string(b)) {
		return b
	}
	if start := bytes.TrimLeft(b, "\ufeff \t\r\n"); len(start) == 0 || start[0] != '{' && start[0] != '[' {
		return []byte(r.text(string(b)))
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		end := i + 1
		switch c := b[i]; {
		case c == '"':
			end = escape.StringEnd(b, i)
			u := escape.ReadJSON(b[i:end])
			out = u.AppendAs(out, r.text(u.Text), escape.AppendJSON)
		case strings.IndexByte("{}[]:, \t\r\n", c) >= 0:
			out = append(out, c)
		default:
			if end = i + bytes.IndexAny(b[i:], "\",:{}[] \t\r\n"); end < i {
				end = len(b)
			}
			out = append(out, r.text(string(b[i:end]))...)
		}
		i = end
	}
	return out
}

// replaceLearned replaces what is learned in a text, and nothing else.
func (r mender) replaceLearned(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		at, n, c := r.learned.Find(s)
		if n == 0 {
			break
		}
		b.WriteString(s[:at])
		b.WriteString(r.pseudonym(c, s[at:at+n]))
		s = s[at+n:]
	}
	b.WriteString(s)
	return b.String()
}

// blot replaces every letter and digit of a text by the same one.
func blot(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case '0' <= c && c <= '9':
			return '0'
		case 'A' <= c && c <= 'Z':
			return 'X'
		case 'a' <= c && c <= 'z':
			return 'x'
		case c >= 0x80:
			return '?'
		}
		return c
	}, s)
}
