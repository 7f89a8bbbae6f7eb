package redact

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording/internal/escape"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// headers redacts header fields.
type headers struct{ urls }

// header redacts fields in place.
func (r *headers) header(h contract.Header) {
	for i := range h {
		f := &h[i]
		if !fieldName.MatchString(f.Name) || !r.mayStay(f.Name) {
			f.Name = r.text(f.Name)
		}
		f.Value = r.field(strings.ToLower(f.Name), f.Value)
	}
}

var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,63}$`)

func (r *headers) field(name, v string) string {
	switch name {
	case "authorization", "proxy-authorization":
		return r.authorization(v)
	case "cookie":
		return r.cookies(v, false)
	case "set-cookie":
		return r.cookies(v, true)
	case "location", "content-location", "referer":
		return r.url(v, nil)
	case "host":
		return r.authority(v, r.hosts[strings.ToLower(v)])
	case "date", "last-modified", "expires":
		if _, err := http.ParseTime(v); err == nil {
			return v
		}
	}
	if technical[name] && r.harmless(name, v) {
		return v
	}
	return r.text(v)
}

// authorization redacts credentials and learns them.
func (r *headers) authorization(v string) string {
	scheme, rest, ok := strings.Cut(v, " ")
	if !ok {
		if !code.MatchString(v) || !r.mayStay(v) {
			r.learnToken(v)
			return r.pseudonym(value.Token, v)
		}
		return v // "Bearer" with nothing behind it
	}
	credentials := strings.TrimSpace(rest)
	if credentials == "" {
		return v
	}
	if !code.MatchString(scheme) || !r.mayStay(scheme) {
		scheme = r.text(scheme)
	}
	redacted := ""
	if strings.EqualFold(scheme, "basic") {
		redacted = r.basic(credentials)
	} else {
		r.learnToken(credentials)
		redacted = r.pseudonym(value.Token, credentials)
	}
	return scheme + " " + strings.Replace(rest, credentials, redacted, 1)
}

// basic redacts a client's id and secret, which are base64 of "id:secret", each
// escaped as in a form (RFC 6749, 2.3.1).
func (r *headers) basic(s string) string {
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		b, err := enc.DecodeString(s)
		if err != nil {
			continue
		}
		id, password, ok := strings.Cut(string(b), ":")
		if !ok {
			break
		}
		r.learn(value.Secret, s)
		u, p := escape.ReadURL(id, true), escape.ReadURL(password, true)
		r.clients[u.Text] = true
		r.learn(value.Secret, p.Text)
		r.learn(value.Secret, password)
		out := u.AppendAs(nil, r.text(u.Text), escape.AppendURL)
		out = append(out, ':')
		return enc.EncodeToString(p.AppendAs(out, r.Scrub(p.Text), escape.AppendURL))
	}
	r.learn(value.Secret, s)
	return r.Scrub(s)
}

// cookies redacts the values of cookies, and of Set-Cookie the attributes that
// can hold something.
func (r *headers) cookies(v string, set bool) string {
	parts := strings.Split(v, ";")
	for i, part := range parts {
		name, val, ok := strings.Cut(part, "=")
		bare := strings.TrimSpace(name)
		switch {
		case set && i > 0 && !ok:
			parts[i] = r.text(part)
		case set && i > 0:
			if _, err := http.ParseTime(val); err != nil || !strings.EqualFold(bare, "expires") {
				parts[i] = r.text(name) + "=" + r.text(val)
			}
		case !ok:
			r.learn(value.Secret, bare)
			parts[i] = strings.Replace(part, bare, r.Scrub(bare), 1)
		default:
			plain := strings.Trim(strings.TrimSpace(val), `"`)
			u := escape.ReadURL(plain, false)
			r.learn(value.Secret, plain)
			r.learn(value.Secret, u.Text)
			redacted := string(u.AppendAs(nil, r.pseudonym(value.Unknown, u.Text), escape.AppendURL))
			parts[i] = strings.Replace(name, bare, r.memberName(bare), 1) + "=" + strings.Replace(val, plain, redacted, 1)
		}
	}
	return strings.Join(parts, ";")
}
