package contract

var httpProbeRules = []*Rule{
	httpMethod, httpHead, httpUnknownPath, httpTrace, httpInjected, httpLocationLeads, httpEtag,
	httpIfNoneMatch, httpAccept,
}

var httpMethod = &Rule{
	ID: "http/method", Kind: KindProbe, Level: Violation, Source: "rfc9110#15.5.6",
	Title:  "A method that an address does not have is refused.",
	Breaks: "200 for DELETE /users",
	Holds:  "405 with Allow; 404",
}

var httpHead = &Rule{
	ID: "http/head", Kind: KindProbe, Level: Violation, Source: "rfc9110#9.3.2",
	Title:  "HEAD is GET without the body.",
	Breaks: "200 for GET and 404 for HEAD",
	Holds:  "200 for both; 405 for HEAD",
}

var httpUnknownPath = &Rule{
	ID: "http/unknown-path", Kind: KindProbe, Level: Drift, Source: "openapi.yaml",
	Title:  "An unknown path is refused like everything else.",
	Breaks: "an HTML page",
	Holds:  "404 as JSON",
}

var httpTrace = &Rule{
	ID: "http/trace", Kind: KindProbe, Level: Violation, Source: "rfc9110#9.3.8",
	Title:  "TRACE does not repeat credentials.",
	Breaks: "200 with the request in it",
	Holds:  "405",
}

var httpInjected = &Rule{
	ID: "http/injected", Kind: KindProbe, Level: Violation, Source: "rfc9110#5.5",
	Title:  "Input does not become a header.",
	Breaks: "%0d%0a in a path starts a header line",
	Holds:  "400 or 404",
}

var httpLocationLeads = &Rule{
	ID: "http/location-leads", Kind: KindProbe, Level: Violation, Source: "rfc9110#10.2.2",
	Title:  "Location leads to the new user.",
	Breaks: "404 at the Location",
	Holds:  "200 at the Location",
}

var httpEtag = &Rule{
	ID: "http/etag", Kind: KindProbe, Level: Violation, Source: "rfc9110#8.8.3",
	Title:  "An ETag changes with the content, and only then.",
	Breaks: "one ETag before and after an update",
	Holds:  "no ETag at all",
}

var httpIfNoneMatch = &Rule{
	ID: "http/if-none-match", Kind: KindProbe, Level: Assumption, Source: "rfc9110#13.1.2",
	Title:  "A current ETag in If-None-Match gives 304.",
	Breaks: "200 for the current ETag",
	Holds:  "304",
}

var httpAccept = &Rule{
	ID: "http/accept", Kind: KindProbe, Level: Drift, Source: "rfc9110#15.5.7",
	Title:  "What the client cannot take is not sent in a third form.",
	Breaks: "text/html for Accept: image/png",
	Holds:  "406, or JSON",
}

// httpCases use the API in ways that HTTP gives a meaning to.
var httpCases = []liveCase{
	{
		name: "http/methods",
		why:  "a method that nobody thought of may do anything",
		run:  tryHTTPMethods,
	},
	{
		name: "http/head",
		why:  "monitors and caches ask with HEAD",
		run:  tryHTTPHead,
	},
	{
		name: "http/unknown-path",
		why:  "a wrong address must be told apart from a wrong user",
		run:  tryHTTPUnknownPath,
	},
	{
		name: "http/etag",
		why:  "a cache that does not see a change shows old data",
		run:  tryHTTPEtag,
	},
	{
		name: "http/accept",
		why:  "an API that answers in HTML breaks its clients",
		run:  tryHTTPAccept,
	},
}

func tryHTTPMethods(p *probe) {
	id := p.newID()
	p.create(map[string]any{"id": id})
	for _, r := range []request{
		{method: "DELETE", path: "/users"},
		{method: "PUT", path: "/users", body: []byte("{}")},
		{method: "PATCH", path: "/users", body: []byte("{}")},
		{method: "POST", path: userPath(id), body: []byte("{}")},
		{method: "PUT", path: "/oauth/token", body: []byte("{}")},
		{method: "DELETE", path: "/oauth/token"},
	} {
		r.header = bearer(p.token())
		if r.body != nil {
			r.header = append(r.header, Field{"Content-Type", "application/json"})
		}
		p.refuses(p.send(r), httpMethod, "a method that is not documented", 405, 404, 400, 401, 403, 501)
	}
	c := p.send(request{method: "TRACE", path: "/users", header: bearer(p.token())})
	if c.ok() {
		p.finding(c, httpTrace, Finding{Message: "TRACE is answered"})
	}
	p.get(id)
}

