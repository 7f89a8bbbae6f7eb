package redact

import (
	"strings"

	"github.com/onvy-health/onvy-go/contract/recording/internal/escape"
	"github.com/onvy-health/onvy-go/contract/recording/internal/places"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// urls redacts URLs, queries and forms.
type urls struct {
	*replacer
	spec  *places.Spec
	hosts map[string]bool // that stay
}

// url redacts an absolute URL or a reference. The scheme and the host stay if
// the API was asked, for they say which server it was.
func (r *urls) url(s string, op *places.Operation) string {
	head, path := "", s
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		head, path = scheme+"://"+r.authority(rest[:end], op != nil), rest[end:]
	}
	if strings.Contains(path, "&#") { // would be taken apart below
		path = codes.ReplaceAllStringFunc(path, r.Scrub)
	}
	path, fragment, hasFragment := strings.Cut(path, "#")
	path, query, hasQuery := strings.Cut(path, "?")
	if op == nil {
		op = r.spec.Operation("", path)
	}
	var b strings.Builder
	b.WriteString(head)
	b.WriteString(r.path(path, op))
	if hasQuery {
		b.WriteByte('?')
		var places map[string]*places.Node
		if op != nil {
			places = op.Query
		}
		b.Write(r.form(nil, query, places))
	}
	if hasFragment {
		b.WriteByte('#')
		b.Write(r.form(nil, fragment, nil))
	}
	return b.String()
}

// authority redacts the user and password of a URL, and the names of hosts
// that are not of this API.
func (r *urls) authority(s string, ours bool) string {
	user, host, ok := cutLast(s, "@")
	if ok {
		r.learn(value.Secret, user)
		user = r.Scrub(user) + "@"
	}
	if !ours && !r.hosts[strings.ToLower(host)] {
		host = r.text(host)
	}
	return user + host
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}

// path redacts the segments of a path: parameters as the spec says, and of a
// path that it does not have every segment that is none of its words.
func (r *urls) path(path string, op *places.Operation) string {
	parts := strings.Split(path, "/")
	last := len(parts)
	for last > 0 && parts[last-1] == "" {
		last--
	}
	first := last
	if op != nil {
		if first -= len(op.Segments); first < 0 {
			op, first = nil, last
		}
	}
	for i, s := range parts {
		if s == "" {
			continue
		}
		var n *places.Node
		if op != nil && i >= first && i < last {
			seg := op.Segments[i-first]
			if seg.Param == nil {
				if seg.Literal == s {
					continue
				}
			} else {
				n = seg.Param
			}
		}
		u := escape.ReadURL(s, false)
		redacted := ""
		switch {
		case n != nil:
			redacted = r.value(n, u.Text)
		case r.spec.Literals[s]:
			continue
		default:
			redacted = r.unknown(u.Text)
		}
		parts[i] = string(u.AppendAs(nil, redacted, escape.AppendURL))
	}
	return strings.Join(parts, "/")
}

// form appends a query or a form with its values redacted. The order, empty
// parts and escapes stay as they are.
func (r *urls) form(dst []byte, s string, places map[string]*places.Node) []byte {
	if strings.Contains(s, "&#") { // would be taken apart below
		s = codes.ReplaceAllStringFunc(s, r.Scrub)
	}
	for i, part := range strings.Split(s, "&") {
		if i > 0 {
			dst = append(dst, '&')
		}
		key, val, hasValue := strings.Cut(part, "=")
		k := escape.ReadURL(key, true)
		n := places[k.Text]
		if n != nil {
			dst = append(dst, key...)
		} else {
			dst = k.AppendAs(dst, r.memberName(k.Text), escape.AppendURL)
		}
		if hasValue {
			v := escape.ReadURL(val, true)
			redacted := ""
			if n == nil && value.IsNumber(v.Text) {
				redacted = r.Number(v.Text, 0)
			} else {
				redacted = r.value(n, v.Text)
			}
			dst = append(dst, '=')
			dst = v.AppendAs(dst, redacted, escape.AppendURL)
		}
	}
	return dst
}
