package redact

import (
	"bytes"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
)

// Clean reports whether no value that was learned is in what was written of an
// exchange, in any encoding that [Redactor.Verify] looks under.
func (r *Redactor) Clean(written []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.learned.leak(string(written), 4) == unmarked
}

// Mend returns an exchange that was redacted without the values that were
// learned too late for it, or that are in it by chance. Each is replaced where
// it is; where it hides behind an encoding, the text around it is.
func (r *Redactor) Mend(x *contract.Exchange) *contract.Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return rewrite(x, r.mendText, r.mendBody)
}

// Harden is Mend for an exchange that is not clean after it: nothing stays in it
// but its form.
func (r *Redactor) Harden(x *contract.Exchange) *contract.Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return rewrite(x, blot, func(b []byte) []byte { return []byte(blot(string(b))) })
}

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

func (r *Redactor) mendText(s string) string {
	if r.learned.clean(s) {
		return s
	}
	for _, mend := range []func(string) string{r.replaceLearned, r.scrub} {
		if mended := mend(s); r.learned.clean(mended) {
			return mended
		}
	}
	return blot(s)
}

// mendBody mends the strings and numbers in a body of JSON one by one, and any
// other as a text.
func (r *Redactor) mendBody(b []byte) []byte {
	if len(b) == 0 || r.learned.clean(string(b)) {
		return b
	}
	if start := bytes.TrimLeft(b, "\ufeff \t\r\n"); len(start) == 0 || start[0] != '{' && start[0] != '[' {
		return []byte(r.mendText(string(b)))
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		end := i + 1
		switch c := b[i]; {
		case c == '"':
			end = stringEnd(b, i)
			u := unescapeJSON(b[i:end])
			out = u.appendAs(out, r.mendText(u.text), r.jsonEscape)
		case strings.IndexByte("{}[]:, \t\r\n", c) >= 0:
			out = append(out, c)
		default:
			if end = i + bytes.IndexAny(b[i:], "\",:{}[] \t\r\n"); end < i {
				end = len(b)
			}
			out = append(out, r.mendText(string(b[i:end]))...)
		}
		i = end
	}
	return out
}

// replaceLearned replaces what is learned in a text, and nothing else.
func (r *Redactor) replaceLearned(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		at, n, c := r.learned.find(s)
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
