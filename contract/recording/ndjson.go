package recording

import (
	"bufio"
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/onvy-health/onvy-go/contract"
)

// ExchangeSchema is the JSON Schema of a line of newline-delimited exchanges.
//
//go:embed exchange.schema.json
var ExchangeSchema []byte

// lines reads one exchange a line. A line that is no exchange costs only
// itself; empty lines are passed over and not counted.
func (e *emitter) lines() error {
	var (
		line []byte
		size int
	)
	for {
		piece, err := e.br.ReadSlice('\n')
		if size += len(piece); size <= e.limit {
			line = append(line, piece...)
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil && err != io.EOF:
			if errors.Is(err, io.ErrUnexpectedEOF) {
				err = fmt.Errorf("%w in line %d", ErrTruncated, e.index)
			}
			return err
		}
		last := err == io.EOF
		if text := bytes.TrimSpace(line); size > e.limit || len(text) > 0 {
			var err error
			switch {
			case size > e.limit:
				text, err = nil, fmt.Errorf("%w of %d bytes", ErrTooLarge, e.limit)
			case e.index == 0 && len(text) == 1:
				return fmt.Errorf("%w: exchanges have to be one a line", ErrFormat)
			case last && text[len(text)-1] != '}':
				return fmt.Errorf("%w in the last line", ErrTruncated)
			}
			if err := e.emit(text, err, decodeLine); err != nil {
				return err
			}
			line = nil
		}
		if last {
			return nil
		}
		line, size = line[:0], 0
	}
}

// lineDecoder reads a line.
type lineDecoder struct{ *decoder }

// decodeLine decodes a line.
func decodeLine(raw []byte) (*contract.Exchange, error) {
	if raw[0] != '{' {
		return nil, fmt.Errorf("%w: not an object", ErrEntry)
	}
	return decode(raw, func(d *decoder) (*contract.Exchange, error) { return lineDecoder{d}.entry() })
}

func (d lineDecoder) entry() (*contract.Exchange, error) {
	var (
		x       contract.Exchange
		failure string
	)
	err := d.object(func(name []byte) error {
		switch string(name) {
		case "started":
			x.Started = d.time()
		case "duration_ms":
			x.Duration = d.duration()
		case "request":
			x.Request = d.request()
		case "response":
			x.Response = d.response()
		case "error":
			failure = d.text()
		case "from_cache":
			x.FromCache = d.PeekKind() == 't'
			return d.skip()
		default:
			return d.skip()
		}
		return d.err
	})
	if err == nil {
		err = d.End()
	}
	switch {
	case err != nil:
		return nil, err
	case x.Request.Method == "" || x.Request.URL == "":
		return nil, fmt.Errorf("%w: its request has no method or no URL", ErrEntry)
	}
	if x.Response != nil && x.Request.Method == http.MethodHead {
		x.Response.BodyState = contract.BodyWhole
	}
	if x.Response == nil || failure != "" {
		x.Err = noResponse(failure)
	}
	return &x, nil
}

func (d lineDecoder) request() contract.Request {
	var (
		req contract.Request
		has bool
	)
	_ = d.object(func(name []byte) error {
		switch string(name) {
		case "method":
			req.Method = d.text()
		case "url":
			req.URL = d.text()
		case "headers":
			req.Header = d.headers()
		case "body":
			req.Body, has = d.body()
		case "body_state":
			req.BodyState = bodyState(d.text())
		case "body_base64":
			b, _ := d.bytes()
			req.Body = d.unbase64(b)
		default:
			return d.skip()
		}
		return d.err
	})
	if !has && len(req.Body) == 0 {
		req.BodyState = sentState(&req, -1)
	}
	return req
}

func (d lineDecoder) response() *contract.Response {
	var (
		res = &contract.Response{NoHeader: true}
		has bool
	)
	_ = d.object(func(name []byte) error {
		switch string(name) {
		case "proto":
			res.Proto = proto(d.text())
		case "status":
			res.Status = d.int()
		case "reason":
			res.Reason = d.text()
		case "headers":
			k := d.PeekKind()
			res.Header, res.NoHeader = d.headers(), k != '[' && k != '{'
		case "body":
			res.Body, has = d.body()
		case "body_state":
			res.BodyState = bodyState(d.text())
		case "body_base64":
			b, _ := d.bytes()
			res.Body = d.unbase64(b)
		case "decoded":
			res.Decoded = d.text()
		case "truncated":
			if d.PeekKind() == 't' {
				res.BodyState = contract.BodyCut
			}
			return d.skip()
		case "too_large":
			res.Truncated = d.PeekKind() == 't'
			return d.skip()
		default:
			return d.skip()
		}
		return d.err
	})
	if res.Status <= 0 {
		return nil
	}
	if !has && len(res.Body) == 0 && res.Status != http.StatusNoContent && res.Status != http.StatusNotModified &&
		res.Header.Get("Content-Length") != "0" {
		res.BodyState = contract.BodyNotRecorded
	}
	return res
}

// body reads a body: a text, or JSON as it is, which is how many loggers
// write it; false for null and the like, which stand for none that was kept.
func (d lineDecoder) body() ([]byte, bool) {
	if k := d.PeekKind(); k != '{' && k != '[' {
		b, ok := d.bytes()
		if len(b) == 0 {
			return nil, ok
		}
		return b, ok
	}
	raw, err := d.Raw()
	return bytes.Clone(raw), d.fail(err) == nil
}

// headers reads fields as pairs: [["Content-Type", "application/json"], ...];
// or as an object with a value or a list of values for each name, which is how
// many loggers write them.
func (d lineDecoder) headers() contract.Header {
	var h contract.Header
	if d.PeekKind() == '{' {
		_ = d.object(func(member []byte) error {
			name := string(member)
			if d.PeekKind() != '[' {
				h = header(h, name, d.value())
				return d.err
			}
			return d.array(func() error {
				h = header(h, name, d.value())
				return d.err
			})
		})
		return h
	}
	_ = d.array(func() error {
		var pair []string
		_ = d.array(func() error {
			pair = append(pair, d.text())
			return d.err
		})
		if d.err == nil && len(pair) != 2 {
			return d.fail(fmt.Errorf("%w: a header field is not a pair of name and value", ErrEntry))
		}
		if d.err == nil {
			h = header(h, pair[0], pair[1])
		}
		return d.err
	})
	return h
}
