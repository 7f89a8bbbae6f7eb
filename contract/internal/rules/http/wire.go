package http

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

var Timeout = pass.NewRule(checkTimeout, rule.Rule{
	ID: "http/timeout", Level: rule.Violation, Source: "policy",
	Title:  "An answer MUST come within the time limit.",
	Breaks: "no byte of the answer for 10 s",
	Holds:  "an answer after 900 ms",
})

var Closed = pass.NewRule(checkClosed, rule.Rule{
	ID: "http/closed", Level: rule.Violation, Source: "rfc9112#9.6",
	Title:  "The server MUST NOT close the connection before it has sent the answer.",
	Breaks: "the connection is reset before the status line",
	Holds:  "the connection is closed after the answer",
})

var Malformed = pass.NewRule(checkMalformed, rule.Rule{
	ID: "http/malformed", Level: rule.Violation, Source: "rfc9112#2",
	Title:  "The answer MUST be an HTTP/1.1 message that can be parsed.",
	Breaks: "HTTP/1.1 OK",
	Holds:  "HTTP/1.1 200",
})

var TooLarge = pass.NewRule(checkTooLarge, rule.Rule{
	ID: "http/too-large", Level: rule.Violation, Source: "policy",
	Title:  "An answer MUST NOT be larger than a client can take.",
	Breaks: "a gigabyte for one user",
	Holds:  "a page of 1,000 users",
})

var Incomplete = pass.NewRule(checkIncomplete, rule.Rule{
	ID: "http/incomplete", Level: rule.Violation, Source: "rfc9112#8",
	Title:  "The body MUST be as long as Content-Length says, or end with the last chunk.",
	Breaks: "Content-Length: 100, then 60 bytes and the end of the connection",
	Holds:  "chunked, with the last chunk of length 0",
})

var ExtraBytes = pass.NewRule(checkExtraBytes, rule.Rule{
	ID: "http/extra-bytes", Level: rule.Violation, Source: "rfc9112#6.3",
	Title:  "Nothing MUST follow the end of the message body on the connection.",
	Breaks: "Content-Length: 10, then 12 bytes",
	Holds:  "a body of the announced length",
})

var Framing = pass.NewRule(checkFraming, rule.Rule{
	ID: "http/framing", Level: rule.Violation, Source: "rfc9112#6.2",
	Title:  "A message MUST NOT have both Content-Length and Transfer-Encoding, nor lengths that differ.",
	Breaks: "Content-Length together with Transfer-Encoding",
	Holds:  "Transfer-Encoding: chunked alone",
})

var HeaderSyntax = pass.NewRule(checkHeaderSyntax, rule.Rule{
	ID: "http/header-syntax", Level: rule.Violation, Source: "rfc9110#5.1",
	Title:  "Header field names MUST be tokens, and values without CR, LF and NUL.",
	Breaks: "Bad Name: x, or a line that starts with a space",
	Holds:  "X-Request-Id: 7f3a",
})

var Slow = pass.NewRule(checkSlow, rule.Rule{
	ID: "http/slow", Level: rule.Violation, Source: "policy",
	Title:  "An answer MUST NOT take longer than the limit (--slow).",
	Breaks: "3 s for one user",
	Holds:  "300 ms for one user",
})

func checkTimeout(c *pass.Call, r *rule.Rule) {
	if errors.Is(c.Exchange.Err, wire.ErrTimeout) {
		c.Report(r, rule.Finding{Message: "no complete answer within the time limit"})
	}
}

func checkClosed(c *pass.Call, r *rule.Rule) {
	if errors.Is(c.Exchange.Err, wire.ErrClosed) && c.Exchange.Response == nil {
		c.Report(r, rule.Finding{Message: "the server closed the connection without an answer"})
	}
}

func checkMalformed(c *pass.Call, r *rule.Rule) {
	if errors.Is(c.Exchange.Err, wire.ErrMalformed) {
		c.Report(r, rule.Finding{Message: "the answer is not HTTP/1.1 as a client can read it"})
	}
}

func checkTooLarge(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response != nil && c.Exchange.Response.Truncated {
		c.Report(r, rule.Finding{Message: "the body is larger than the limit; reading stopped"})
	}
}

func checkIncomplete(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response != nil && errors.Is(c.Exchange.Err, wire.ErrClosed) {
		c.Report(r, rule.Finding{Message: "the body ends before its announced length"})
	}
}

func checkExtraBytes(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response != nil && len(c.Exchange.Response.Extra) > 0 {
		c.Report(r, rule.Finding{Message: fmt.Sprintf("%d bytes follow the end of the answer", len(c.Exchange.Response.Extra))})
	}
}

func checkFraming(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response == nil {
		return
	}
	h := c.Exchange.Response.Header
	switch lengths := h.Count("Content-Length"); {
	case lengths > 0 && h.Has("Transfer-Encoding"):
		c.Report(r, rule.Finding{Message: "Content-Length and Transfer-Encoding are both there"})
	case lengths > 1:
		c.Report(r, rule.Finding{Message: "Content-Length is there more than once", Source: "rfc9110#8.6"})
	}
}

func checkHeaderSyntax(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response == nil {
		return
	}
	for _, f := range c.Exchange.Response.Header {
		if !read.IsToken(f.Name) && !strings.HasPrefix(f.Name, ":") {
			c.Report(r, rule.Finding{Message: "a header line has no valid name"})
		} else if strings.ContainsAny(f.Value, "\r\n\x00") {
			c.Report(r, rule.Finding{Message: "the value of " + f.Name + " has a control character", Source: "rfc9110#5.5"})
		}
	}
}

func checkSlow(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response != nil && c.Slow > 0 && c.Exchange.Duration > c.Slow {
		c.Report(r, rule.Finding{Message: fmt.Sprintf("the answer took longer than %v", c.Slow)})
	}
}