func tryHTTPHead(p *probe) {
	id := p.newID()
	p.create(map[string]any{"id": id})
	get := p.get(id)
	head := p.send(request{method: "HEAD", path: userPath(id), header: bearer(p.token())})
	switch s := head.status(); s {
	case 0, 405, 501, 404, 400: // not having HEAD is common
		if get.ok() && (s == 404 || s == 400) {
			p.finding(head, httpHead, Finding{Level: Drift, Message: "HEAD is not answered like GET"})
		}
	case get.status():
		if a, b := head.contentType, get.contentType; a != "" && a != b {
			p.finding(head, httpHead, Finding{Level: Assumption, Message: "HEAD has another Content-Type than GET"})
		}
		if a, b := contentLength(head), contentLength(get); a != "" && a != "0" && b != "" && a != b {
			p.finding(head, httpHead, Finding{Level: Assumption, Message: "HEAD has another Content-Length than GET"})
		}
	default:
		if s/100 != 5 {
			p.finding(head, httpHead, Finding{Level: Assumption, Message: "HEAD has another status than GET"})
		}
	}
	if c := p.send(request{method: "HEAD", path: userPath(id + "_unknown"), header: bearer(p.token())}); c.ok() {
		p.finding(c, httpHead, Finding{Message: "HEAD finds a user that is not there"})
	}
	// Without a token it must be refused like GET.
	if c := p.send(request{method: "HEAD", path: userPath(id)}); c.ok() {
		p.finding(c, httpHead, Finding{Message: "HEAD works without a token"})
	}
}

func tryHTTPUnknownPath(p *probe) {
	c := p.send(request{method: "GET", path: "/contract-nowhere", header: bearer(p.token())})
	switch {
	case c.ok():
		p.finding(c, httpUnknownPath, Finding{Message: "an unknown path works"})
	case c.contentType == "text/html":
		p.finding(c, httpUnknownPath, Finding{Message: "an unknown path gives an HTML page"})
	}
}

func tryHTTPEtag(p *probe) {
	id := p.newID()
	p.create(p.fullUser(id))
	before := p.get(id)
	tag := ""
	if before.x.Response != nil {
		tag = before.x.Response.Header.Get("ETag")
	}
	if tag == "" {
		p.skip("the server sends no ETag")
	}
	c := p.send(request{method: "GET", path: userPath(id), header: append(bearer(p.token()), Field{"If-None-Match", tag})})
	if c.status() == 200 {
		p.finding(c, httpIfNoneMatch, Finding{Message: "the current ETag does not give 304"})
	}
	if !p.works(p.patch(id, map[string]any{"firstname": "Etag"})) {
		return
	}
	after := p.get(id)
	if after.ok() && after.x.Response.Header.Get("ETag") == tag {
		p.finding(after, httpEtag, Finding{Message: "the ETag is the same after an update"})
	}
	c = p.send(request{method: "GET", path: userPath(id), header: append(bearer(p.token()), Field{"If-None-Match", tag})})
	if c.status() == 304 {
		p.finding(c, httpEtag, Finding{Message: "an old ETag gives 304"})
	}
}

func tryHTTPAccept(p *probe) {
	usual := p.list("1", "")
	c := p.send(request{method: "GET", path: "/users?limit=1", header: append(bearer(p.token()), Field{"Accept", "image/png"})})
	if c.ok() && !isJSON(c.contentType) && c.contentType != usual.contentType { // else http/content-type has said it
		p.finding(c, httpAccept, Finding{Message: "the answer is neither JSON nor what was asked for"})
	}
}

// contentLength is the Content-Length of an answer, or "".
func contentLength(c *call) string {
	if c.x.Response == nil {
		return ""
	}
	return c.x.Response.Header.Get("Content-Length")
}
