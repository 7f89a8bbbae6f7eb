package contract

import (
	"net/url"
	"strings"
)

// address is what the rules need of the URL of a request.
type address struct {
	host  string // with the port, if there is one
	path  string // as it was escaped
	query string // as it was escaped
}

// hostname is the host without the port.
func (a address) hostname() string {
	u := url.URL{Host: a.host}
	return u.Hostname()
}

// readAddress reads an absolute URL as net/url does; ok is false where that
// cannot. Most URLs are so plain that cutting is reading.
func readAddress(raw string) (a address, ok bool) {
	if a, ok = cutAddress(raw); ok {
		return a, true
	}
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, false
	}
	return address{u.Host, u.EscapedPath(), u.RawQuery}, true
}

// cutAddress takes URLs that have nothing which net/url would change or refuse.
func cutAddress(raw string) (a address, ok bool) {
	scheme, rest, found := strings.Cut(raw, "://")
	if !found || scheme != "https" && scheme != "http" {
		return a, false
	}
	rest, a.query, _ = strings.Cut(rest, "?")
	a.host = rest
	if slash := strings.IndexByte(rest, '/'); slash >= 0 {
		a.host, a.path = rest[:slash], rest[slash:]
	}
	name, port, _ := strings.Cut(a.host, ":")
	plain := name != "" && every(name, isUnreserved) && (len(name) == len(a.host) || port != "" && every(port, isDigit)) &&
		isPlainPath(a.path) && every(a.query, func(c byte) bool { return c > ' ' && c < 0x7f && c != '#' })
	return a, plain
}

// isPlainPath tells whether a path is the same escaped and not.
func isPlainPath(path string) bool {
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

// pathOf returns the escaped path of an absolute URL without the base's own
// path, and the query.
func pathOf(rawURL, basePath string) (path, query string) {
	a, _ := readAddress(rawURL)
	return a.below(basePath), a.query
}

// below is the path without that of the base URL, if it is below it.
func (a address) below(basePath string) string {
	if basePath != "" && strings.HasPrefix(a.path, basePath+"/") {
		return a.path[len(basePath):]
	}
	return a.path
}

// within is the path without that of the base URL; "" where it is elsewhere.
func (a address) within(basePath string) string {
	if basePath != "" && !strings.HasPrefix(a.path, basePath+"/") {
		return ""
	}
	return a.path[len(basePath):]
}

// queryParam returns the first value of a parameter, as [url.ParseQuery] reads
// it: what it cannot read is not there.
func queryParam(query, name string) (value string, has bool) {
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
