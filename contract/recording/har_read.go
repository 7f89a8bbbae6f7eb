package recording

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

// harDecoder reads an entry of a HAR.
type harDecoder struct{ *decoder }

// decodeHAR decodes an entry of a HAR.
func decodeHAR(raw []byte) (*contract.Exchange, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return nil, fmt.Errorf("%w: not an object", ErrEntry)
	}
	return decode(raw, func(d *decoder) (*contract.Exchange, error) { return harDecoder{d}.entry() })
}

func (d harDecoder) entry() (*contract.Exchange, error) {
	var (
		x       contract.Exchange
		req     bool
		failure string
		queued  time.Duration
		own     harExtension
	)
	err := d.object(func(name []byte) error {
		switch string(name) {
		case "startedDateTime":
			x.Started = d.time()
		case "time":
			x.Duration = d.duration()
		case "timings":
			queued = d.harQueued()
		case "_fromCache", "_fromDiskCache", "_fetchedViaServiceWorker":
			if k := d.PeekKind(); k == 't' || k == '"' {
				x.FromCache = true
			}
			return d.skip()
		case "request":
			req = d.PeekKind() == '{'
			x.Request = d.harRequest()
		case "response":
			x.Response = d.harResponse(&failure, &x.FromCache)
		case "_error", "_failureText":
			failure = d.text()
		case "_onvy":
			own = d.harExtension()
		default:
			return d.skip()
		}
		return d.err
	})
	switch {
	case err != nil:
		return nil, err
	case !req:
		return nil, fmt.Errorf("%w: it has no request", ErrEntry)
	case x.Request.Method == "" || x.Request.URL == "":
		return nil, fmt.Errorf("%w: its request has no method or no URL", ErrEntry)
	}
	own.apply(&x)
	if queued < x.Duration { // else it is none of the times of this entry
		x.Duration -= queued
		if !x.Started.IsZero() {
			x.Started = x.Started.Add(queued)
		}
	}
	if x.Response == nil || failure != "" {
		x.Err = noResponse(failure)
	}
	return &x, nil
}

// harQueued is how long the request had not been sent yet: it waited for a
// connection of the client's or for a name to be looked up.
func (d harDecoder) harQueued() (queued time.Duration) {
	_ = d.object(func(name []byte) error {
		switch string(name) {
		case "blocked", "dns":
			queued += d.duration()
		default:
			return d.skip()
		}
		return d.err
	})
	return queued
}

func (d harDecoder) harRequest() contract.Request {
	var (
		req    contract.Request
		size   = -1
		pseudo = map[string]string{}
	)
	_ = d.object(func(name []byte) error {
		switch string(name) {
		case "method":
			req.Method = d.text()
		case "url":
			req.URL = d.text()
		case "headers":
			req.Header = d.harHeaders(pseudo)
		case "bodySize":
			if d.PeekKind() == '0' {
				size = d.int()
				return d.err
			}
			return d.skip()
		case "postData":
			req.Body = d.harPostData()
		default:
			return d.skip()
		}
		return d.err
	})
	req.BodyState = sentState(&req, size)
	req.URL, _, _ = strings.Cut(req.URL, "#") // a fragment is never sent
	if strings.HasPrefix(req.URL, "/") {
		// A proxy that wrote the request line as it was.
		scheme, host := pseudo[":scheme"], pseudo[":authority"]
		if scheme == "" {
			scheme = "https"
		}
		if host == "" {
			host = req.Header.Get("Host")
		}
		req.URL = scheme + "://" + host + req.URL
	}
	return req
}

// harHeaders reads a list of fields, and the pseudo fields of HTTP/2 apart.
func (d harDecoder) harHeaders(pseudo map[string]string) contract.Header {
	var h contract.Header
	_ = d.array(func() error {
		n, v := d.pair()
		if strings.HasPrefix(n, ":") {
			if pseudo != nil {
				pseudo[n] = v
			}
			return d.err
		}
		if !strings.EqualFold(n, "X-Firefox-Spdy") && !strings.EqualFold(n, "X-Firefox-Http3") { // no server sends them
			h = header(h, n, v)
		}
		return d.err
	})
	return h
}

// pair reads an object with a name and a value.
func (d harDecoder) pair() (name, value string) {
	_ = d.object(func(member []byte) error {
		switch string(member) {
		case "name":
			name = d.text()
		case "value":
			value = d.text()
		default:
			return d.skip()
		}
		return d.err
	})
	return name, value
}

// harPostData reads the body of a request. Where there are only the parameters
// of a form, the form is put together again; a form with files cannot be, and
// then there is no body.
func (d harDecoder) harPostData() []byte {
	var (
		text, form []byte
		hasText    bool
		mime, enc  string
	)
	_ = d.object(func(name []byte) error {
		switch string(name) {
		case "mimeType":
			mime = d.text()
		case "text":
			text, hasText = d.bytes()
		case "encoding", "_encoding":
			enc = d.text()
		case "params":
			return d.array(func() error {
				n, v := d.pair()
				if len(form) > 0 {
					form = append(form, '&')
				}
				form = append(form, url.QueryEscape(n)...)
				form = append(form, '=')
				form = append(form, url.QueryEscape(v)...)
				return d.err
			})
		default:
			return d.skip()
		}
		return d.err
	})
	switch {
	case hasText && strings.EqualFold(enc, "base64"):
		return d.unbase64(text)
	case hasText && (len(text) > 0 || len(form) == 0):
		return text
	case mime == "" || strings.HasPrefix(strings.ToLower(mime), "application/x-www-form-urlencoded"):
		return form
	}
	return nil
}
