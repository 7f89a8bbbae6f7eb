package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Client sends requests and keeps what comes back as it was sent. Each request
// has a connection of its own: net/http would repeat a GET in silence on a
// connection that it had kept, and bytes behind an answer would be read as the
// next one.
type Client struct {
	base      *url.URL
	timeout   time.Duration
	transport *http.Transport
	reach     *run.Reach
}

func New(base *url.URL, timeout time.Duration, reach *run.Reach) *Client {
	dialer := &net.Dialer{Timeout: timeout}
	w := &Client{base: base, timeout: timeout, reach: reach}
	w.transport = &http.Transport{
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 256 << 10,
		DialContext:            dial(dialer),
		DialTLSContext:         dialTLS(reach, dialer, timeout),
	}
	if reach.Proxy != nil && base.Scheme == "http" {
		w.transport.Proxy = func(r *http.Request) (*url.URL, error) { return reach.Proxy(r.URL) }
	}
	return w
}

// Request is what to send. The path is escaped and follows the base URL.
type Request struct {
	Method string
	Path   string
	Header wire.Header
	Body   []byte
}

// Send makes an exchange. It always returns one; its Err says what went wrong.
func (w *Client) Send(ctx context.Context, r Request) *wire.Exchange {
	x := &wire.Exchange{Request: wire.Request{
		Method: r.Method,
		URL:    strings.TrimSuffix(w.base.String(), "/") + r.Path,
		Header: slices.Clone(r.Header),
		Body:   r.Body,
	}}
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	var conn *tap
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		conn, _ = info.Conn.(*tap)
	}})
	req, err := w.request(ctx, r, x)
	if err != nil {
		x.Err = fmt.Errorf("contract: the request cannot be written: %w", err)
		return x
	}
	x.Started = time.Now()
	resp, err := w.transport.RoundTrip(req)
	if resp != nil && resp.StatusCode == http.StatusProxyAuthRequired && w.transport.Proxy != nil {
		_ = resp.Body.Close() // it is not of the server
		x.Err = fmt.Errorf("%w: the proxy for http answered 407", wire.ErrUnreachable)
		return x
	}
	if resp != nil {
		x.Response = &wire.Response{Proto: resp.Proto, Status: resp.StatusCode, Reason: strings.TrimPrefix(resp.Status, fmt.Sprint(resp.StatusCode, " "))}
		x.Response.Body, err = io.ReadAll(io.LimitReader(resp.Body, read.MaxBody+1))
		if len(x.Response.Body) > read.MaxBody {
			x.Response.Body, x.Response.Truncated = x.Response.Body[:read.MaxBody], true
		}
		x.Response.Header = read.Header(resp.Header) // if the connection says no better
	}
	x.Duration = time.Since(x.Started)
	if resp != nil {
		_ = resp.Body.Close() // what matters has been read
	}
	if conn != nil {
		conn.wait()
		conn.into(x)
	}
	if x.Err = read.Failure(ctx, err, x); errors.Is(x.Err, wire.ErrMalformed) && conn != nil && conn.cutShort() &&
		strings.Contains(err.Error(), "malformed MIME header") {
		x.Err = wire.ErrClosed
	}
	if x.Response != nil {
		read.DecodeContent(x.Response)
	}
	return x
}

// request is what net/http is to send, and x says that it does.
func (w *Client) request(ctx context.Context, r Request, x *wire.Exchange) (*http.Request, error) {
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, x.Request.URL, body)
	if err != nil {
		return nil, err
	}
	if !r.Header.Has("Accept-Encoding") {
		x.Request.Header = append(x.Request.Header, wire.Field{Name: "Accept-Encoding", Value: "identity"})
	}
	if !r.Header.Has("User-Agent") {
		x.Request.Header = append(x.Request.Header, wire.Field{Name: "User-Agent", Value: "onvy-contract"})
	}
	for _, f := range x.Request.Header {
		req.Header[http.CanonicalHeaderKey(f.Name)] = append(req.Header[http.CanonicalHeaderKey(f.Name)], f.Value)
	}
	for _, f := range w.reach.Header {
		req.Header[http.CanonicalHeaderKey(f.Name)] = append(req.Header[http.CanonicalHeaderKey(f.Name)], f.Value)
	}
	return req, nil
}
