package redact

import (
	"strings"
)

// url redacts an absolute URL or a reference. The scheme and the host stay if
// the API was asked, for they say which server it was.
func (r *Redactor) url(s string, op *operation) string {
	head, path := "", s
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		head, path = scheme+"://"+r.authority(rest[:end], op != nil), rest[end:]
	}
	if strings.Contains(path, "&#") { // would be taken apart below
		path = codes.ReplaceAllStringFunc(path, r.scrub)
	}
	path, fragment, hasFragment := strings.Cut(path, "#")
	path, query, hasQuery := strings.Cut(path, "?")
	if op == nil {
		op = r.operation("", path)
	}
	var b strings.Builder
	b.WriteString(head)
	b.WriteString(r.path(path, op))
	if hasQuery {
		b.WriteByte('?')
		var places map[string]*node
		if op != nil {
			places = op.query
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
func (r *Redactor) authority(s string, ours bool) string {
	user, host, ok := cutLast(s, "@")
	if ok {
		r.learn(secret, user)
		user = r.scrub(user) + "@"
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

// operation is the one that a method and a path are of; with no such method,
// one of the same path; nil if the spec has no such path. Segments before
// those of the spec are the base path of a server.
func (r *Redactor) operation(method, path string) *operation {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	var other *operation
	for _, op := range r.spec.ops {
		if !op.matches(segments) {
			continue
		}
		if op.method == method {
			return op
		}
		if other == nil || len(op.segments) > len(other.segments) {
			other = op
		}
	}
	return other
}

func (o *operation) matches(segments []string) bool {
	skip := len(segments) - len(o.segments)
	if skip < 0 {
		return false
	}
	for i, s := range o.segments {
		if s.param == nil && s.literal != segments[skip+i] {
			return false
		}
	}
	return true
}

// path redacts the segments of a path: parameters as the spec says, and of a
// path that it does not have every segment that is none of its words.
func (r *Redactor) path(path string, op *operation) string {
	parts := strings.Split(path, "/")
	last := len(parts)
	for last > 0 && parts[last-1] == "" {
		last--
	}
	first := last
	if op != nil {
		if first -= len(op.segments); first < 0 {
			op, first = nil, last
		}
	}
	for i, s := range parts {
		if s == "" {
			continue
		}
		var n *node
		if op != nil && i >= first && i < last {
			seg := op.segments[i-first]
			if seg.param == nil {
				if seg.literal == s {
					continue
				}
			} else {
				n = seg.param
			}
		}
		u := unescapeURL(s, false)
		redacted := ""
		switch {
		case n != nil:
			redacted = r.value(n, u.text)
		case r.spec.literals[s]:
			continue
		default:
			redacted = r.unknown(u.text)
		}
		parts[i] = string(u.appendAs(nil, redacted, r.urlEscape))
	}
	return strings.Join(parts, "/")
}

// form appends a query or a form with its values redacted. The order, empty
// parts and escapes stay as they are.
func (r *Redactor) form(dst []byte, s string, places map[string]*node) []byte {
	if strings.Contains(s, "&#") { // would be taken apart below
		s = codes.ReplaceAllStringFunc(s, r.scrub)
	}
	for i, part := range strings.Split(s, "&") {
		if i > 0 {
			dst = append(dst, '&')
		}
		key, val, hasValue := strings.Cut(part, "=")
		k := unescapeURL(key, true)
		n := places[k.text]
		if n != nil {
			dst = append(dst, key...)
		} else {
			dst = k.appendAs(dst, r.memberName(k.text), r.urlEscape)
		}
		if hasValue {
			v := unescapeURL(val, true)
			redacted := ""
			if n == nil && isNumber(v.text) {
				redacted = r.number(v.text, 0)
			} else {
				redacted = r.value(n, v.text)
			}
			dst = append(dst, '=')
			dst = v.appendAs(dst, redacted, r.urlEscape)
		}
	}
	return dst
}
