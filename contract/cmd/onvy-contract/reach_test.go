package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// secured serves a sandbox by TLS, with a certificate for example.com and
// 127.0.0.1 that no system trusts. It returns the file of its authority.
func secured(t *testing.T, s *sandbox.Server, config *tls.Config) (ts *httptest.Server, authority string) {
	t.Helper()
	ts = httptest.NewUnstartedServer(s.Handler())
	ts.TLS = config
	ts.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that must fail
	ts.StartTLS()
	t.Cleanup(ts.Close)
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ts.Certificate().Raw})
	return ts, file(t, "authority.pem", string(text))
}

// atURL is the environment of a sandbox that is reached at another URL.
func atURL(s *sandbox.Server, url string) call {
	c := in(s)
	c.env["ONVY_BASE_URL"] = url
	return c
}

const fewCases = "--run=^users/create"

func TestAServerOfAPrivateAuthorityIsReachedWithItsCertificate(t *testing.T) {
	s := sandbox.Start(t)
	ts, authority := secured(t, s, nil)
	r := atURL(s, ts.URL).run(t, "run", "--quiet", fewCases, ledger(t))
	require.Equal(t, 2, r.status, "%+v", r)
	require.Contains(t, r.stdout, "--ca-cert FILE")
	r = atURL(s, ts.URL).run(t, "run", "--quiet", fewCases, ledger(t), "--ca-cert", authority)
	require.Zero(t, r.status, "%+v", r)
}

func TestAServerThatAsksForACertificateGetsIt(t *testing.T) {
	certificate, key, pool := clientCertificate(t)
	s := sandbox.Start(t)
	ts, authority := secured(t, s, &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool})
	r := atURL(s, ts.URL).run(t, "run", "--quiet", fewCases, ledger(t), "--ca-cert", authority)
	require.Equal(t, 2, r.status, "%+v", r)
	require.Contains(t, r.stdout, "certificate required (show it a certificate with --client-cert FILE)")
	r = atURL(s, ts.URL).run(t, "run", "--quiet", fewCases, ledger(t), "--ca-cert", authority, "--client-cert", certificate, "--client-key", key)
	require.Zero(t, r.status, "%+v", r)
	both := file(t, "both.pem", content(t, certificate)+content(t, key))
	r = atURL(s, ts.URL).run(t, "run", "--quiet", fewCases, ledger(t), "--ca-cert", authority, "--client-cert", both)
	require.Zero(t, r.status, "%+v", r)
}

func clientCertificate(t *testing.T) (certificate, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ci"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	encode := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return file(t, "client.pem", encode("CERTIFICATE", der)), file(t, "client.key", encode("PRIVATE KEY", pkcs8)), pool
}

// egress is a proxy that takes a name and a password, and leads every host to the
// same server.
func egress(t *testing.T, to string) (url string, tunnels, forwards *atomic.Int64) {
	t.Helper()
	tunnels, forwards = new(atomic.Int64), new(atomic.Int64)
	plain := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = "http", to }}
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		want := "Basic " + base64.StdEncoding.EncodeToString([]byte("ci:"+canary))
		if r.Header.Get("Proxy-Authorization") != want {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		if r.Method != http.MethodConnect {
			forwards.Add(1)
			plain.ServeHTTP(w, r)
			return
		}
		tunnels.Add(1)
		server, err := net.Dial("tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		client, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(server, client); _ = server.Close() }()
		go func() { _, _ = io.Copy(client, server); _ = client.Close() }()
	}))
	t.Cleanup(p.Close)
	return strings.Replace(p.URL, "http://", "http://ci:"+canary+"@", 1), tunnels, forwards
}

func TestAServerBehindAProxyIsReachedThroughIt(t *testing.T) {
	s := sandbox.Start(t)
	ts, authority := secured(t, s, nil)
	address, tunnels, _ := egress(t, ts.Listener.Addr().String())
	for _, variable := range []string{"HTTPS_PROXY", "https_proxy"} {
		c := atURL(s, "https://example.com")
		c.env[variable] = address
		before := tunnels.Load()
		r := c.run(t, "run", "--quiet", "--run=^users/create|^wire/", ledger(t), "--ca-cert", authority)
		require.Zero(t, r.status, "%+v", r)
		require.Greater(t, tunnels.Load(), before)
	}

	c := atURL(s, "https://example.com")
	c.env["HTTPS_PROXY"] = strings.Replace(address, canary, "wrong-"+canary, 1)
	r := c.run(t, "run", "--quiet", fewCases, ledger(t), "--ca-cert", authority)
	require.Equal(t, 2, r.status, "%+v", r)
	require.Contains(t, r.stdout, "answered CONNECT with 407")
	require.NotContains(t, r.stdout+r.stderr, canary)
}

func TestNoProxyIsAskedForWhatNO_PROXYNames(t *testing.T) {
	s := sandbox.Start(t)
	ts, authority := secured(t, s, nil)
	c := atURL(s, ts.URL) // loopback never goes through a proxy
	c.env["HTTPS_PROXY"] = "http://127.0.0.1:1"
	r := c.run(t, "run", "--quiet", fewCases, ledger(t), "--ca-cert", authority)
	require.Zero(t, r.status, "%+v", r)
}

