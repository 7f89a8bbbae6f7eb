package contract

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// wireChecks ask whether an answer came and whether it is HTTP.
var wireChecks = []exchangeCheck{
	exchangeRule("http/timeout", Violation, "policy", "An answer comes within the time limit.",
		"no byte of the answer for 10 s", "an answer after 900 ms",
		checkHTTPTimeout),
	exchangeRule("http/closed", Violation, "rfc9112#9.6", "The connection stays open until an answer has been sent.",
		"the connection is reset before the status line", "the connection is closed after the answer",
		checkHTTPClosed),
	exchangeRule("http/malformed", Violation, "rfc9112#2", "The answer is HTTP.",
		"HTTP/1.1 OK", "HTTP/1.1 200",
		checkHTTPMalformed),
	exchangeRule("http/too-large", Violation, "policy", "An answer has a size that a client can take.",
		"a gigabyte for one user", "a page of 1,000 users",
		checkHTTPTooLarge),
	exchangeRule("http/incomplete", Violation, "rfc9112#8", "The body is as long as the header says.",
		"Content-Length: 100, then 60 bytes and the end of the connection", "chunked, with the last chunk of length 0",
		checkHTTPIncomplete),
	exchangeRule("http/extra-bytes", Violation, "rfc9112#6.3", "Nothing follows the end of the answer.",
		"Content-Length: 10, then 12 bytes", "a body of the announced length",
		checkHTTPExtraBytes),
	exchangeRule("http/framing", Violation, "rfc9112#6.2", "The length of the body is said once and in one way.",
		"Content-Length together with Transfer-Encoding", "Transfer-Encoding: chunked alone",
		checkHTTPFraming),
	exchangeRule("http/header-syntax", Violation, "rfc9110#5.1", "Header fields are written as HTTP has them.",
		"Bad Name: x, or a line that starts with a space", "X-Request-Id: 7f3a",
		checkHTTPHeaderSyntax),
	exchangeRule("http/slow", Violation, "policy", "An answer takes no longer than the limit (--slow).",
		"3 s for one user", "300 ms for one user",
		checkHTTPSlow),
}

func checkHTTPTimeout(c *call, r *Rule) {
	if errors.Is(c.x.Err, ErrTimeout) {
		c.finding(r, Finding{Message: "no complete answer within the time limit"})
	}
}

func checkHTTPClosed(c *call, r *Rule) {
	if errors.Is(c.x.Err, ErrClosed) && c.x.Response == nil {
		c.finding(r, Finding{Message: "the server closed the connection without an answer"})
	}
}

func checkHTTPMalformed(c *call, r *Rule) {
	if errors.Is(c.x.Err, ErrMalformed) {
		c.finding(r, Finding{Message: "the answer is not HTTP/1.1 as a client can read it"})
	}
}

func checkHTTPTooLarge(c *call, r *Rule) {
	if c.x.Response != nil && c.x.Response.Truncated {
		c.finding(r, Finding{Message: "the body is larger than the limit; reading stopped"})
	}
}

func checkHTTPIncomplete(c *call, r *Rule) {
	if c.x.Response != nil && errors.Is(c.x.Err, ErrClosed) {
		c.finding(r, Finding{Message: "the body ends before its announced length"})
	}
}

func checkHTTPExtraBytes(c *call, r *Rule) {
	if c.x.Response != nil && len(c.x.Response.Extra) > 0 {
		c.finding(r, Finding{Message: fmt.Sprintf("%d bytes follow the end of the answer", len(c.x.Response.Extra))})
	}
}

func checkHTTPFraming(c *call, r *Rule) {
	if c.x.Response == nil {
		return
	}
	h := c.x.Response.Header
	switch lengths := h.count("Content-Length"); {
	case lengths > 0 && h.Has("Transfer-Encoding"):
		c.finding(r, Finding{Message: "Content-Length and Transfer-Encoding are both there"})
	case lengths > 1:
		c.finding(r, Finding{Message: "Content-Length is there more than once", Source: "rfc9110#8.6"})
	}
}

func checkHTTPHeaderSyntax(c *call, r *Rule) {
	if c.x.Response == nil {
		return
	}
	for _, f := range c.x.Response.Header {
		if !isToken(f.Name) && !strings.HasPrefix(f.Name, ":") {
			c.finding(r, Finding{Message: "a header line has no valid name"})
		} else if strings.ContainsAny(f.Value, "\r\n\x00") {
			c.finding(r, Finding{Message: "the value of " + f.Name + " has a control character", Source: "rfc9110#5.5"})
		}
	}
}

func checkHTTPSlow(c *call, r *Rule) {
	if c.x.Response != nil && c.slow > 0 && c.x.Duration > c.slow {
		c.finding(r, Finding{Message: fmt.Sprintf("the answer took longer than %v", c.slow)})
	}
}

// defaultSlow is how long an answer may take unless the user says otherwise.
const defaultSlow = 2 * time.Second

// isToken tells whether a string is a token in the sense of RFC 9110, 5.6.2.
func isToken(s string) bool {
	for _, r := range s {
		alpha := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !alpha && !strings.ContainsRune("!#$%&'*+-.^_`|~", r) {
			return false
		}
	}
	return s != ""
}
