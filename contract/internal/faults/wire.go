package faults

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// bytesOf writes an answer by hand: a status line, some header fields, those of
// the answer, and what follows the blank line.
func bytesOf(x *exchange, extra string, content []byte, without ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", x.status, http.StatusText(x.status))
	for name, values := range x.answer {
		if slices.Contains(without, name) {
			continue
		}
		for _, v := range values {
			fmt.Fprintf(&b, "%s: %s\r\n", name, v)
		}
	}
	b.WriteString("Connection: close\r\n" + extra + "\r\n")
	b.Write(content)
	return b.Bytes()
}

// wired is a step that sends the answer as bytes.
func wired(f func(x *exchange) []byte) step { return func(x *exchange) { x.wire = f } }

// framed sends the body with a Content-Length that is off by some bytes.
func framed(off int) step {
	return wired(func(x *exchange) []byte {
		return bytesOf(x, "Content-Length: "+strconv.Itoa(len(x.text)+off)+"\r\n", x.text, "Content-Length")
	})
}

// wireFaults are answers that are wrong as HTTP messages.
var wireFaults = []Fault{
	row("content-length-too-long", "Content-Length is more than the body of GET user", "http/incomplete", on("getUser", good(framed(+10)))),
	row("content-length-too-short", "Content-Length is less than the body of GET user", "http/extra-bytes", on("getUser", good(framed(-1)))),
	row("content-length-twice", "GET user has two Content-Lengths that differ", "http/framing", on("getUser", good(wired(contentLengthTwice)))),
	row("bytes-after-answer", "bytes follow the answer to GET user", "http/extra-bytes", on("getUser", good(wired(bytesAfterAnswer)))),
	row("body-after-204", "the 204 of DELETE has a body", "http/no-content", on("deleteUser", at(204, wired(bodyAfter204)))),
	row("chunks-cut-off", "the last chunk of the list is missing", "http/incomplete", on("listUsers", good(wired(chunksCutOff)))),
	row("chunk-size-wrong", "a chunk of the list is shorter than it says", "http/incomplete", on("listUsers", good(wired(chunkSizeWrong)))),
	row("chunked-and-length", "the list is chunked and has a Content-Length", "http/framing", on("listUsers", good(wired(chunkedAndLength)))),
	row("header-name-illegal", "GET user has a header name with a space", "http/header-syntax", on("getUser", good(wired(headerNameIllegal)))),
	row("header-folded", "GET user has a folded header line", "http/header-syntax", on("getUser", good(wired(headerFolded)))),
	row("status-line-garbage", "the status line of GET user is not HTTP", "http/malformed", on("getUser", good(wired(statusLineGarbage)))),
	row("status-999", "GET user answers 999", "http/status-range", on("getUser", good(wired(status999)))),
	row("head-with-body", "HEAD has a body", "http/extra-bytes", replacedHead(headWithBody)),
}

func contentLengthTwice(x *exchange) []byte {
	n := len(x.text)
	return bytesOf(x, fmt.Sprintf("Content-Length: %d\r\nContent-Length: %d\r\n", n, n+1), x.text, "Content-Length")
}

func bytesAfterAnswer(x *exchange) []byte {
	return bytesOf(x, "", append(slices.Clone(x.text), "extra"...))
}

func bodyAfter204(x *exchange) []byte {
	return bytesOf(x, "Content-Type: application/json\r\nContent-Length: 2\r\n", []byte("{}"))
}

func chunksCutOff(x *exchange) []byte {
	return bytesOf(x, "Transfer-Encoding: chunked\r\n", fmt.Appendf(nil, "%x\r\n%s\r\n", len(x.text), x.text), "Content-Length")
}

func chunkSizeWrong(x *exchange) []byte {
	return bytesOf(x, "Transfer-Encoding: chunked\r\n", fmt.Appendf(nil, "%x\r\n%s\r\n0\r\n\r\n", len(x.text)+5, x.text), "Content-Length")
}

func chunkedAndLength(x *exchange) []byte {
	return bytesOf(x, "Transfer-Encoding: chunked\r\n", fmt.Appendf(nil, "%x\r\n%s\r\n0\r\n\r\n", len(x.text), x.text))
}

func headerNameIllegal(x *exchange) []byte {
	return bytesOf(x, "X Request: 1\r\n", x.text)
}

func headerFolded(x *exchange) []byte {
	return bytesOf(x, "X-Request: 1,\r\n 2\r\n", x.text)
}

func statusLineGarbage(x *exchange) []byte {
	return append([]byte("200 OK\r\n"), x.text...)
}

func status999(x *exchange) []byte {
	x.status = 999
	return bytesOf(x, "", x.text)
}

func headWithBody(x *exchange) []byte {
	return bytesOf(x, "", []byte(`{"users":[]}`))
}

// replacedHead sends bytes for good answers to HEAD.
func replacedHead(f func(x *exchange) []byte) mutator {
	return after(func(x *exchange) {
		if x.method == http.MethodHead && x.status < 300 {
			x.wire = f
		}
	})
}
