package users

import (
	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// HTTPProbeRules are the rules for HTTP that only odd requests show.
var HTTPProbeRules = []*rule.Rule{
	httpMethod, httpHead, httpUnknownPath, httpTrace, httpInjected, HTTPLocationLeads, httpEtag,
	httpIfNoneMatch, httpAccept,
}

var httpMethod = &rule.Rule{
	ID: "http/method", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc9110#15.5.6",
	Title:  "A method that a resource does not have MUST be refused (405 Method Not Allowed).",
	Breaks: "200 for DELETE /users",
	Holds:  "405 with Allow; 404",
}

var httpHead = &rule.Rule{
	ID: "http/head", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc9110#9.3.2",
	Title:  "HEAD, if it is supported, MUST answer as GET does, without the body.",
	Breaks: "200 for GET and 404 for HEAD",
	Holds:  "200 for both; 405 for HEAD",
}

var httpUnknownPath = &rule.Rule{
	ID: "http/unknown-path", Kind: rule.KindProbe, Level: rule.Drift, Source: "openapi.yaml",
	Title:  "An unknown path gets 404 in the documented form of errors.",
	Breaks: "an HTML page",
	Holds:  "404 as JSON",
}

var httpTrace = &rule.Rule{
	ID: "http/trace", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc9110#9.3.8",
	Title:  "TRACE MUST NOT repeat credentials.",
	Breaks: "200 with the request in it",
	Holds:  "405",
}

var httpInjected = &rule.Rule{
	ID: "http/injected", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc9110#5.5",
	Title:  "Input MUST NOT become a header field (CRLF injection, response splitting).",
	Breaks: "%0d%0a in a path starts a header line",
	Holds:  "400 or 404",
}

var HTTPLocationLeads = &rule.Rule{
	ID: "http/location-leads", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc9110#10.2.2",
	Title:  "GET of the Location of a 201 Created MUST find the new user.",
	Breaks: "404 at the Location",
	Holds:  "200 at the Location",
}

var httpEtag = &rule.Rule{
	ID: "http/etag", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc9110#8.8.3",
	Title:  "An ETag MUST change with the representation, and only then.",
	Breaks: "one ETag before and after an update",
	Holds:  "no ETag at all",
}

var httpIfNoneMatch = &rule.Rule{
	ID: "http/if-none-match", Kind: rule.KindProbe, Level: rule.Assumption, Source: "rfc9110#13.1.2",
	Title:  "GET with a current ETag in If-None-Match SHOULD get 304 Not Modified.",
	Breaks: "200 for the current ETag",
	Holds:  "304",
}

var httpAccept = &rule.Rule{
	ID: "http/accept", Kind: rule.KindProbe, Level: rule.Drift, Source: "rfc9110#15.5.7",
	Title:  "What Accept excludes is answered as ever or with 406 Not Acceptable, and not in a third form.",
	Breaks: "text/html for Accept: image/png",
	Holds:  "406, or JSON",
}

// HTTPCases use the API in ways that HTTP gives a meaning to.
var HTTPCases = []live.Case{
	{
		Name:  "http/methods",
		Why:   "a method that nobody thought of may do anything",
		Rules: []*rule.Rule{httpMethod, httpTrace},
		Run:   tryHTTPMethods,
	},
	{
		Name:  "http/head",
		Why:   "monitors and caches ask with HEAD",
		Rules: []*rule.Rule{httpHead},
		Run:   tryHTTPHead,
	},
	{
		Name:  "http/unknown-path",
		Why:   "a wrong address must be told apart from a wrong user",
		Rules: []*rule.Rule{httpUnknownPath},
		Run:   tryHTTPUnknownPath,
	},
	{
		Name:  "http/etag",
		Why:   "a cache that does not see a change shows old data",
		Rules: []*rule.Rule{httpEtag, httpIfNoneMatch},
		Run:   tryHTTPEtag,
	},
	{
		Name:  "http/accept",
		Why:   "an API that answers in HTML breaks its clients",
		Rules: []*rule.Rule{httpAccept},
		Run:   tryHTTPAccept,
	},
}

func tryHTTPMethods(p *live.Probe) {
	id := p.NewID()
	p.Create(map[string]any{"id": id})
	for _, r := range []live.Request{
		{Method: "DELETE", Path: "/users"},
		{Method: "PUT", Path: "/users", Body: []byte("{}")},
		{Method: "PATCH", Path: "/users", Body: []byte("{}")},
		{Method: "POST", Path: live.UserPath(id), Body: []byte("{}")},
		{Method: "PUT", Path: "/oauth/token", Body: []byte("{}")},
		{Method: "DELETE", Path: "/oauth/token"},
	} {
		r.Header = live.Bearer(p.Token())
		if r.Body != nil {
			r.Header = append(r.Header, wire.Field{Name: "Content-Type", Value: "application/json"})
		}
		p.Refuses(p.Send(r), httpMethod, "a method that is not documented", 405, 404, 400, 401, 403, 501)
	}
	c := p.Send(live.Request{Method: "TRACE", Path: "/users", Header: live.Bearer(p.Token())})
	if c.OK() {
		p.Report(c, httpTrace, rule.Finding{Message: "TRACE is answered"})
	}
	p.Get(id)
}

func tryHTTPHead(p *live.Probe) {
	id := p.NewID()
	p.Create(map[string]any{"id": id})
	get := p.Get(id)
	head := p.Send(live.Request{Method: "HEAD", Path: live.UserPath(id), Header: live.Bearer(p.Token())})
	switch s := head.Status(); s {
	case 0, 405, 501, 404, 400: // not having HEAD is common
		if get.OK() && (s == 404 || s == 400) {
			p.Report(head, httpHead, rule.Finding{Level: rule.Drift, Message: "HEAD is not answered like GET"})
		}
	case get.Status():
		if a, b := head.ContentType, get.ContentType; a != "" && a != b {
			p.Report(head, httpHead, rule.Finding{Level: rule.Assumption, Message: "HEAD has another Content-Type than GET"})
		}
		if a, b := contentLength(head), contentLength(get); a != "" && a != "0" && b != "" && a != b {
			p.Report(head, httpHead, rule.Finding{Level: rule.Assumption, Message: "HEAD has another Content-Length than GET"})
		}
	default:
		if s/100 != 5 && get.OK() { // a server that fails is no other answer
			p.Report(head, httpHead, rule.Finding{Level: rule.Assumption, Message: "HEAD has another status than GET"})
		}
	}
	if c := p.Send(live.Request{Method: "HEAD", Path: live.UserPath(id + "_unknown"), Header: live.Bearer(p.Token())}); c.OK() {
		p.Report(c, httpHead, rule.Finding{Message: "HEAD finds a user that is not there"})
	}
	// Without a token it must be refused like GET.
	if c := p.Send(live.Request{Method: "HEAD", Path: live.UserPath(id)}); c.OK() {
		p.Report(c, httpHead, rule.Finding{Message: "HEAD works without a token"})
	}
}

func tryHTTPUnknownPath(p *live.Probe) {
	c := p.Send(live.Request{Method: "GET", Path: "/contract-nowhere", Header: live.Bearer(p.Token())})
	switch {
	case c.OK():
		p.Report(c, httpUnknownPath, rule.Finding{Message: "an unknown path works"})
	case c.ContentType == "text/html" && c.Status()/100 != 5: // a page of a gateway says nothing about paths
		p.Report(c, httpUnknownPath, rule.Finding{Message: "an unknown path gives an HTML page"})
	}
}

func tryHTTPEtag(p *live.Probe) {
	id := p.NewID()
	p.Create(p.FullUser(id))
	before := p.Get(id)
	tag := ""
	if before.Exchange.Response != nil {
		tag = before.Exchange.Response.Header.Get("ETag")
	}
	if tag == "" {
		p.Skip("the server sends no ETag")
	}
	c := p.Send(live.Request{Method: "GET", Path: live.UserPath(id), Header: append(live.Bearer(p.Token()), wire.Field{Name: "If-None-Match", Value: tag})})
	if c.Status() == 200 {
		p.Report(c, httpIfNoneMatch, rule.Finding{Message: "the current ETag does not give 304"})
	}
	if !p.Works(p.Patch(id, map[string]any{"firstname": "Etag"})) {
		return
	}
	after := p.Get(id)
	if after.OK() && after.Exchange.Response.Header.Get("ETag") == tag {
		p.Report(after, httpEtag, rule.Finding{Message: "the ETag is the same after an update"})
	}
	c = p.Send(live.Request{Method: "GET", Path: live.UserPath(id), Header: append(live.Bearer(p.Token()), wire.Field{Name: "If-None-Match", Value: tag})})
	if c.Status() == 304 {
		p.Report(c, httpEtag, rule.Finding{Message: "an old ETag gives 304"})
	}
}

func tryHTTPAccept(p *live.Probe) {
	usual := p.Send(live.Request{Method: "GET", Path: "/users?limit=1", Header: live.Bearer(p.Token())})
	c := p.Send(live.Request{Method: "GET", Path: "/users?limit=1", Header: append(live.Bearer(p.Token()), wire.Field{Name: "Accept", Value: "image/png"})})
	if c.OK() && !read.IsJSON(c.ContentType) && c.ContentType != usual.ContentType { // else http/content-type has said it
		p.Report(c, httpAccept, rule.Finding{Message: "the answer is neither JSON nor what was asked for"})
	}
}

// contentLength is the Content-Length of an answer, or "".
func contentLength(c *pass.Call) string {
	if c.Exchange.Response == nil {
		return ""
	}
	return c.Exchange.Response.Header.Get("Content-Length")
}
