package read

import (
	"net"
	"net/url"
	"strings"
)

// Address is what the rules need of the URL of a request.
type Address struct {
	Host  string // with the port, if there is one
	Path  string // as it was escaped
	Query string // as it was escaped
}

// Hostname is the host without the port.
func (a Address) Hostname() string {
	u := url.URL{Host: a.Host}
	return u.Hostname()
}

// ParseAddress reads an absolute URL as net/url does; ok is false where that
// cannot. Most URLs are so plain that cutting is reading.
func ParseAddress(raw string) (a Address, ok bool) {
	if a, ok = cutAddress(raw); ok {
		return a, true
	}
	u, err := url.Parse(raw)
	if err != nil {
		return Address{}, false
	}
	return Address{u.Host, u.EscapedPath(), u.RawQuery}, true
}

// cutAddress takes URLs that have nothing which net/url would change or refuse.
func cutAddress(raw string) (a Address, ok bool) {
	scheme, rest, found := strings.Cut(raw, "://")
	if !found || scheme != "https" && scheme != "http" {
		return a, false
	}
	rest, a.Query, _ = strings.Cut(rest, "?")
	a.Host = rest
	if slash := strings.IndexByte(rest, '/'); slash >= 0 {
		a.Host, a.Path = rest[:slash], rest[slash:]
	}
	name, port, _ := strings.Cut(a.Host, ":")
	plain := name != "" && every(name, isUnreserved) && (len(name) == len(a.Host) || port != "" && every(port, isDigit)) &&
		IsPlainPath(a.Path) && every(a.Query, func(c byte) bool { return c > ' ' && c < 0x7f && c != '#' })
	return a, plain
}

// IsPlainPath tells whether a path is the same escaped and not.
func IsPlainPath(path string) bool {
	return every(path, func(c byte) bool { return c == '/' || isUnreserved(c) })
}

// isUnreserved is that of RFC 3986, 2.3.
func isUnreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || isDigit(c) || c == '-' || c == '.' || c == '_' || c == '~'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func every(s string, holds func(byte) bool) bool {
	for i := range len(s) {
		if !holds(s[i]) {
			return false
		}
	}
	return true
}

// PathOf returns the escaped path of an absolute URL without the base's own
// path, and the query.
func PathOf(rawURL, basePath string) (path, query string) {
	a, _ := ParseAddress(rawURL)
	return a.Below(basePath), a.Query
}

// Below is the path without that of the base URL, if it is below it.
func (a Address) Below(basePath string) string {
	if basePath != "" && strings.HasPrefix(a.Path, basePath+"/") {
		return a.Path[len(basePath):]
	}
	return a.Path
}

// Within is the path without that of the base URL; "" where it is elsewhere.
func (a Address) Within(basePath string) string {
	if basePath != "" && !strings.HasPrefix(a.Path, basePath+"/") {
		return ""
	}
	return a.Path[len(basePath):]
}

// Param returns the first value of a parameter, as [url.ParseQuery] reads
// it: what it cannot read is not there.
func Param(query, name string) (value string, has bool) {
	for pair := range strings.SplitSeq(query, "&") {
		if strings.Contains(pair, ";") {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		if key, err := url.QueryUnescape(key); err != nil || key != name || pair == "" {
			continue
		}
		if value, err := url.QueryUnescape(value); err == nil {
			return value, true
		}
	}
	return "", false
}

// IsLoopback reports whether a host is this machine.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// EscapeSegment escapes an id so that it stays one segment: dots too, where
// they would be read as a relative path.
func EscapeSegment(id string) string {
	if strings.Trim(id, ".") == "" {
		return strings.ReplaceAll(id, ".", "%2E")
	}
	return url.PathEscape(id)
}
