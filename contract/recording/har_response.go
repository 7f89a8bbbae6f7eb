package recording

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/onvy-health/onvy-go/contract"
)

// harResponse reads a response; nil for one that never came, which recorders
// write with a status of 0 or -1 or without any.
func (d harDecoder) harResponse(failure *string, fromCache *bool) *contract.Response {
	res := &contract.Response{}
	var content bool
	_ = d.object(func(name []byte) error {
		switch string(name) {
		case "status":
			res.Status = d.int()
		case "statusText":
			res.Reason = d.text()
		case "httpVersion":
			res.Proto = proto(d.text())
		case "headers":
			res.Header = d.harHeaders(nil)
		case "content":
			content = true
			d.harContent(res)
		case "fromDiskCache", "_fromDiskCache":
			*fromCache = *fromCache || d.PeekKind() == 't'
			return d.skip()
		case "_error", "_failureText":
			if s := d.text(); *failure == "" {
				*failure = s
			}
		default:
			return d.skip()
		}
		return d.err
	})
	if res.Status <= 0 {
		return nil
	}
	if !content {
		res.BodyState = contract.BodyNotRecorded
	}
	return res
}

// harContent reads the body of a response. A recorder leaves the text out
// where there was none, and also where it did not keep it: then only the size
// tells, and a size of -1 tells nothing. The body is taken for not recorded
// unless it is sure that it was empty; [settle] corrects that by what HTTP says.
func (d harDecoder) harContent(res *contract.Response) {
	var (
		size   = -1
		text   []byte
		has    bool
		enc    string
		shrunk bool
	)
	_ = d.object(func(name []byte) error {
		switch string(name) {
		case "size":
			if d.PeekKind() == '0' {
				size = d.int()
				return d.err
			}
			return d.skip()
		case "text":
			text, has = d.bytes()
		case "encoding":
			enc = d.text()
		case "_truncated":
			shrunk = d.PeekKind() == 't'
			return d.skip()
		default:
			return d.skip()
		}
		return d.err
	})
	if strings.EqualFold(enc, "base64") {
		text = d.unbase64(text)
	}
	if len(text) > 0 {
		res.Body = text
	}
	switch {
	case !has && size != 0, len(text) == 0 && size > 0:
		res.BodyState = contract.BodyNotRecorded
	case shrunk, shortOf(text, size):
		res.BodyState = contract.BodyCut
	}
}

// settle says what the response of an entry means, now that all of it is read.
func settle(res *contract.Response, method string) {
	if method == http.MethodHead || res.Status == http.StatusNoContent || res.Status == http.StatusNotModified ||
		res.Status < 200 || res.Header.Get("Content-Length") == "0" {
		if len(res.Body) == 0 {
			res.BodyState = contract.BodyWhole
		}
		return
	}
	coding := strings.ToLower(strings.TrimSpace(res.Header.Get("Content-Encoding")))
	if coding == "" || coding == "identity" || len(res.Body) == 0 {
		return
	}
	// The text of a HAR is decoded, whatever the header still says. Some
	// proxies keep the coded bytes, which gzip and zstd show by how they begin.
	switch body := res.Body; {
	case coding == "gzip" && bytes.HasPrefix(body, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return
		}
		inflate(res, z)
	case coding == "zstd" && bytes.HasPrefix(body, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(32<<20))
		if err != nil {
			return
		}
		defer z.Close()
		inflate(res, z)
	}
	res.Decoded = coding
}

// inflate replaces the body by what it holds. One that cannot be unpacked
// stays as it is, for the rules to judge; a bomb is cut at the entry limit.
func inflate(res *contract.Response, z io.Reader) {
	body, err := io.ReadAll(io.LimitReader(z, DefaultEntryLimit+1))
	if err != nil {
		return
	}
	if len(body) > DefaultEntryLimit {
		body, res.BodyState = body[:DefaultEntryLimit], contract.BodyCut
	}
	res.Body = body
}

// proto brings the ways in which recorders write a version to that of HTTP.
func proto(s string) string {
	switch s = strings.ToUpper(strings.TrimSpace(s)); s {
	case "H2", "HTTP/2":
		return "HTTP/2.0"
	case "H3", "HTTP/3":
		return "HTTP/3.0"
	}
	if v, ok := strings.CutPrefix(s, "HTTP/"); ok {
		if _, err := strconv.ParseFloat(v, 64); err == nil {
			return s
		}
	}
	return ""
}

// harExtension is what a HAR of this package says about a response that HAR
// has no place for.
type harExtension struct {
	set       bool
	noHeader  bool
	decoded   string
	truncated bool
	extra     []byte
	sent, got contract.BodyState
	fromCache bool
}

func (d harDecoder) harExtension() harExtension {
	own := harExtension{set: true}
	_ = d.object(func(name []byte) error {
		switch string(name) {
		case "decoded":
			own.decoded = d.text()
		case "truncated":
			own.truncated = d.PeekKind() == 't'
			return d.skip()
		case "header":
			own.noHeader = bodyState(d.text()) == contract.BodyNotRecorded
		case "request_body":
			own.sent = bodyState(d.text())
		case "body":
			own.got = bodyState(d.text())
		case "from_cache":
			own.fromCache = d.PeekKind() == 't'
			return d.skip()
		case "extra":
			b, _ := d.bytes()
			own.extra = d.unbase64(b)
		default:
			return d.skip()
		}
		return d.err
	})
	return own
}

// apply brings an exchange to what the extension says; without one, its response
// to what HTTP says.
func (own *harExtension) apply(x *contract.Exchange) {
	res := x.Response
	switch {
	case res == nil:
	case own.set:
		res.Decoded, res.Truncated, res.Extra, res.BodyState = own.decoded, own.truncated, own.extra, own.got
		res.NoHeader = own.noHeader
	default:
		res.NoHeader = len(res.Header) == 0 // no server sends none
		settle(res, x.Request.Method)
	}
	if own.set {
		x.Request.BodyState, x.FromCache = own.sent, own.fromCache
	}
}
