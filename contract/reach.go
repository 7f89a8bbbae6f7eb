package contract

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Reach says how to get to a server that is not simply there. The zero value
// trusts the roots of the system, uses no proxy and sends no header of its own.
type Reach struct {
	// AllowHTTP are hosts, without a port, that plain http may be used for
	// beside loopback: secrets go to them unencrypted, as in a network of
	// service containers.
	AllowHTTP []string
	// RootCAs are trusted instead of the roots of the system; nil for those.
	RootCAs *x509.CertPool
	// Certificates are those of the client, for servers that ask for one.
	Certificates []tls.Certificate
	// Proxy returns the HTTP proxy for a URL, as the function of
	// golang.org/x/net/http/httpproxy does; nil for none.
	Proxy func(*url.URL) (*url.URL, error)
	// Header is sent with every request: what a gateway in front of the server
	// asks for. Exchanges, and so reports and recordings, do not have it.
	Header Header
}

// owned are the headers that the suite tests, or that belong to the connection.
var owned = []string{
	"Authorization", "Accept", "Accept-Encoding", "Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding",
	"Host", "Connection", "Proxy-Connection", "Upgrade", "Te", "Trailer", "Expect", "Range", "If-Match", "If-None-Match",
}

// check says what is wrong; it quotes no values, which may be secrets.
func (r *Reach) check() error {
	for _, host := range r.AllowHTTP {
		if host == "" || strings.ContainsAny(host, "/ @?#*") || strings.Contains(host, ":") && !strings.Contains(host, "::") {
			return fmt.Errorf("contract: %q is not a host; name one that plain http may be used for, without scheme and port", host)
		}
	}
	for _, f := range r.Header {
		switch name := http.CanonicalHeaderKey(f.Name); {
		case !httpguts.ValidHeaderFieldName(f.Name):
			return errors.New("contract: a header to send with every request has a name that HTTP does not allow")
		case slices.Contains(owned, name):
			return fmt.Errorf("contract: %s cannot be sent with every request: the suite tests it, or HTTP sets it", name)
		case !httpguts.ValidHeaderFieldValue(f.Value) || f.Value == "":
			return fmt.Errorf("contract: the value of the header %s is empty or has characters that HTTP does not allow", name)
		}
	}
	return nil
}

// allowsHTTP reports whether secrets may go to a host in plain text.
func (r *Reach) allowsHTTP(host string) bool {
	return isLoopback(host) || slices.ContainsFunc(r.AllowHTTP, func(allowed string) bool { return strings.EqualFold(allowed, host) })
}

// tlsConfig is that of connections to the server and to proxies.
func (r *Reach) tlsConfig(host string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, RootCAs: r.RootCAs, Certificates: r.Certificates}
}
