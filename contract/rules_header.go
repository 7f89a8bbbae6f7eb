package contract

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// headerChecks look at the header fields of any answer.
var headerChecks = []exchangeCheck{
	exchangeRule("http/header-missing", Violation, "openapi.yaml", "A header that is documented as required is there.",
		"a token answer without Cache-Control, a 401 without WWW-Authenticate", "a 401 with a Bearer challenge",
		checkRequiredHeaders),
	exchangeRule("http/header-undocumented", Drift, "openapi.yaml", "No header that the spec does not know, infrastructure aside.",
		"X-Debug-User: …", "X-Request-Id, Via, CF-Ray",
		checkUndocumentedHeaders),
	exchangeRule("http/header-repeated", Violation, "rfc9110#5.3", "A header that has one value is sent once.",
		"Content-Type twice", "Vary twice",
		checkHTTPHeaderRepeated),
	exchangeRule("http/content-type", Violation, "openapi.yaml", "The content type is the documented one.",
		"text/plain around JSON", "application/json; charset=utf-8",
		checkContentType),
	exchangeRule("http/charset", Violation, "rfc8259#8.1", "JSON is UTF-8 and does not say otherwise.",
		"application/json; charset=iso-8859-1", "application/json; charset=UTF-8",
		checkHTTPCharset),
	exchangeRule("http/content-encoding", Violation, "rfc9110#12.5.3", "The content coding is one that the client takes.",
		"gzip for Accept-Encoding: identity", "gzip for Accept-Encoding: gzip",
		checkHTTPContentEncoding),
	exchangeRule("http/date", Violation, "rfc9110#6.6.1", "Date is right to five minutes.",
		"Date: Thu, 01 Jan 1970 00:00:00 GMT", "Date 2 s behind the client's clock",
		checkHTTPDate),
	exchangeRule("http/retry-after", Violation, "rfc9110#10.2.3", "Retry-After is a number of seconds or an HTTP date.",
		"Retry-After: soon", "Retry-After: 30",
		checkHTTPRetryAfter),
	exchangeRule("http/allow", Violation, "rfc9110#15.5.6", "405 says in Allow what is allowed.",
		"405 without Allow", "405 with Allow: GET, POST",
		checkHTTPAllow),
	exchangeRule("http/location", Violation, "rfc9110#10.2.2", "Location, if given, is where the new user is.",
		"Location: /users/another", "no Location; Location: https://host/users/user_123",
		checkLocation),
	exchangeRule("http/cors", Violation, "policy", "No answer is for every origin and with credentials too.",
		"Access-Control-Allow-Origin: * with Access-Control-Allow-Credentials: true", "Access-Control-Allow-Origin: * alone",
		checkHTTPCORS),
	exchangeRule("http/public-cache", Violation, "rfc9111#3.5", "Personal data are not for shared caches.",
		"Cache-Control: public on a user", "Cache-Control: private",
		checkHTTPPublicCache),
}

func checkHTTPHeaderRepeated(c *call, r *Rule) {
	if c.x.Response == nil {
		return
	}
	for _, name := range singletons {
		if c.x.Response.Header.count(name) > 1 {
			c.finding(r, Finding{Message: name + " is sent more than once"})
		}
	}
}

func checkHTTPCharset(c *call, r *Rule) {
	charset := c.params["charset"]
	if charset != "" && isJSON(c.contentType) && !strings.EqualFold(charset, "utf-8") {
		c.finding(r, Finding{Message: "the charset of JSON is not utf-8"})
	}
}

func checkHTTPContentEncoding(c *call, r *Rule) {
	if c.x.Response == nil {
		return
	}
	if undecoded(c.x.Response) && c.x.Err == nil {
		c.finding(r, Finding{Message: "the body is not of the content coding that it claims", Source: "rfc9110#8.4"})
		return
	}
	coding := c.x.Response.Header.Get("Content-Encoding")
	accept := c.x.Request.Header.Get("Accept-Encoding")
	if coding != "" && !strings.EqualFold(coding, "identity") && accept != "" &&
		!strings.Contains(accept, "*") && !strings.Contains(strings.ToLower(accept), strings.ToLower(coding)) {
		c.finding(r, Finding{Level: Assumption, Message: "the body has a content coding that the client did not offer to take"})
	}
}

func checkHTTPDate(c *call, r *Rule) {
	if c.x.Response == nil || c.x.Started.IsZero() {
		return
	}
	text := c.x.Response.Header.Get("Date")
	if text == "" {
		return
	}
	date, err := http.ParseTime(text)
	if err != nil {
		c.finding(r, Finding{Message: "Date is not an HTTP date"})
	} else if off := date.Sub(c.x.Started).Abs(); off > 5*time.Minute {
		c.finding(r, Finding{Level: Drift, Message: "Date is more than five minutes off the client's clock"})
	}
}

func checkHTTPRetryAfter(c *call, r *Rule) {
	if c.x.Response == nil {
		return
	}
	text := c.x.Response.Header.Get("Retry-After")
	if text == "" {
		return
	}
	_, err := http.ParseTime(text)
	if seconds, notSeconds := strconv.Atoi(text); err != nil && (notSeconds != nil || seconds < 0) {
		c.finding(r, Finding{Message: "Retry-After is neither seconds nor a date"})
	}
}

