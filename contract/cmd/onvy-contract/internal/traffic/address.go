package traffic

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// ParseUpstream reads a base URL. Its errors do not quote it: it could hold
// credentials.
func ParseUpstream(text string) (*url.URL, error) {
	if text == "" {
		return nil, errors.New("no server is named; say --upstream https://staging.api.onvy.health, for example")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Host == "", u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("--upstream: the URL has no http or https scheme and host; write it like https://staging.api.onvy.health")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("--upstream: the URL has credentials, a query or a fragment; leave them out, the client sends what is needed")
	case u.Scheme == "http" && !read.IsLoopback(u.Hostname()):
		return nil, errors.New("--upstream: tokens and health data would go over plain http; use https")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	return u, nil
}

// Itself reports whether a proxy at an address would pass requests on to itself.
func Itself(upstream *url.URL, addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	at := upstream.Port()
	if at == "" {
		at = map[string]string{"http": "80", "https": "443"}[upstream.Scheme]
	}
	return err == nil && port == at && port != "0" && (host == upstream.Hostname() || read.IsLoopback(upstream.Hostname()) && (host == "" || read.IsLoopback(host) || net.ParseIP(host).IsUnspecified()))
}

// CheckAddress refuses what is no address and, unless remote ones are allowed,
// what other machines can reach.
func CheckAddress(addr string, remote bool) error {
	_, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("--addr: %q is not HOST:PORT, such as 127.0.0.1:8080", addr)
	}
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return fmt.Errorf("--addr: %s cannot be used: %w", addr, err)
	}
	if !remote && !tcp.IP.IsLoopback() {
		return fmt.Errorf("--addr: other machines can reach %s, and everyone knows the secrets of the sandbox; use 127.0.0.1, or say --allow-remote", addr)
	}
	return nil
}
