package http

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
)

var HeaderMissing = pass.NewRule(checkRequiredHeaders, rule.Rule{
	ID: "http/header-missing", Level: rule.Violation, Source: "openapi.yaml",
	Title:  "A header that is documented as required MUST be there; a 401 MUST include WWW-Authenticate.",
	Breaks: "a token answer without Cache-Control, a 401 without WWW-Authenticate",
	Holds:  "a 401 with a Bearer challenge",
})

var HeaderUndocumented = pass.NewRule(checkUndocumentedHeaders, rule.Rule{
	ID: "http/header-undocumented", Level: rule.Drift, Source: "openapi.yaml",
	Title:  "There is no header field that openapi.yaml does not document, those of proxies aside.",
	Breaks: "X-Debug-User: …",
	Holds:  "X-Request-Id, Via, CF-Ray",
})

var HeaderRepeated = pass.NewRule(checkHeaderRepeated, rule.Rule{
	ID: "http/header-repeated", Level: rule.Violation, Source: "rfc9110#5.3",
	Title:  "A header field with a single value MUST NOT be sent twice.",
	Breaks: "Content-Type twice",
	Holds:  "Vary twice",
})

var ContentType = pass.NewRule(checkContentType, rule.Rule{
	ID: ruleid.HTTPContentType, Level: rule.Violation, Source: "openapi.yaml",
	Title:  "Content-Type MUST be the documented one.",
	Breaks: "text/plain around JSON",
	Holds:  "application/json; charset=utf-8",
})

var Charset = pass.NewRule(checkCharset, rule.Rule{
	ID: "http/charset", Level: rule.Violation, Source: "rfc8259#8.1",
	Title:  "The charset of JSON MUST be UTF-8, if the content type has one.",
	Breaks: "application/json; charset=iso-8859-1",
	Holds:  "application/json; charset=UTF-8",
})

var ContentEncoding = pass.NewRule(checkContentEncoding, rule.Rule{
	ID: ruleid.HTTPContentEncoding, Level: rule.Violation, Source: "rfc9110#12.5.3",
	Title:  "Content-Encoding MUST be one that Accept-Encoding allows, and that the body has.",
	Breaks: "gzip for Accept-Encoding: identity",
	Holds:  "gzip for Accept-Encoding: gzip",
})

var Date = pass.NewRule(checkDate, rule.Rule{
	ID: "http/date", Level: rule.Violation, Source: "rfc9110#6.6.1",
	Title:  "Date MUST be an HTTP date, and right to five minutes.",
	Breaks: "Date: Thu, 01 Jan 1970 00:00:00 GMT",
	Holds:  "Date 2 s behind the client's clock",
})

var RetryAfter = pass.NewRule(checkRetryAfter, rule.Rule{
	ID: "http/retry-after", Level: rule.Violation, Source: "rfc9110#10.2.3",
	Title:  "Retry-After MUST be a number of seconds or an HTTP date.",
	Breaks: "Retry-After: soon",
	Holds:  "Retry-After: 30",
})

var Allow = pass.NewRule(checkAllow, rule.Rule{
	ID: "http/allow", Level: rule.Violation, Source: "rfc9110#15.5.6",
	Title:  "A 405 Method Not Allowed MUST include Allow.",
	Breaks: "405 without Allow",
	Holds:  "405 with Allow: GET, POST",
})

var Location = pass.NewRule(checkLocation, rule.Rule{
	ID: "http/location", Level: rule.Violation, Source: "rfc9110#10.2.2",
	Title:  "Location of a 201 Created MUST identify the new user, if it is given.",
	Breaks: "Location: /users/another",
	Holds:  "no Location; Location: https://host/users/user_123",
})

var CORS = pass.NewRule(checkCORS, rule.Rule{
	ID: "http/cors", Level: rule.Violation, Source: "policy",
	Title:  "Access-Control-Allow-Origin * MUST NOT come with Access-Control-Allow-Credentials.",
	Breaks: "Access-Control-Allow-Origin: * with Access-Control-Allow-Credentials: true",
	Holds:  "Access-Control-Allow-Origin: * alone",
})

var PublicCache = pass.NewRule(checkPublicCache, rule.Rule{
	ID: "http/public-cache", Level: rule.Violation, Source: "rfc9111#3.5",
	Title:  "Cache-Control of personal data MUST NOT allow shared caches (public, s-maxage).",
	Breaks: "Cache-Control: public on a user",
	Holds:  "Cache-Control: private",
})

func checkHeaderRepeated(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response == nil {
		return
	}
	for _, name := range singletons {
		if c.Exchange.Response.Header.Count(name) > 1 {
			c.Report(r, rule.Finding{Message: name + " is sent more than once"})
		}
	}
}

func checkCharset(c *pass.Call, r *rule.Rule) {
	charset := c.Params["charset"]
	if charset != "" && read.IsJSON(c.ContentType) && !strings.EqualFold(charset, "utf-8") {
		c.Report(r, rule.Finding{Message: "the charset of JSON is not utf-8"})
	}
}

func checkContentEncoding(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response == nil {
		return
	}
	if read.Undecoded(c.Exchange.Response) && c.Exchange.Err == nil {
		c.Report(r, rule.Finding{Message: "the body is not of the content coding that it claims", Source: "rfc9110#8.4"})
		return
	}
	coding := c.Exchange.Response.Header.Get("Content-Encoding")
	accept := c.Exchange.Request.Header.Get("Accept-Encoding")
	if coding != "" && !strings.EqualFold(coding, "identity") && accept != "" &&
		!strings.Contains(accept, "*") && !strings.Contains(strings.ToLower(accept), strings.ToLower(coding)) {
		c.Report(r, rule.Finding{Level: rule.Assumption, Message: "the body has a content coding that the client did not offer to take"})
	}
}