func TestPlainHTTPToAHostIsAllowedByItsName(t *testing.T) {
	s := sandbox.Start(t)
	address, _, forwards := egress(t, strings.TrimPrefix(s.URL, "http://"))
	c := atURL(s, "http://api.example")
	c.env["HTTP_PROXY"] = address
	c.run(t, "run", "--quiet", ledger(t)).refuses(t, "plain http", "--allow-http api.example")
	c.run(t, "run", "--quiet", ledger(t), "--allow-http", "web.example").refuses(t, "plain http")
	require.Zero(t, forwards.Load())
	r := c.run(t, "run", "--quiet", fewCases, ledger(t), "--allow-http", "web.example", "--allow-http", "API.example")
	require.Zero(t, r.status, "%+v", r)
	require.NotZero(t, forwards.Load())

	c.env["HTTP_PROXY"] = strings.Replace(address, canary, "wrong-"+canary, 1)
	r = c.run(t, "run", "--quiet", fewCases, ledger(t), "--allow-http", "api.example")
	require.Equal(t, 2, r.status, "%+v", r)
	require.Contains(t, r.stdout, "the proxy for http answered 407")
	require.NotContains(t, r.stdout+r.stderr, canary)
}

func TestHeadersOfAFileAreSentWithEveryRequestAndAreInNoReport(t *testing.T) {
	s := sandbox.Start(t)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("CF-Access-Client-Secret") != canary || r.Header.Get("X-Env") != "pr-123" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		s.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(gateway.Close)
	require.NotZero(t, atURL(s, gateway.URL).run(t, "run", "--quiet", fewCases, ledger(t)).status)

	headers := file(t, "headers", "# of the gateway\nCF-Access-Client-Secret: "+canary+"\n\nX-Env: pr-123\r\n")
	report := filepath.Join(t.TempDir(), "report.json")
	r := atURL(s, gateway.URL).run(t, "run", "--full", someCases(t), "--json", report, ledger(t), "--header-file", headers)
	require.Zero(t, r.status, "%+v", r)
	recorded := filepath.Join(t.TempDir(), "run.har")
	require.Zero(t, atURL(s, gateway.URL).run(t, "record", recorded, fewCases, ledger(t), "--header-file", headers).status)
	for _, text := range []string{r.stdout, r.stderr, content(t, report), content(t, recorded)} {
		require.NotContains(t, text, canary)
	}
}

func TestWaysToAServerThatCannotBeRightAreRefused(t *testing.T) {
	certificate, key, _ := clientCertificate(t)
	for name, c := range map[string]struct {
		args []string
		env  [2]string
		want string
	}{
		"no authority file":          {args: []string{"--ca-cert", "none.pem"}, want: "--ca-cert: open none.pem"},
		"an authority that is none":  {args: []string{"--ca-cert", file(t, "a.pem", "hello")}, want: "no certificate in PEM"},
		"a key without certificate":  {args: []string{"--client-key", key}, want: "--client-key needs --client-cert"},
		"a certificate without key":  {args: []string{"--client-cert", certificate}, want: "--client-cert: "},
		"headers on the command":     {args: []string{"--header-file", "X-Secret: " + canary}, want: "there is no such file"},
		"no header":                  {args: []string{"--header-file", file(t, "h", "# nothing\n")}, want: "contains no header"},
		"a line that is no header":   {args: []string{"--header-file", file(t, "h", "X: y\n"+canary+"\n")}, want: "line 2 is not a header"},
		"a header that is tested":    {args: []string{"--header-file", file(t, "h", "authorization: Bearer "+canary)}, want: "Authorization cannot be sent with every request"},
		"a header that HTTP forbids": {args: []string{"--header-file", file(t, "h", "X: "+canary+"\x01")}, want: "characters that HTTP does not allow"},
		"a name that HTTP forbids":   {args: []string{"--header-file", file(t, "h", "X Y: "+canary)}, want: "a name that HTTP does not allow"},
		"a URL for a host":           {args: []string{"--allow-http", "http://api:8080"}, want: "without scheme and port"},
		"a host with a port":         {args: []string{"--allow-http", "api:8080"}, want: "without scheme and port"},
		"a proxy that is no URL":     {env: [2]string{"HTTPS_PROXY", "http://ci:" + canary + "@[::1"}, want: "HTTPS_PROXY is not the address of a proxy"},
		"another kind of proxy":      {env: [2]string{"HTTPS_PROXY", "socks5://ci:" + canary + "@127.0.0.1:1"}, want: "only http and https proxies"},
	} {
		t.Run(name, func(t *testing.T) {
			call := at("https://staging.api.onvy.health")
			call.env[c.env[0]] = c.env[1]
			r := call.run(t, append([]string{"run", "--quiet", ledger(t)}, c.args...)...)
			r.refuses(t, c.want)
			require.NotContains(t, r.stderr, canary)
		})
	}
	call{}.run(t, "run", "--header-file", "x").refuses(t, "--header-file is about a server, and none is named")
}
