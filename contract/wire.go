package contract

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"time"
)

// wire sends requests and keeps what comes back as it was sent. Each request
// has a connection of its own: net/http would repeat a GET in silence on a
// connection that it had kept, and bytes behind an answer would be read as the
// next one.
type wire struct {
	base      *url.URL
	timeout   time.Duration
	transport *http.Transport
	reach     *Reach
}

// maxBody is how much of a body is read.
// A page of 1,000 users has less than half of it.
const maxBody = 4 << 20

func newWire(base *url.URL, timeout time.Duration, reach *Reach) *wire {
	dialer := &net.Dialer{Timeout: timeout}
	w := &wire{base: base, timeout: timeout, reach: reach}
	w.transport = &http.Transport{
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 256 << 10,
		DialContext:            reach.dial(dialer),
		DialTLSContext:         reach.dialTLS(dialer, timeout),
	}
	if reach.Proxy != nil && base.Scheme == "http" {
		w.transport.Proxy = func(r *http.Request) (*url.URL, error) { return reach.Proxy(r.URL) }
	}
	return w
}

// request is what to send. The path is escaped and follows the base URL.
type request struct {
	method string
	path   string
	header Header
	body   []byte
}

// send makes an exchange. It always returns one; its Err says what went wrong.
func (w *wire) send(ctx context.Context, r request) *Exchange {
	x := &Exchange{Request: Request{
		Method: r.method,
		URL:    strings.TrimSuffix(w.base.String(), "/") + r.path,
		Header: slices.Clone(r.header),
		Body:   r.body,
	}}
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	var conn *tap
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		conn, _ = info.Conn.(*tap)
	}})
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, x.Request.URL, body)
	if err != nil {
		x.Err = fmt.Errorf("contract: the request cannot be written: %w", err)
		return x
	}
	if !r.header.Has("Accept-Encoding") {
		x.Request.Header = append(x.Request.Header, Field{"Accept-Encoding", "identity"})
	}
	if !r.header.Has("User-Agent") {
		x.Request.Header = append(x.Request.Header, Field{"User-Agent", "onvy-contract"})
	}
	for _, f := range x.Request.Header {
		req.Header[http.CanonicalHeaderKey(f.Name)] = append(req.Header[http.CanonicalHeaderKey(f.Name)], f.Value)
	}
	for _, f := range w.reach.Header {
		req.Header[http.CanonicalHeaderKey(f.Name)] = append(req.Header[http.CanonicalHeaderKey(f.Name)], f.Value)
	}

	x.Started = time.Now()
	resp, err := w.transport.RoundTrip(req)
	if resp != nil && resp.StatusCode == http.StatusProxyAuthRequired && w.transport.Proxy != nil {
		_ = resp.Body.Close() // it is not of the server
		x.Err = fmt.Errorf("%w: the proxy for http answered 407", ErrUnreachable)
		return x
	}
	if resp != nil {
		x.Response = &Response{Proto: resp.Proto, Status: resp.StatusCode, Reason: strings.TrimPrefix(resp.Status, fmt.Sprint(resp.StatusCode, " "))}
		x.Response.Body, err = io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
		if len(x.Response.Body) > maxBody {
			x.Response.Body, x.Response.Truncated = x.Response.Body[:maxBody], true
		}
		for _, name := range slices.Sorted(maps.Keys(resp.Header)) { // if the connection says no better
			for _, value := range resp.Header[name] {
				x.Response.Header = append(x.Response.Header, Field{name, value})
			}
		}
	}
	x.Duration = time.Since(x.Started)
	if resp != nil {
		_ = resp.Body.Close() // what matters has been read
	}
	if conn != nil {
		conn.wait()
		conn.into(x)
	}
	if x.Err = classify(ctx, err, x); errors.Is(x.Err, ErrMalformed) && conn != nil && conn.cutShort() &&
		strings.Contains(err.Error(), "malformed MIME header") {
		x.Err = ErrClosed
	}
	if x.Response != nil {
		decodeContent(x.Response)
	}
	return x
}

// errAborted is that of a client that gave up.
var errAborted = fmt.Errorf("%w: %w", ErrAborted, context.Canceled)

// classify says in the words of this package why an exchange failed.
func classify(ctx context.Context, err error, x *Exchange) error {
	var timeout net.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled):
		return errAborted
	case errors.Is(err, ErrUnreachable):
		return err
	case strings.Contains(err.Error(), "remote error: tls:"):
		// With TLS 1.3 a server refuses a client's certificate only after its own
		// part of the handshake.
		_, alert, _ := strings.Cut(err.Error(), "remote error: ")
		return fmt.Errorf("%w: the server ended TLS: %s (show it a certificate with --client-cert FILE)", ErrUnreachable, alert)
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return ErrTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed),
		strings.Contains(err.Error(), "connection reset"), strings.Contains(err.Error(), "broken pipe"),
		strings.Contains(err.Error(), "server closed"):
		return ErrClosed
	}
	return fmt.Errorf("%w: %s", ErrMalformed, reason(err))
}

// reason is the part of net/http's error that repeats nothing of the answer.
func reason(err error) string {
	for _, text := range []string{"malformed HTTP", "malformed MIME header", "malformed chunked encoding", "multiple Content-Length",
		"Content-Length", "Transfer-Encoding", "headers exceeded", "invalid byte in chunk", "too many transfer encodings"} {
		if strings.Contains(err.Error(), text) {
			return text
		}
	}
	return "not readable"
}

// decodeContent takes the content coding off a body, where it is one that is
// sure to be known: gzip or deflate.
func decodeContent(r *Response) {
	coding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	if len(r.Body) == 0 || r.Truncated {
		return
	}
	var plain []byte
	var err error
	switch coding {
	case "gzip", "x-gzip":
		plain, err = inflated(gzip.NewReader(bytes.NewReader(r.Body)))
	case "deflate": // which is zlib's; some send it without the header
		if plain, err = inflated(zlib.NewReader(bytes.NewReader(r.Body))); err != nil {
			plain, err = inflated(flate.NewReader(bytes.NewReader(r.Body)), nil)
		}
	default:
		return
	}
	if err != nil {
		r.Decoded = NotDecoded
		return
	}
	if len(plain) > maxBody {
		plain, r.Truncated = plain[:maxBody], true
	}
	r.Body, r.Decoded = plain, coding
}

func inflated(r io.Reader, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, maxBody+1))
}