func checkHTTPAllow(c *call, r *Rule) {
	if c.status() != 405 {
		return
	}
	if !c.x.Response.Header.Has("Allow") {
		c.finding(r, Finding{Message: "405 has no Allow"})
	} else if hasDirective(c.x.Response.Header, "Allow", strings.ToLower(c.x.Request.Method)) {
		c.finding(r, Finding{Message: "405 refuses a method that its Allow has", Source: "rfc9110#10.2.1"})
	}
}

func checkHTTPCORS(c *call, r *Rule) {
	if c.x.Response == nil {
		return
	}
	h := c.x.Response.Header
	if h.Get("Access-Control-Allow-Origin") == "*" && strings.EqualFold(h.Get("Access-Control-Allow-Credentials"), "true") {
		c.finding(r, Finding{Message: "every origin may read the answer, with credentials"})
	}
}

func checkHTTPPublicCache(c *call, r *Rule) {
	if c.op == nil || !c.op.bearer || !c.ok() {
		return
	}
	if hasDirective(c.x.Response.Header, "Cache-Control", "public", "s-maxage") {
		c.finding(r, Finding{Message: "Cache-Control allows shared caches to keep a person's data"})
	}
}

// undecoded reports whether a body is not what its Content-Encoding says: nobody
// could take the coding off, or it is gzip by its first bytes and still is.
func undecoded(r *Response) bool {
	return !r.Truncated && r.Decoded == NotDecoded || r.Decoded == "" && !r.Truncated && bytes.HasPrefix(r.Body, []byte("\x1f\x8b")) && strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip")
}

func checkRequiredHeaders(c *call, r *Rule) {
	if c.resp == nil {
		return
	}
	for name, ref := range c.resp.Headers {
		h := ref.Value
		source := extension(h.Extensions, "x-onvy-source")
		switch {
		case h.Required && !c.x.Response.Header.Has(name):
			c.finding(r, Finding{Message: name + " is missing", Spec: place(h.Origin, ""), Source: source})
		case h.Required && strings.TrimSpace(c.x.Response.Header.Get(name)) == "":
			c.finding(r, Finding{Message: name + " is empty", Spec: place(h.Origin, ""), Source: source})
		}
	}
}

func checkUndocumentedHeaders(c *call, r *Rule) {
	if c.resp == nil {
		return
	}
	for _, f := range c.x.Response.Header {
		if strings.HasPrefix(f.Name, ":") || isInfrastructure(f.Name) || isBalancerCookie(f) || !isToken(f.Name) {
			continue
		}
		documented := false
		for name := range c.resp.Headers {
			documented = documented || strings.EqualFold(name, f.Name)
		}
		if !documented {
			c.finding(r, Finding{Message: "the header " + maskName(f.Name) + " is not documented"})
		}
	}
}

func checkContentType(c *call, r *Rule) {
	if c.resp == nil || len(c.x.Response.Body) == 0 {
		return
	}
	looksJSON := slices.Contains([]byte("{["), c.x.Response.Body[0])
	switch {
	case len(c.resp.Content) == 0 || c.media != nil:
	case c.contentType == "":
		c.finding(r, Finding{Message: "there is a body and no Content-Type", Source: "rfc9110#8.3"})
	case looksJSON && !isJSON(c.contentType):
		c.finding(r, Finding{Message: fmt.Sprintf("the content type is %s; application/json is documented", printable(c.contentType)),
			Source: "resources-and-pagination"})
	default: // no page shows an error, so that a page in HTML may be one
		c.finding(r, Finding{Level: c.errorLevel(), Source: c.source(),
			Message: fmt.Sprintf("the content type is %s; application/json is documented", printable(c.contentType))})
	}
}

func checkLocation(c *call, r *Rule) {
	if !c.does(spec.Create) || c.status() != 201 {
		return
	}
	text := c.x.Response.Header.Get("Location")
	if text == "" {
		return
	}
	id, given := c.requestID()
	if !given {
		id, _ = c.object()[c.resource().Key].(string)
	}
	base, err := url.Parse(c.x.Request.URL)
	if err != nil || id == "" {
		return
	}
	u, err := base.Parse(text)
	if err != nil {
		c.finding(r, Finding{Message: "Location is not a URI reference", Spec: place(c.op.op.Responses.Origin, "")})
		return
	}
	want := strings.TrimSuffix(base.Path, "/") + "/" + id
	if u.Path != want || u.Host != base.Host {
		c.finding(r, Finding{Message: "Location is not the place of the new " + c.resource().Noun})
	}
}

// hasDirective tells whether a header has one of these directives, with or
// without a value.
func hasDirective(h Header, name string, directives ...string) bool {
	for i := range h {
		if !strings.EqualFold(h[i].Name, name) {
			continue
		}
		for part := range strings.SplitSeq(h[i].Value, ",") {
			key, _, _ := strings.Cut(part, "=")
			key = strings.TrimSpace(key)
			for _, directive := range directives {
				if strings.EqualFold(key, directive) {
					return true
				}
			}
		}
	}
	return false
}

func isJSON(contentType string) bool {
	return contentType == "application/json" || strings.HasSuffix(contentType, "+json")
}

// printable is a media type that is safe to print.
func printable(contentType string) string {
	if len(contentType) > 40 || !isToken(strings.ReplaceAll(contentType, "/", "")) {
		return "something else"
	}
	return contentType
}
