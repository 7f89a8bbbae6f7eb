package faults

import (
	"fmt"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// wireFaults are answers that are wrong as HTTP messages.
var wireFaults = []kit.Fault{
	kit.Row("content-length-too-long", "Content-Length is more than the body of GET user", "http/incomplete", kit.On(kit.Reading, kit.Good(kit.Framed(+10)))),
	kit.Row("content-length-too-short", "Content-Length is less than the body of GET user", "http/extra-bytes", kit.On(kit.Reading, kit.Good(kit.Framed(-1)))),
	kit.Row("content-length-twice", "GET user has two Content-Lengths that differ", "http/framing", kit.On(kit.Reading, kit.Good(kit.Wired(contentLengthTwice)))),
	kit.Row("bytes-after-answer", "bytes follow the answer to GET user", "http/extra-bytes", kit.On(kit.Reading, kit.Good(kit.Wired(bytesAfterAnswer)))),
	kit.Row("body-after-204", "the 204 of DELETE has a body", "http/no-content", kit.On(kit.Deleting, kit.At(204, kit.Wired(bodyAfter204)))),
	kit.Row("chunks-cut-off", "the last chunk of the list is missing", "http/incomplete", kit.On(kit.Listing, kit.Good(kit.Wired(chunksCutOff)))),
	kit.Row("chunk-size-wrong", "a chunk of the list is shorter than it says", "http/incomplete", kit.On(kit.Listing, kit.Good(kit.Wired(chunkSizeWrong)))),
	kit.Row("chunked-and-length", "the list is chunked and has a Content-Length", "http/framing", kit.On(kit.Listing, kit.Good(kit.Wired(chunkedAndLength)))),
	kit.Row("header-name-illegal", "GET user has a header name with a space", "http/header-syntax", kit.On(kit.Reading, kit.Good(kit.Wired(headerNameIllegal)))),
	kit.Row("header-folded", "GET user has a folded header line", "http/header-syntax", kit.On(kit.Reading, kit.Good(kit.Wired(headerFolded)))),
	kit.Row("status-line-garbage", "the status line of GET user is not HTTP", "http/malformed", kit.On(kit.Reading, kit.Good(kit.Wired(statusLineGarbage)))),
	kit.Row("status-999", "GET user answers 999", "http/status-range", kit.On(kit.Reading, kit.Good(kit.Wired(status999)))),
	kit.Row("head-with-body", "HEAD has a body", "http/extra-bytes", kit.ReplacedHead(headWithBody)),
}

func contentLengthTwice(x *kit.Exchange) []byte {
	n := len(x.Text)
	return kit.BytesOf(x, fmt.Sprintf("Content-Length: %d\r\nContent-Length: %d\r\n", n, n+1), x.Text, "Content-Length")
}

func bytesAfterAnswer(x *kit.Exchange) []byte {
	return kit.BytesOf(x, "", append(slices.Clone(x.Text), "extra"...))
}

func bodyAfter204(x *kit.Exchange) []byte {
	return kit.BytesOf(x, "Content-Type: application/json\r\nContent-Length: 2\r\n", []byte("{}"))
}

func chunksCutOff(x *kit.Exchange) []byte {
	return kit.BytesOf(x, "Transfer-Encoding: chunked\r\n", fmt.Appendf(nil, "%x\r\n%s\r\n", len(x.Text), x.Text), "Content-Length")
}

func chunkSizeWrong(x *kit.Exchange) []byte {
	return kit.BytesOf(x, "Transfer-Encoding: chunked\r\n", fmt.Appendf(nil, "%x\r\n%s\r\n0\r\n\r\n", len(x.Text)+5, x.Text), "Content-Length")
}

func chunkedAndLength(x *kit.Exchange) []byte {
	return kit.BytesOf(x, "Transfer-Encoding: chunked\r\n", fmt.Appendf(nil, "%x\r\n%s\r\n0\r\n\r\n", len(x.Text), x.Text))
}

func headerNameIllegal(x *kit.Exchange) []byte {
	return kit.BytesOf(x, "X Request: 1\r\n", x.Text)
}

func headerFolded(x *kit.Exchange) []byte {
	return kit.BytesOf(x, "X-Request: 1,\r\n 2\r\n", x.Text)
}

func statusLineGarbage(x *kit.Exchange) []byte {
	return append([]byte("200 OK\r\n"), x.Text...)
}

func status999(x *kit.Exchange) []byte {
	x.Status = 999
	return kit.BytesOf(x, "", x.Text)
}

func headWithBody(x *kit.Exchange) []byte {
	return kit.BytesOf(x, "", []byte(`{"users":[]}`))
}
