package read

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"io"
	"strings"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// DecodeContent takes the content coding off a body, where it is one that is
// sure to be known: gzip or deflate.
func DecodeContent(r *wire.Response) {
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
		r.Decoded = wire.NotDecoded
		return
	}
	if len(plain) > MaxBody {
		plain, r.Truncated = plain[:MaxBody], true
	}
	r.Body, r.Decoded = plain, coding
}

func inflated(r io.Reader, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, MaxBody+1))
}
