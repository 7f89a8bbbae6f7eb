package rules

import (
	"errors"
	"fmt"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// wireChecks ask whether an answer came and whether it is HTTP.
var wireChecks = []exchangeCheck{
	exchangeRule("http/timeout", rule.Violation, "policy", "An answer comes within the time limit.",
		"no byte of the answer for 10 s", "an answer after 900 ms",
		checkHTTPTimeout),
	exchangeRule("http/closed", rule.Violation, "rfc9112#9.6", "The connection stays open until an answer has been sent.",
		"the connection is reset before the status line", "the connection is closed after the answer",
		checkHTTPClosed),
	exchangeRule("http/malformed", rule.Violation, "rfc9112#2", "The answer is HTTP.",
		"HTTP/1.1 OK", "HTTP/1.1 200",
		checkHTTPMalformed),
	exchangeRule("http/too-large", rule.Violation, "policy", "An answer has a size that a client can take.",
		"a gigabyte for one user", "a page of 1,000 users",
		checkHTTPTooLarge),
	exchangeRule("http/incomplete", rule.Violation, "rfc9112#8", "The body is as long as the header says.",
		"Content-Length: 100, then 60 bytes and the end of the connection", "chunked, with the last chunk of length 0",
		checkHTTPIncomplete),
	exchangeRule("http/extra-bytes", rule.Violation, "rfc9112#6.3", "Nothing follows the end of the answer.",
		"Content-Length: 10, then 12 bytes", "a body of the announced length",
		checkHTTPExtraBytes),
	exchangeRule("http/framing", rule.Violation, "rfc9112#6.2", "The length of the body is said once and in one way.",
		"Content-Length together with Transfer-Encoding", "Transfer-Encoding: chunked alone",
		checkHTTPFraming),
	exchangeRule("http/header-syntax", rule.Violation, "rfc9110#5.1", "Header fields are written as HTTP has them.",
		"Bad Name: x, or a line that starts with a space", "X-Request-Id: 7f3a",
		checkHTTPHeaderSyntax),
	exchangeRule("http/slow", rule.Violation, "policy", "An answer takes no longer than the limit (--slow).",
		"3 s for one user", "300 ms for one user",
		checkHTTPSlow),
}

func checkHTTPTimeout(c *pass.Call, r *rule.Rule) {
	if errors.Is(c.Exchange.Err, wire.ErrTimeout) {
		c.Report(r, rule.Finding{Message: "no complete answer within the time limit"})
	}
}

func checkHTTPClosed(c *pass.Call, r *rule.Rule) {
	if errors.Is(c.Exchange.Err, wire.ErrClosed) && c.Exchange.Response == nil {
		c.Report(r, rule.Finding{Message: "the server closed the connection without an answer"})
	}
}

func checkHTTPMalformed(c *pass.Call, r *rule.Rule) {
	if errors.Is(c.Exchange.Err, wire.ErrMalformed) {
		c.Report(r, rule.Finding{Message: "the answer is not HTTP/1.1 as a client can read it"})
	}
}

func checkHTTPTooLarge(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response != nil && c.Exchange.Response.Truncated {
		c.Report(r, rule.Finding{Message: "the body is larger than the limit; reading stopped"})
	}
}

func checkHTTPIncomplete(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response != nil && errors.Is(c.Exchange.Err, wire.ErrClosed) {
		c.Report(r, rule.Finding{Message: "the body ends before its announced length"})
	}
}

func checkHTTPExtraBytes(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response != nil && len(c.Exchange.Response.Extra) > 0 {
		c.Report(r, rule.Finding{Message: fmt.Sprintf("%d bytes follow the end of the answer", len(c.Exchange.Response.Extra))})
	}
}

func checkHTTPFraming(c *pass.Call, r *rule.Rule) {
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

func checkHTTPHeaderSyntax(c *pass.Call, r *rule.Rule) {
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

func checkHTTPSlow(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response != nil && c.Slow > 0 && c.Exchange.Duration > c.Slow {
		c.Report(r, rule.Finding{Message: fmt.Sprintf("the answer took longer than %v", c.Slow)})
	}
}
