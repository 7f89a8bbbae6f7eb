package http

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
)

var StatusRange = pass.NewRule(checkStatusRange, rule.Rule{
	ID: "http/status-range", Level: rule.Violation, Source: "rfc9110#15",
	Title:  "The status code MUST be between 100 and 599.",
	Breaks: "HTTP/1.1 700",
	Holds:  "HTTP/1.1 299",
})

var ServerError = pass.NewRule(checkServerError, rule.Rule{
	ID: "http/server-error", Level: rule.Violation, Source: "rfc9110#15.6",
	Title:  "The server MUST NOT fail with 5xx (503 with Retry-After aside).",
	Breaks: "500 for an id that is not known",
	Holds:  "503 with Retry-After: 5",
})

var Redirect = pass.NewRule(checkRedirect, rule.Rule{
	ID: "http/redirect", Level: rule.Violation, Source: "rfc9110#15.4",
	Title:  "An operation MUST NOT redirect (3xx).",
	Breaks: "302 to /login",
	Holds:  "401 with a challenge",
})

var NotModified = pass.NewRule(checkNotModified, rule.Rule{
	ID: "http/not-modified", Level: rule.Violation, Source: "rfc9110#15.4.5",
	Title:  "304 Not Modified MUST answer a conditional GET or HEAD only.",
	Breaks: "304 on POST, or without If-None-Match",
	Holds:  "304 on GET with If-None-Match",
})

var Throttled = pass.NewRule(checkThrottled, rule.Rule{
	ID: "http/throttled", Level: rule.Drift, Source: "policy",
	Title:  "A careful guest is not throttled with 429 Too Many Requests.",
	Breaks: "429 on every fifth request",
	Holds:  "429 after a thousand requests in a second, as a limit says",
})

var StatusUndocumented = pass.NewRule(checkStatus, rule.Rule{
	ID: "http/status-undocumented", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "The status code MUST be one that the operation documents.",
	Breaks: "202 where 204 is documented",
	Holds:  "422 where 400 is documented too",
})

var NoContent = pass.NewRule(checkNoContent, rule.Rule{
	ID: "http/no-content", Level: rule.Violation, Source: "rfc9110#15.3.5",
	Title:  "204, 205 and 304 MUST NOT have a body.",
	Breaks: "204 with {} behind it",
	Holds:  "204 without Content-Length",
})

var EmptyBody = pass.NewRule(checkEmptyBody, rule.Rule{
	ID: "http/empty-body", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "There MUST be a body where one is documented.",
	Breaks: "201 with nothing behind it",
	Holds:  "204 with nothing behind it",
})

func checkStatusRange(c *pass.Call, r *rule.Rule) {
	if s := c.Status(); c.Exchange.Response != nil && (s < 100 || s > 599) {
		c.Report(r, rule.Finding{Message: "the status is not one of HTTP"})
	}
}

func checkServerError(c *pass.Call, r *rule.Rule) {
	s := c.Status()
	if s/100 != 5 || s == 503 && (c.Exchange.Response.Header.Has("Retry-After") || !c.HeaderKnown()) {
		return
	}
	f := rule.Finding{Message: fmt.Sprintf("the server failed with %d", s)}
	switch {
	case s == 503: // which HTTP lets a server say, with or without a time
		f.Level = rule.Assumption
	case s == 501 && c.Op != nil && c.Op.Source == "assumed":
		f.Level, f.Message = rule.Assumption, "the operation is not implemented"
	}
	c.Report(r, f)
}

func checkRedirect(c *pass.Call, r *rule.Rule) {
	if s := c.Status(); c.Op != nil && s/100 == 3 && s != 304 && !c.ToHTTPS() {
		c.Report(r, rule.Finding{Message: "a redirect instead of an answer"})
	}
}

func checkNotModified(c *pass.Call, r *rule.Rule) {
	h := c.Exchange.Request.Header
	conditional := h.Has("If-None-Match") || h.Has("If-Modified-Since")
	if c.Status() == 304 && (!conditional || c.Exchange.Request.Method != "GET" && c.Exchange.Request.Method != "HEAD") {
		c.Report(r, rule.Finding{Message: "304 without a condition in the request"})
	}
}

func checkThrottled(c *pass.Call, r *rule.Rule) {
	if c.Status() == 429 {
		c.Report(r, rule.Finding{Message: "the server throttled the request; no page documents a limit"})
	}
}

func checkNoContent(c *pass.Call, r *rule.Rule) {
	s := c.Status()
	if s != 204 && s != 205 && s != 304 {
		return
	}
	length := c.Exchange.Response.Header.Get("Content-Length")
	switch {
	case len(c.Exchange.Response.Body) > 0:
		c.Report(r, rule.Finding{Message: fmt.Sprintf("%d has a body", s)})
	case s == 204 && length != "" && length != "0":
		c.Report(r, rule.Finding{Message: "204 has a Content-Length", Source: "rfc9110#8.6"})
	case s == 204 && c.Exchange.Response.Header.Has("Content-Type"):
		c.Report(r, rule.Finding{Level: rule.Drift, Message: "204 has a Content-Type, and nothing that it would be the type of", Source: "rfc9110#8.3"})
	case s == 204 && length == "0":
		c.Report(r, rule.Finding{Level: rule.Drift, Message: "204 has a Content-Length, if only of 0", Source: "rfc9110#8.6"})
	}
}

func checkEmptyBody(c *pass.Call, r *rule.Rule) {
	if c.Documented == nil || len(c.Documented.Content) == 0 || c.Exchange.Request.Method == "HEAD" || !c.BodyKnown() {
		return
	}
	if len(bytes.TrimSpace(c.Exchange.Response.Body)) == 0 {
		c.Report(r, rule.Finding{Level: c.ErrorLevel(), Message: "the body is empty", Source: c.Source()})
	}
}

func checkStatus(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || c.Exchange.Response == nil || c.Documented != nil {
		return
	}
	s := c.Status()
	if s == 206 && c.Exchange.Request.Header.Has("Range") {
		return // which is what was asked for
	}
	switch s / 100 {
	case 2:
		var documented []string
		level := rule.Assumption
		source := "assumed"
		responses := c.Op.Doc.Responses.Map()
		for _, status := range slices.Sorted(maps.Keys(responses)) {
			if strings.HasPrefix(status, "2") {
				documented = append(documented, status)
				if from := pass.Extension(responses[status].Value.Extensions, "x-onvy-source"); from != "assumed" && c.Op.Source != "assumed" {
					level, source = rule.Violation, from
				}
			}
		}
		c.Report(r, rule.Finding{
			Level: level, Source: source, Spec: pass.Place(c.Op.Doc.Responses.Origin, ""),
			Message: fmt.Sprintf("the status is %d; %s is documented", s, strings.Join(documented, ", ")),
		})
	case 4:
		// What HTTP itself gives a meaning for any resource needs no line in a spec.
		switch s {
		case 405, 406, 408, 410, 412, 413, 414, 421, 428, 431:
			return
		}
		c.Report(r, rule.Finding{Level: rule.Drift, Message: fmt.Sprintf("the status is %d, which the operation does not document", s)})
	}
}
