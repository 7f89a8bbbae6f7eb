package recording

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
)

// decodeHAR decodes an entry of a HAR.
func decodeHAR(raw []byte) (*contract.Exchange, error) {
	var (
		d       = newDecoder(raw)
		x       contract.Exchange
		req     bool
		failure string
		own     harExtension
	)
	if len(raw) == 0 || raw[0] != '{' {
		return nil, fmt.Errorf("%w: not an object", ErrEntry)
	}
	err := d.object(func(name []byte) error {
		switch string(name) {
		case "startedDateTime":
			x.Started = d.time()
		case "time":
			x.Duration = d.duration()
		case "request":
			req = d.PeekKind() == '{'
			x.Request = d.harRequest()
		case "response":
			x.Response = d.harResponse(&failure)
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
	switch res := x.Response; {
	case res == nil:
	case own.set:
		own.apply(res)
	default:
		settle(res, x.Request.Method)
	}
	if x.Response == nil || failure != "" {
		x.Err = noResponse(failure)
	}
	return &x, nil
}

// noResponse is the error of an exchange whose response did not come or not
// completely, with the recorder's word for it if that is harmless.
func noResponse(failure string) error {
	if failure = plain(failure); failure == "" {
		return errors.New("the recording has no complete response")
	}
	return fmt.Errorf("the recording has no complete response: %s", failure)
}

func (d *decoder) harRequest() contract.Request {
	var (
		req    contract.Request
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
		case "postData":
			req.Body = d.harPostData()
		default:
			return d.skip()
		}
		return d.err
	})
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
func (d *decoder) harHeaders(pseudo map[string]string) contract.Header {
	var h contract.Header
	_ = d.array(func() error {
		n, v := d.pair()
		if strings.HasPrefix(n, ":") {
			if pseudo != nil {
				pseudo[n] = v
			}
			return d.err
		}
		h = header(h, n, v)
		return d.err
	})
	return h
}

// pair reads an object with a name and a value.
func (d *decoder) pair() (name, value string) {
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
func (d *decoder) harPostData() []byte {
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
