package run

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"

	"github.com/onvy-health/onvy-go/contract/wire"
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
	Header wire.Header
}
