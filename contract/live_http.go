package contract

var httpProbeRules = []Rule{
	probeRule("http/method", Violation, "rfc9110#15.5.6", "A method that an address does not have is refused.",
		"200 for DELETE /users", "405 with Allow; 404"),
	probeRule("http/head", Violation, "rfc9110#9.3.2", "HEAD is GET without the body.",
		"200 for GET and 404 for HEAD", "200 for both; 405 for HEAD"),
	probeRule("http/unknown-path", Drift, "openapi.yaml", "An unknown path is refused like everything else.",
		"an HTML page", "404 as JSON"),
	probeRule("http/trace", Violation, "rfc9110#9.3.8", "TRACE does not repeat credentials.",
		"200 with the request in it", "405"),
	probeRule("http/injected", Violation, "rfc9110#5.5", "Input does not become a header.",
		"%0d%0a in a path starts a header line", "400 or 404"),
	probeRule("http/location-leads", Violation, "rfc9110#10.2.2", "Location leads to the new user.",
		"404 at the Location", "200 at the Location"),
	probeRule("http/etag", Violation, "rfc9110#8.8.3", "An ETag changes with the content, and only then.",
		"one ETag before and after an update", "no ETag at all"),
	probeRule("http/if-none-match", Assumption, "rfc9110#13.1.2", "A current ETag in If-None-Match gives 304.",
		"200 for the current ETag", "304"),
	probeRule("http/accept", Drift, "rfc9110#15.5.7", "What the client cannot take is not sent in a third form.",
		"text/html for Accept: image/png", "406, or JSON"),
}

// httpCases use the API in ways that HTTP gives a meaning to.
var httpCases = []liveCase{
	{
		name: "http/methods",
		why:  "a method that nobody thought of may do anything",
		run: func(p *probe) {
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
				p.refuses(p.send(r), "http/method", "a method that is not documented", 405, 404, 400, 401, 403, 501)
			}
			c := p.send(request{method: "TRACE", path: "/users", header: bearer(p.token())})
			if c.ok() {
				p.finding(c, "http/trace", Finding{Message: "TRACE is answered"})
			}
			p.get(id)
		},
	},
	{
		name: "http/head",
		why:  "monitors and caches ask with HEAD",
		run: func(p *probe) {
			id := p.newID()
			p.create(map[string]any{"id": id})
			get := p.get(id)
			head := p.send(request{method: "HEAD", path: userPath(id), header: bearer(p.token())})
			switch s := head.status(); s {
			case 0, 405, 501, 404, 400: // not having HEAD is common
				if get.ok() && (s == 404 || s == 400) {
					p.finding(head, "http/head", Finding{Level: Drift, Message: "HEAD is not answered like GET"})
				}
			case get.status():
				if a, b := head.contentType, get.contentType; a != "" && a != b {
					p.finding(head, "http/head", Finding{Level: Assumption, Message: "HEAD has another Content-Type than GET"})
				}
				if a, b := contentLength(head), contentLength(get); a != "" && a != "0" && b != "" && a != b {
					p.finding(head, "http/head", Finding{Level: Assumption, Message: "HEAD has another Content-Length than GET"})
				}
			default:
				if s/100 != 5 {
					p.finding(head, "http/head", Finding{Level: Assumption, Message: "HEAD has another status than GET"})
				}
			}
			if c := p.send(request{method: "HEAD", path: userPath(id + "_unknown"), header: bearer(p.token())}); c.ok() {
				p.finding(c, "http/head", Finding{Message: "HEAD finds a user that is not there"})
			}
			// Without a token it must be refused like GET.
			if c := p.send(request{method: "HEAD", path: userPath(id)}); c.ok() {
				p.finding(c, "http/head", Finding{Message: "HEAD works without a token"})
			}
		},
	},
	{
		name: "http/unknown-path",
		why:  "a wrong address must be told apart from a wrong user",
		run: func(p *probe) {
			c := p.send(request{method: "GET", path: "/contract-nowhere", header: bearer(p.token())})
			switch {
			case c.ok():
				p.finding(c, "http/unknown-path", Finding{Message: "an unknown path works"})
			case c.contentType == "text/html":
				p.finding(c, "http/unknown-path", Finding{Message: "an unknown path gives an HTML page"})
			}
		},
	},
	{
		name: "http/etag",
		why:  "a cache that does not see a change shows old data",
		run: func(p *probe) {
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
				p.finding(c, "http/if-none-match", Finding{Message: "the current ETag does not give 304"})
			}
			if !p.works(p.patch(id, map[string]any{"firstname": "Etag"})) {
				return
			}
			after := p.get(id)
			if after.ok() && after.x.Response.Header.Get("ETag") == tag {
				p.finding(after, "http/etag", Finding{Message: "the ETag is the same after an update"})
			}
			c = p.send(request{method: "GET", path: userPath(id), header: append(bearer(p.token()), Field{"If-None-Match", tag})})
			if c.status() == 304 {
				p.finding(c, "http/etag", Finding{Message: "an old ETag gives 304"})
			}
		},
	},
	{
		name: "http/accept",
		why:  "an API that answers in HTML breaks its clients",
		run: func(p *probe) {
			usual := p.list("1", "")
			c := p.send(request{method: "GET", path: "/users?limit=1", header: append(bearer(p.token()), Field{"Accept", "image/png"})})
			if c.ok() && !isJSON(c.contentType) && c.contentType != usual.contentType { // else http/content-type has said it
				p.finding(c, "http/accept", Finding{Message: "the answer is neither JSON nor what was asked for"})
			}
		},
	},
}

// contentLength is the Content-Length of an answer, or "".
func contentLength(c *call) string {
	if c.x.Response == nil {
		return ""
	}
	return c.x.Response.Header.Get("Content-Length")
}
