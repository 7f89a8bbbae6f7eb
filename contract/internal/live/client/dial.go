package client

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// dial connects to the server itself, or to a proxy for plain http, which
// net/http tells what to do.
func dial(dialer *net.Dialer) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, addr)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", wire.ErrUnreachable, err)
		}
		return newTap(conn), nil
	}
}

// dialTLS connects to the server by TLS. A proxy makes a tunnel for it: were it
// left to net/http, the tap would see what is encrypted.
func dialTLS(r *run.Reach, dialer *net.Dialer, timeout time.Duration) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		conn, err := tunnel(ctx, r, dialer, network, addr)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", wire.ErrUnreachable, err)
		}
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			host = addr
		}
		secure := tls.Client(conn, tlsConfig(r, host))
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close() // it was of no use
			return nil, fmt.Errorf("%w: %w", wire.ErrUnreachable, tlsReason(err))
		}
		return newTap(secure), nil
	}
}

// tlsReason adds what to do about a certificate that is not trusted.
func tlsReason(err error) error {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Errorf("%w (trust the authority that signed it with --ca-cert FILE)", err)
	}
	return err
}

// tunnel is a connection to addr, through the proxy for it if there is one.
func tunnel(ctx context.Context, r *run.Reach, dialer *net.Dialer, network, addr string) (net.Conn, error) {
	var proxy *url.URL
	if r.Proxy != nil {
		var err error
		if proxy, err = r.Proxy(&url.URL{Scheme: "https", Host: addr}); err != nil {
			return nil, errors.New("the proxy for https cannot be read; write it like http://proxy.example:3128")
		}
	}
	if proxy == nil {
		return dialer.DialContext(ctx, network, addr)
	}
	conn, err := dialProxy(ctx, r, dialer, network, proxy)
	if err != nil {
		return nil, fmt.Errorf("the proxy %s: %w", proxy.Host, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Now()) }) // ends what is under way
	defer stop()
	through, err := connect(conn, addr, proxy.User)
	if err != nil {
		_ = conn.Close() // it was of no use
		return nil, fmt.Errorf("the proxy %s: %w", proxy.Host, err)
	}
	return through, nil
}

func dialProxy(ctx context.Context, r *run.Reach, dialer *net.Dialer, network string, proxy *url.URL) (net.Conn, error) {
	port := proxy.Port()
	switch {
	case proxy.Scheme != "http" && proxy.Scheme != "https":
		return nil, fmt.Errorf("%s is not supported; only http and https are", proxy.Scheme)
	case port == "" && proxy.Scheme == "https":
		port = "443"
	case port == "":
		port = "80"
	}
	addr := net.JoinHostPort(proxy.Hostname(), port)
	if proxy.Scheme == "http" {
		return dialer.DialContext(ctx, network, addr)
	}
	d := tls.Dialer{NetDialer: dialer, Config: tlsConfig(r, proxy.Hostname())}
	return d.DialContext(ctx, network, addr)
}

// connect asks a proxy for a tunnel (RFC 9110, 9.3.6).
func connect(conn net.Conn, addr string, user *url.Userinfo) (net.Conn, error) {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{"User-Agent": {"onvy-contract"}}}
	if user != nil {
		password, _ := user.Password()
		req.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)))
	}
	if err := req.Write(conn); err != nil {
		return nil, err
	}
	reader := bufio.NewReader(conn)
	resp, err := http.ReadResponse(reader, req)
	if err != nil {
		return nil, errors.New("its answer to CONNECT cannot be read")
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answered CONNECT with %d", resp.StatusCode)
	}
	if reader.Buffered() > 0 {
		return nil, errors.New("it sent more than its answer to CONNECT")
	}
	return conn, nil
}

// tlsConfig is that of connections to the server and to proxies.
func tlsConfig(r *run.Reach, host string) *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, RootCAs: r.RootCAs, Certificates: r.Certificates}
}
