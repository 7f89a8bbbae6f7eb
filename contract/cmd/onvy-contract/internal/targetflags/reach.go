package targetflags

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/net/http/httpproxy"

	"github.com/onvy-health/onvy-go/contract"
)

// reachFlags say how to get to a server that is not simply there.
type reachFlags struct {
	set                                       *pflag.FlagSet
	allowHTTP                                 []string
	caCert, clientCert, clientKey, headerFile string
}

func (f *reachFlags) register(set *pflag.FlagSet) {
	f.set = set
	set.StringArrayVar(&f.allowHTTP, "allow-http", nil, "allow plain http to this `HOST`, such as a service container; may be repeated")
	set.StringVar(&f.caCert, "ca-cert", "", "also trust the certificate authorities in this PEM `FILE`")
	set.StringVar(&f.clientCert, "client-cert", "", "present the certificate in this PEM `FILE` to the server")
	set.StringVar(&f.clientKey, "client-key", "", "key of that certificate, if it is in a PEM `FILE` of its own")
	set.StringVar(&f.headerFile, "header-file", "", "send the headers in this `FILE` with every request, one \"Name: value\" a line")
}

// given is the first of the flags that is there; "" if none is.
func (f *reachFlags) given() string {
	for _, name := range []string{"allow-http", "ca-cert", "client-cert", "client-key", "header-file"} {
		if f.set.Changed(name) {
			return name
		}
	}
	return ""
}

// reach reads the files. Proxies come from HTTPS_PROXY, HTTP_PROXY and NO_PROXY,
// as everywhere.
func (f *reachFlags) reach(getenv func(string) string) (r contract.Reach, err error) {
	r.AllowHTTP = f.allowHTTP
	if f.caCert != "" {
		if r.RootCAs, err = readRoots(f.caCert); err != nil {
			return r, fmt.Errorf("--ca-cert: %w", err)
		}
	}
	if f.clientKey != "" && f.clientCert == "" {
		return r, errors.New("--client-key needs --client-cert")
	}
	if f.clientCert != "" {
		one, err := tls.LoadX509KeyPair(f.clientCert, orElse(f.clientKey, f.clientCert))
		if err != nil {
			return r, fmt.Errorf("--client-cert: %w", withoutPackage(err))
		}
		r.Certificates = []tls.Certificate{one}
	}
	if f.headerFile != "" {
		if r.Header, err = readHeader(f.headerFile); err != nil {
			return r, fmt.Errorf("--header-file: %w", err)
		}
	}
	r.Proxy, err = proxyOf(getenv)
	return r, err
}

func orElse(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}

// withoutPackage is an error of crypto/tls as the user of a program needs it.
func withoutPackage(err error) error {
	return errors.New(strings.TrimPrefix(err.Error(), "tls: "))
}

// readRoots adds the authorities of a file to those of the system.
func readRoots(name string) (*x509.CertPool, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil { // a system without any
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, errors.New("the file has no certificate in PEM, which starts with -----BEGIN CERTIFICATE-----")
	}
	return roots, nil
}

// maxHeaderFile is more than a server takes of headers.
const maxHeaderFile = 64 << 10

// readHeader reads "Name: value" lines. Empty lines and those that start with
// "#" are left out. Its errors name lines and no content: that is secret.
func readHeader(name string) (contract.Header, error) {
	file, err := os.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, errors.New("there is no such file; it takes the name of a file that holds the headers, not the headers themselves")
		}
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it is only read
	var header contract.Header
	lines := bufio.NewScanner(io.LimitReader(file, maxHeaderFile))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("line %d is not a header; write \"Name: value\"", n)
		}
		header = append(header, contract.Field{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	if err := lines.Err(); err != nil {
		return nil, errors.New("the file cannot be read as lines of text")
	}
	if len(header) == 0 {
		return nil, errors.New("the file contains no header")
	}
	return header, nil
}

// proxyOf is the proxy that the environment names; nil for none. An address that
// cannot be read is an error that does not quote it: it may have a password.
func proxyOf(getenv func(string) string) (func(*url.URL) (*url.URL, error), error) {
	get := func(name string) string { return orElse(getenv(name), getenv(strings.ToLower(name))) }
	c := httpproxy.Config{HTTPProxy: get("HTTP_PROXY"), HTTPSProxy: get("HTTPS_PROXY"), NoProxy: get("NO_PROXY")}
	if c.HTTPProxy == "" && c.HTTPSProxy == "" {
		return nil, nil
	}
	proxy := c.ProxyFunc()
	for scheme, variable := range map[string]string{"http": "HTTP_PROXY", "https": "HTTPS_PROXY"} {
		// What is no URL is read there as a host with a port.
		whole := strings.Contains(get(variable), "://")
		_, wrong := url.Parse(get(variable))
		at, err := proxy(&url.URL{Scheme: scheme, Host: "api.example"})
		switch {
		case err != nil, whole && wrong != nil, at != nil && at.Hostname() == "":
			return nil, fmt.Errorf("%s is not the address of a proxy; write it like http://proxy.example:3128", variable)
		case at != nil && at.Scheme != "http" && at.Scheme != "https":
			return nil, fmt.Errorf("%s names a %s proxy; only http and https proxies are supported", variable, at.Scheme)
		}
	}
	return proxy, nil
}
