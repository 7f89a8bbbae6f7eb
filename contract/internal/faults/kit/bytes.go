package kit

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// BytesOf writes an answer by hand: a status line, some header fields, those of
// the answer, and what follows the blank line.
func BytesOf(x *Exchange, extra string, content []byte, without ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", x.Status, http.StatusText(x.Status))
	for name, values := range x.Answer {
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

// Wired is a step that sends the answer as bytes.
func Wired(f func(x *Exchange) []byte) Step { return func(x *Exchange) { x.Wire = f } }

// Framed sends the body with a Content-Length that is off by some bytes.
func Framed(off int) Step {
	return Wired(func(x *Exchange) []byte {
		return BytesOf(x, "Content-Length: "+strconv.Itoa(len(x.Text)+off)+"\r\n", x.Text, "Content-Length")
	})
}

// ReplacedHead sends bytes for good answers to HEAD.
func ReplacedHead(f func(x *Exchange) []byte) Mutator {
	return After(func(x *Exchange) {
		if x.Method == http.MethodHead && x.Status < 300 {
			x.Wire = f
		}
	})
}