func checkDate(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response == nil || c.Exchange.Started.IsZero() {
		return
	}
	text := c.Exchange.Response.Header.Get("Date")
	if text == "" {
		return
	}
	date, err := http.ParseTime(text)
	if err != nil {
		c.Report(r, rule.Finding{Message: "Date is not an HTTP date"})
	} else if off := date.Sub(c.Exchange.Started).Abs(); off > 5*time.Minute {
		c.Report(r, rule.Finding{Level: rule.Drift, Message: "Date is more than five minutes off the client's clock"})
	}
}

func checkRetryAfter(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response == nil {
		return
	}
	text := c.Exchange.Response.Header.Get("Retry-After")
	if text == "" {
		return
	}
	_, err := http.ParseTime(text)
	if seconds, notSeconds := strconv.Atoi(text); err != nil && (notSeconds != nil || seconds < 0) {
		c.Report(r, rule.Finding{Message: "Retry-After is neither seconds nor a date"})
	}
}

func checkAllow(c *pass.Call, r *rule.Rule) {
	if c.Status() != 405 || !c.HeaderKnown() {
		return
	}
	if !c.Exchange.Response.Header.Has("Allow") {
		c.Report(r, rule.Finding{Message: "405 has no Allow"})
	} else if read.HasDirective(c.Exchange.Response.Header, "Allow", strings.ToLower(c.Exchange.Request.Method)) {
		c.Report(r, rule.Finding{Message: "405 refuses a method that its Allow has", Source: "rfc9110#10.2.1"})
	}
}

func checkCORS(c *pass.Call, r *rule.Rule) {
	if c.Exchange.Response == nil {
		return
	}
	h := c.Exchange.Response.Header
	if h.Get("Access-Control-Allow-Origin") == "*" && strings.EqualFold(h.Get("Access-Control-Allow-Credentials"), "true") {
		c.Report(r, rule.Finding{Message: "every origin may read the answer, with credentials"})
	}
}

func checkPublicCache(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Bearer || !c.OK() {
		return
	}
	if read.HasDirective(c.Exchange.Response.Header, "Cache-Control", "public", "s-maxage") {
		c.Report(r, rule.Finding{Message: "Cache-Control allows shared caches to keep a person's data"})
	}
}

func checkRequiredHeaders(c *pass.Call, r *rule.Rule) {
	if c.Documented == nil || !c.HeaderKnown() {
		return
	}
	var lacking []string
	for name, ref := range c.Documented.Headers {
		if ref.Value.Required && strings.TrimSpace(c.Exchange.Response.Header.Get(name)) == "" {
			lacking = append(lacking, name)
		}
	}
	slices.Sort(lacking)
	for _, name := range lacking {
		message := name + " is missing"
		if c.Exchange.Response.Header.Has(name) {
			message = name + " is empty"
		}
		h := c.Documented.Headers[name].Value
		c.Report(r, rule.Finding{Message: message, Spec: pass.Place(h.Origin, ""), Source: pass.Extension(h.Extensions, "x-onvy-source")})
	}
}

func checkUndocumentedHeaders(c *pass.Call, r *rule.Rule) {
	if c.Documented == nil {
		return
	}
	for _, f := range c.Exchange.Response.Header {
		if strings.HasPrefix(f.Name, ":") || isInfrastructure(f.Name) || isBalancerCookie(f) || !read.IsToken(f.Name) {
			continue
		}
		documented := false
		for name := range c.Documented.Headers {
			documented = documented || strings.EqualFold(name, f.Name)
		}
		if !documented {
			c.Report(r, rule.Finding{Message: "the header " + mask.Name(f.Name) + " is not documented"})
		}
	}
}

func checkContentType(c *pass.Call, r *rule.Rule) {
	if c.Documented == nil || len(c.Exchange.Response.Body) == 0 || !c.HeaderKnown() {
		return
	}
	looksJSON := slices.Contains([]byte("{["), c.Exchange.Response.Body[0])
	switch {
	case len(c.Documented.Content) == 0 || c.Media != nil:
	case c.ContentType == "":
		c.Report(r, rule.Finding{Message: "there is a body and no Content-Type", Source: "rfc9110#8.3"})
	case looksJSON && !read.IsJSON(c.ContentType):
		c.Report(r, rule.Finding{Message: fmt.Sprintf("the content type is %s; application/json is documented", read.PrintableType(c.ContentType)),
			Source: "resources-and-pagination"})
	default: // no page shows an error, so that a page in HTML may be one
		c.Report(r, rule.Finding{Level: c.ErrorLevel(), Source: c.Source(),
			Message: fmt.Sprintf("the content type is %s; application/json is documented", read.PrintableType(c.ContentType))})
	}
}

func checkLocation(c *pass.Call, r *rule.Rule) {
	if !c.Does(spec.Create) || c.Status() != 201 {
		return
	}
	text := c.Exchange.Response.Header.Get("Location")
	if text == "" {
		return
	}
	id, given := c.RequestID()
	if !given {
		id, _ = c.Object()[c.Resource().Key].(string)
	}
	base, err := url.Parse(c.Exchange.Request.URL)
	if err != nil || id == "" {
		return
	}
	u, err := base.Parse(text)
	if err != nil {
		c.Report(r, rule.Finding{Message: "Location is not a URI reference", Spec: pass.Place(c.Op.Doc.Responses.Origin, "")})
		return
	}
	want := strings.TrimSuffix(base.Path, "/") + "/" + id
	if u.Path != want || u.Host != base.Host {
		c.Report(r, rule.Finding{Message: "Location is not the place of the new " + c.Resource().Noun})
	}
}
