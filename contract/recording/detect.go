package recording

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Format is a format of recordings.
type Format string

const (
	HAR          Format = "har"      // HTTP Archive 1.2
	Cassette     Format = "cassette" // go-vcr v4, YAML or JSON
	Lines        Format = "ndjson"   // one exchange a line, see ExchangeSchema
	yamlCassette        = Cassette + "+yaml"
)

// window is how much of the input is looked at to tell what it is.
const window = 64 << 10

// longest is how far back zstd may refer: as far as its own "--long" and
// "--ultra" do. That is also how much memory unpacking may take.
const longest = 128 << 20

// unpack takes gzip, zlib or zstd off, by the first bytes. Memory stays bounded
// whatever the input claims.
func unpack(r io.Reader) (io.Reader, func(), error) {
	br := bufio.NewReaderSize(r, window)
	head, err := br.Peek(4)
	if err != nil && err != io.EOF {
		return nil, nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: gzip: %w", ErrTruncated, err)
		}
		return z, func() {}, nil
	case isZlib(head): // the .zhar of mitmproxy
		z, err := zlib.NewReader(br)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: zlib: %w", ErrTruncated, err)
		}
		return z, func() {}, nil
	case bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(longest))
		if err != nil {
			return nil, nil, fmt.Errorf("zstd: %w", err)
		}
		return z, z.Close, nil
	}
	return br, func() {}, nil
}

// isZlib reports whether a stream begins with a header of RFC 1950, for a window
// of 32 KiB as everybody has it.
func isZlib(head []byte) bool {
	return len(head) > 1 && head[0] == 0x78 && (uint(head[0])<<8|uint(head[1]))%31 == 0 && head[1]&0x20 == 0
}

// detect tells the format by the first bytes, and takes a byte order mark off.
func detect(br *bufio.Reader) (Format, error) {
	head, err := br.Peek(window)
	if err != nil && err != io.EOF {
		if len(head) == 0 {
			return "", fmt.Errorf("%w: nothing can be unpacked: %w", ErrTruncated, err)
		}
		// The rest of the input is reported when it is reached.
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = br.Discard(3) // cannot fail: it is in the buffer
		head = head[3:]
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}), bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return "", fmt.Errorf("%w: the text is UTF-16, and has to be UTF-8", ErrFormat)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "", fmt.Errorf("%w: a zip archive; unpack it and give the .har in it", ErrFormat)
	}
	head = bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(head) == 0 && err == io.EOF:
		return "", ErrEmpty
	case len(head) == 0:
		return "", fmt.Errorf("%w: nothing but white space in the first %d bytes", ErrFormat, window)
	case head[0] == '{':
		return detectObject(head), nil
	case head[0] == '[':
		return "", fmt.Errorf("%w: a JSON array, and no HAR", ErrFormat)
	case isCassette(head):
		return yamlCassette, nil
	}
	return "", fmt.Errorf("%w: neither JSON nor a go-vcr cassette", ErrFormat)
}

// detectObject looks for the names that tell the formats apart: a line may have
// others beside its own, such as a log. An object without any of them is left to
// the HAR reader, which will say so, unless it is a line and others follow.
func detectObject(head []byte) Format {
	format, known := HAR, false
	s := newScanner(bytes.NewReader(head))
	err := s.members(func(name string) error { // an error means the window is over
		switch name {
		case "log":
			known = true
		case "request", "response":
			format, known = Lines, true
			return io.EOF
		case "interactions", "Interactions":
			format, known = Cassette, true
		}
		return s.skip()
	})
	line, rest, _ := bytes.Cut(head, []byte("\n"))
	if err == nil && !known && int(s.base)+s.pos <= len(line) && bytes.HasPrefix(bytes.TrimSpace(rest), []byte("{")) {
		return Lines
	}
	return format
}
