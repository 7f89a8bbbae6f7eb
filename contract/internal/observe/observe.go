package observe

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Findings checks the exchanges that a Go program makes: use it as the
// Transport of an http.Client, over base (http.DefaultTransport if nil). It
// changes nothing on the way. When a response has been read to its end, or was
// closed short of it, its findings go to sink, one at a time; requests that are
// not of this API are passed on unseen. A response that is closed with more
// than 64 KiB unread is not checked: nobody knows what it was.
func Findings(s *pass.Spec, base http.RoundTripper, sink func(rule.Finding)) http.RoundTripper {
	return Exchanges(s, base, func(_ *wire.Exchange, findings []rule.Finding) {
		for _, f := range findings {
			sink(f)
		}
	})
}

// Exchanges is Findings for callers who want the exchanges too, to record them for
// example. An exchange has secrets and personal data in it.
func Exchanges(s *pass.Spec, base http.RoundTripper, sink func(*wire.Exchange, []rule.Finding)) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &observer{spec: s, base: base, sink: sink, history: past.New(s)}
}

type observer struct {
	spec    *pass.Spec
	base    http.RoundTripper
	history *past.History

	mu   sync.Mutex // one call of sink at a time
	sink func(*wire.Exchange, []rule.Finding)
}

// observeLimit is how many bytes of a body are kept to be checked.
const observeLimit = read.MaxBody

func (o *observer) RoundTrip(req *http.Request) (*http.Response, error) {
	path := read.Address{Path: req.URL.EscapedPath()}.Within(o.spec.Base)
	if op, _ := o.spec.Match(req.Method, path); op == nil {
		return o.base.RoundTrip(req)
	}
	ended := o.history.Begin(req.Method)
	x := &wire.Exchange{
		Name: "transport", Started: time.Now(),
		Request: wire.Request{Method: req.Method, URL: req.URL.String(), Header: read.Header(req.Header)},
	}
	var sent tee
	if req.Body != nil {
		// A RoundTripper must not change the request of its caller.
		req = req.Clone(req.Context())
		req.Body = &copied{ReadCloser: req.Body, to: &sent}
	}
	resp, err := o.base.RoundTrip(req)
	if err != nil {
		x.Request.Body, x.Duration = sent.bytes(), time.Since(x.Started)
		x.Err = read.Failure(req.Context(), err, x)
		o.done(x)
		ended()
		return resp, err
	}
	x.Response = &wire.Response{
		Proto: resp.Proto, Status: resp.StatusCode, Header: read.Header(resp.Header),
		Reason: strings.TrimSpace(strings.TrimLeft(resp.Status, "0123456789")),
	}
	if resp.Uncompressed {
		x.Response.Decoded = "gzip"
	}
	var got tee
	resp.Body = &copied{ReadCloser: resp.Body, to: &got, end: func(err error) {
		defer ended()
		x.Request.Body, x.Response.Body, x.Duration = sent.bytes(), got.bytes(), time.Since(x.Started)
		x.Response.Truncated = len(x.Response.Body) >= observeLimit
		switch {
		case err == nil: // closed long before its end, by the caller
			return
		case resp.Uncompressed && (errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum)):
			x.Response.Decoded, x.Response.BodyState = wire.NotDecoded, wire.BodyNotRecorded
		case !errors.Is(err, io.EOF):
			x.Err = read.Failure(req.Context(), err, x)
		}
		if x.Err == nil && x.Response.Decoded == "" {
			read.DecodeContent(x.Response)
		}
		o.done(x)
	}}
	return resp, nil
}

func (o *observer) done(x *wire.Exchange) {
	c := o.spec.Open(x, "")
	rules.Apply(c)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.history.AddCall(c)
	o.sink(x, c.Findings)
}

// copied is a body that is kept as it is read.
type copied struct {
	io.ReadCloser
	to   *tee
	end  func(error) // called once; nil error means closed before the end
	once sync.Once
}

func (c *copied) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.to.add(p[:n])
	if err != nil {
		c.finish(err)
	}
	return n, err
}

// tee is what was read of a body so far. A server may answer before it has the
// whole request; net/http then goes on reading the request's body beside
// whoever reads the answer.
type tee struct {
	mu   sync.Mutex
	text []byte
}

func (t *tee) add(p []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p[:min(len(p), observeLimit-len(t.text))]...)
}

// bytes is a part that stays as it is, whatever is added later.
func (t *tee) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text[:len(t.text):len(t.text)]
}

// Close reads what is left if that is little: decoders of JSON stop at the end
// of the value, short of the end of the body.
func (c *copied) Close() error {
	if c.end != nil {
		_, _ = io.CopyN(io.Discard, c, 64<<10) // ends in finish, or was too much
	}
	err := c.ReadCloser.Close()
	c.finish(nil)
	return err
}

func (c *copied) finish(err error) {
	if c.end != nil {
		c.once.Do(func() { c.end(err) })
	}
}
