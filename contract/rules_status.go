package contract

import (
	"bytes"
	"fmt"
	"strings"
)

// statusChecks ask whether the status, and a body or none, are as documented.
var statusChecks = []exchangeCheck{
	exchangeRule("http/status-range", Violation, "rfc9110#15", "The status is between 100 and 599.",
		"HTTP/1.1 700", "HTTP/1.1 299",
		checkHTTPStatusRange),
	exchangeRule("http/server-error", Violation, "rfc9110#15.6", "The server does not fail (503 with Retry-After aside).",
		"500 for an id that is not known", "503 with Retry-After: 5",
		checkHTTPServerError),
	exchangeRule("http/redirect", Violation, "rfc9110#15.4", "An operation answers itself; it does not send the client elsewhere.",
		"302 to /login", "401 with a challenge",
		checkHTTPRedirect),
	exchangeRule("http/not-modified", Violation, "rfc9110#15.4.5", "304 answers a conditional GET only.",
		"304 on POST, or without If-None-Match", "304 on GET with If-None-Match",
		checkHTTPNotModified),
	exchangeRule("http/throttled", Drift, "policy", "The server has room for a careful guest.",
		"429 on every fifth request", "429 after a thousand requests in a second, as a limit says",
		checkHTTPThrottled),
	exchangeRule("http/status-undocumented", Violation, "openapi.yaml", "The status is one that the operation documents.",
		"202 where 204 is documented", "422 where 400 is documented too",
		checkStatus),
	exchangeRule("http/no-content", Violation, "rfc9110#15.3.5", "204, 205 and 304 have no body.",
		"204 with {} behind it", "204 without Content-Length",
		checkHTTPNoContent),
	exchangeRule("http/empty-body", Violation, "openapi.yaml", "There is a body where one is documented.",
		"201 with nothing behind it", "204 with nothing behind it",
		checkHTTPEmptyBody),
}

func checkHTTPStatusRange(c *call, r *Rule) {
	if s := c.status(); c.x.Response != nil && (s < 100 || s > 599) {
		c.finding(r, Finding{Message: "the status is not one of HTTP"})
	}
}

func checkHTTPServerError(c *call, r *Rule) {
	s := c.status()
	if s/100 != 5 || s == 503 && c.x.Response.Header.Has("Retry-After") {
		return
	}
	f := Finding{Message: fmt.Sprintf("the server failed with %d", s)}
	switch {
	case s == 503: // which HTTP lets a server say, with or without a time
		f.Level = Assumption
	case s == 501 && c.op != nil && c.op.source == "assumed":
		f.Level, f.Message = Assumption, "the operation is not implemented"
	}
	c.finding(r, f)
}

func checkHTTPRedirect(c *call, r *Rule) {
	if s := c.status(); c.op != nil && s/100 == 3 && s != 304 {
		c.finding(r, Finding{Message: "a redirect in place of an answer"})
	}
}

func checkHTTPNotModified(c *call, r *Rule) {
	h := c.x.Request.Header
	conditional := h.Has("If-None-Match") || h.Has("If-Modified-Since")
	if c.status() == 304 && (!conditional || c.x.Request.Method != "GET" && c.x.Request.Method != "HEAD") {
		c.finding(r, Finding{Message: "304 without a condition in the request"})
	}
}

func checkHTTPThrottled(c *call, r *Rule) {
	if c.status() == 429 {
		c.finding(r, Finding{Message: "the server throttled the request; no page documents a limit"})
	}
}

func checkHTTPNoContent(c *call, r *Rule) {
	s := c.status()
	if s != 204 && s != 205 && s != 304 {
		return
	}
	length := c.x.Response.Header.Get("Content-Length")
	switch {
	case len(c.x.Response.Body) > 0:
		c.finding(r, Finding{Message: fmt.Sprintf("%d has a body", s)})
	case s == 204 && length != "" && length != "0":
		c.finding(r, Finding{Message: "204 has a Content-Length", Source: "rfc9110#8.6"})
	case s == 204 && c.x.Response.Header.Has("Content-Type"):
		c.finding(r, Finding{Level: Drift, Message: "204 has a Content-Type, and nothing that it would be the type of", Source: "rfc9110#8.3"})
	case s == 204 && length == "0":
		c.finding(r, Finding{Level: Drift, Message: "204 has a Content-Length, if only of 0", Source: "rfc9110#8.6"})
	}
}

func checkHTTPEmptyBody(c *call, r *Rule) {
	if c.resp == nil || len(c.resp.Content) == 0 || c.x.Request.Method == "HEAD" || !c.bodyKnown() {
		return
	}
	if len(bytes.TrimSpace(c.x.Response.Body)) == 0 {
		c.finding(r, Finding{Level: c.errorLevel(), Message: "the body is empty", Source: c.source()})
	}
}

func checkStatus(c *call, r *Rule) {
	if c.op == nil || c.x.Response == nil || c.resp != nil {
		return
	}
	s := c.status()
	switch s / 100 {
	case 2:
		var documented []string
		level := Assumption
		source := "assumed"
		for status, ref := range c.op.op.Responses.Map() {
			if strings.HasPrefix(status, "2") {
				documented = append(documented, status)
				if from := extension(ref.Value.Extensions, "x-onvy-source"); from != "assumed" && c.op.source != "assumed" {
					level, source = Violation, from
				}
			}
		}
		c.finding(r, Finding{
			Level: level, Source: source, Spec: place(c.op.op.Responses.Origin, ""),
			Message: fmt.Sprintf("the status is %d; %s is documented", s, strings.Join(documented, ", ")),
		})
	case 4:
		// What HTTP itself gives a meaning for any resource needs no line in a spec.
		switch s {
		case 405, 406, 408, 410, 412, 413, 414, 421, 428, 431:
			return
		}
		c.finding(r, Finding{Level: Drift, Message: fmt.Sprintf("the status is %d, which the operation does not document", s)})
	}
}

// source is where the documented response comes from, or the operation.
func (c *call) source() string {
	if c.resp != nil {
		if s := extension(c.resp.Extensions, "x-onvy-source"); s != "" {
			return s
		}
	}
	if c.op != nil {
		return c.op.source
	}
	return ""
}

// errorLevel is the level of what is said of this response: no page documents
// an error, so those of the canonical token endpoint, which RFC 6749 rules,
// are the only ones that can be wrong.
func (c *call) errorLevel() Level {
	if c.status() >= 400 && !c.canonical() {
		return Assumption
	}
	return Violation
}
