package redact

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
)

// header redacts fields in place.
func (r *Redactor) header(h contract.Header) {
	for i := range h {
		f := &h[i]
		if !fieldName.MatchString(f.Name) || !r.mayStay(f.Name) {
			f.Name = r.text(f.Name)
		}
		f.Value = r.field(strings.ToLower(f.Name), f.Value)
	}
}

var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,63}$`)

func (r *Redactor) field(name, v string) string {
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
func (r *Redactor) authorization(v string) string {
	scheme, rest, ok := strings.Cut(v, " ")
	if !ok {
		if !code.MatchString(v) || !r.mayStay(v) {
			r.learnToken(v)
			return r.pseudonym(token, v)
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
		redacted = r.pseudonym(token, credentials)
	}
	return scheme + " " + strings.Replace(rest, credentials, redacted, 1)
}

// learnToken learns a token and, of a JWT, the signature. Its other parts may be
// the same in the pseudonym, and so may all that there is of one that is cut.
func (r *Redactor) learnToken(s string) {
	switch {
	case isJWT(s):
		r.learn(token, s)
		r.learn(secret, s[strings.LastIndexByte(s, '.')+1:])
	case !startsLikeJWT(s) && !isCutHeader(s):
		r.learn(token, s)
	}
}

// isCutHeader tells whether s is the beginning of the header of a JWT, which
// all tokens of a server share.
func isCutHeader(s string) bool {
	b := string(decodeBase64(nil, s))
	return strings.HasPrefix(s, "eyJ") && !strings.Contains(s, ".") && (strings.HasPrefix(b, `{"alg"`) || strings.HasPrefix(b, `{"typ"`) || len(b) < 6)
}

// basic redacts a client's id and secret, which are base64 of "id:secret", each
// escaped as in a form (RFC 6749, 2.3.1).
func (r *Redactor) basic(s string) string {
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		b, err := enc.DecodeString(s)
		if err != nil {
			continue
		}
		id, password, ok := strings.Cut(string(b), ":")
		if !ok {
			break
		}
		r.learn(secret, s)
		u, p := unescapeURL(id, true), unescapeURL(password, true)
		r.clients[u.text] = true
		r.learn(secret, p.text)
		r.learn(secret, password)
		out := u.appendAs(nil, r.text(u.text), r.urlEscape)
		out = append(out, ':')
		return enc.EncodeToString(p.appendAs(out, r.scrub(p.text), r.urlEscape))
	}
	r.learn(secret, s)
	return r.scrub(s)
}

// cookies redacts the values of cookies, and of Set-Cookie the attributes that
// can hold something.
func (r *Redactor) cookies(v string, set bool) string {
	parts := strings.Split(v, ";")
	for i, part := range parts {
		name, value, ok := strings.Cut(part, "=")
		bare := strings.TrimSpace(name)
		switch {
		case set && i > 0 && !ok:
			parts[i] = r.text(part)
		case set && i > 0:
			if _, err := http.ParseTime(value); err != nil || !strings.EqualFold(bare, "expires") {
				parts[i] = r.text(name) + "=" + r.text(value)
			}
		case !ok:
			r.learn(secret, bare)
			parts[i] = strings.Replace(part, bare, r.scrub(bare), 1)
		default:
			bareValue := strings.Trim(strings.TrimSpace(value), `"`)
			u := unescapeURL(bareValue, false)
			r.learn(secret, bareValue)
			r.learn(secret, u.text)
			redacted := string(u.appendAs(nil, r.pseudonym(unknown, u.text), r.urlEscape))
			parts[i] = strings.Replace(name, bare, r.memberName(bare), 1) + "=" + strings.Replace(value, bareValue, redacted, 1)
		}
	}
	return strings.Join(parts, ";")
}
