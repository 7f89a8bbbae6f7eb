package contract

import (
	"fmt"
	"slices"
	"strings"
)

var inputRules = []*Rule{
	inputNoID, inputMalformed, inputInvalid, inputContentType, inputLarge,
}

var inputNoID = &Rule{
	ID: "input/no-id", Kind: KindProbe, Level: Violation, Source: "users/create-a-new-user",
	Title:  "A create without id is refused.",
	Breaks: "201 with an id that the server made up",
	Holds:  "400 or 422",
}

var inputMalformed = &Rule{
	ID: "input/malformed", Kind: KindProbe, Level: Violation, Source: "rfc8259#2",
	Title:  "A body that is not JSON is refused.",
	Breaks: "201 for {",
	Holds:  "400",
}

var inputInvalid = &Rule{
	ID: "input/invalid", Kind: KindProbe, Level: Assumption, Source: "users/create-a-new-user",
	Title:  "A value of a wrong type or outside the documented values is refused.",
	Breaks: "201 for gender unknown",
	Holds:  "400 or 422",
}

var inputContentType = &Rule{
	ID: "input/content-type", Kind: KindProbe, Level: Assumption, Source: "openapi.yaml",
	Title:  "A body that says it is not JSON is refused.",
	Breaks: "201 for text/plain",
	Holds:  "415 or 400",
}

var inputLarge = &Rule{
	ID: "input/large", Kind: KindProbe, Level: Assumption, Source: "rfc9110#15.5.14",
	Title:  "A body beyond any use is refused.",
	Breaks: "500, or no answer, for 2 MiB",
	Holds:  "413 or 400",
}

// bad is a body that is not what an operation takes.
type bad struct{ what, text string }

// badJSON are bodies that are no JSON object.
var badJSON = []bad{
	{"a body that stops", `{`},
	{"a body that stops in a string", `{"id": "contr`},
	{"text", `not json`},
	{"a body with something behind it", `{} {}`},
	{"an array", `[]`},
	{"a string", `"contract"`},
}

// oddJSON are bodies that parsers are known to fall over.
var oddJSON = []string{
	`{"height": 1e400}`, `{"tz_offset": 99999999999999999999}`, `{"tz_offset": 2147483648}`, `{"weight": -1e-400}`,
	`{"firstname": "a", "firstname": "b"}`, "{\"firstname\": \"\x00\"}", `{"firstname": "\u0000"}`,
	"{\"firstname\":\"\xff\xfe\"}", "\xef\xbb\xbf{}", `{"firstname":"\ud800"}`, strings.Repeat("[", 5000),
}

// inputCases send what must be refused, and look what the server makes of it.
var inputCases = []liveCase{
	{
		name: "input/body",
		why:  "bad input is everyday life; a server that falls over it is not fit for it",
		run:  tryInputBody,
	},
	{
		name: "input/no-id",
		why:  "a user under an id that nobody knows is lost",
		run:  tryInputNoID,
	},
	{
		name: "input/unknown-property",
		why:  "what nobody documented must not be stored",
		run:  tryInputUnknownProperty,
	},
	{
		name: "input/content-type",
		why:  "a form that is read as JSON is an attack",
		run:  tryInputContentType,
	},
	{
		name: "input/odd-paths",
		why:  "the path is input too",
		run:  tryInputOddPaths,
	},
	{
		name: "input/large", needs: []need{needsRisky},
		why: "one request must not take the server down",
		run: tryInputLarge,
	},
}

func tryInputBody(p *probe) {
	id := p.newID()
	p.create(map[string]any{"id": id, "firstname": "Kept"})
	p.get(id)
	for _, target := range []struct{ method, path string }{{"POST", "/users"}, {"PUT", userPath(id)}, {"PATCH", userPath(id)}} {
		for _, bad := range slices.Concat(badJSON, []bad{
			{"a body with something behind it", p.whole(target.method, id) + ` {}`},
			{"a body with a bracket too many", p.whole(target.method, id) + `}`},
		}) {
			c := p.send(request{method: target.method, path: target.path, body: []byte(bad.text),
				header: append(bearer(p.token()), Field{"Content-Type", "application/json"})})
			p.refuses(c, inputMalformed, bad.what, 400)
		}
		c := p.send(request{method: target.method, path: target.path, body: []byte{}, header: append(bearer(p.token()), Field{"Content-Type", "application/json"})})
		p.refuses(c, inputMalformed, "an empty body", 400, 415)
	}
	// What a server may refuse in its own way, but not fall over. None
	// of it can be stored: there is no id, or no such user.
	nobody := p.newID()
	p.remember(p.suite.target.Project.ID, nobody)
	for _, target := range []struct{ method, path string }{{"POST", "/users"}, {"PUT", userPath(nobody)}, {"PATCH", userPath(nobody)}} {
		for _, odd := range oddJSON {
			p.sendOdd(request{method: target.method, path: target.path, body: []byte(odd),
				header: append(bearer(p.token()), Field{"Content-Type", "application/json"})})
		}
	}
	p.send(request{method: "GET", path: userPath(id), header: bearer(p.token())})
}

func tryInputNoID(p *probe) {
	for _, body := range []map[string]any{
		{"firstname": "Nameless"}, {"id": nil}, {"id": ""}, {"id": 5}, {"id": map[string]any{}}, {},
	} {
		c := p.send(jsonRequest("POST", "/users", bearer(p.token()), body))
		if id, ok := c.object()["id"].(string); c.ok() && ok && id != "" {
			p.made(id)
		} else if n, ok := c.object()["id"].(fmt.Stringer); c.ok() && ok {
			p.made(n.String())
		}
		p.refuses(c, inputNoID, "a create without an id that is text", 400)
	}
}

func tryInputUnknownProperty(p *probe) {
	id := p.newID()
	c := p.tryCreate(p.token(), map[string]any{"id": id, "contract_unknown": "kept?", "is_admin": true, "project_id": "proj_contract_nowhere"})
	if c.ok() {
		p.get(id)
	}
	p.patch(id, map[string]any{"contract_unknown": "kept?"})
}

func tryInputContentType(p *probe) {
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded", "application/xml"} {
		id := p.newID()
		p.remember(p.suite.target.Project.ID, id)
		r := jsonRequest("POST", "/users", bearer(p.token()), map[string]any{"id": id})
		r.header = append(bearer(p.token()), Field{"Content-Type", contentType})
		p.refuses(p.send(r), inputContentType, "a body as "+contentType, 415, 400)
	}
}

func tryInputOddPaths(p *probe) {
	for _, path := range []string{"/users/%00", "/users/%FF%FE", "/users/%0d%0aX-Injected:1", "/users/" + strings.Repeat("x", 2000), "/users/%", "/users/%2e%2e%2fusers"} {
		c := p.send(request{method: "GET", path: path, header: bearer(p.token())})
		if c.x.Response != nil && c.x.Response.Header.Has("X-Injected") {
			p.finding(c, httpInjected, Finding{Message: "a line end in the path became a header"})
		}
	}
}

func tryInputLarge(p *probe) {
	id := p.newID()
	c := p.tryCreate(p.token(), map[string]any{"id": id, "firstname": strings.Repeat("x", 2<<20)})
	p.refuses(c, inputLarge, "a body of 2 MiB", 413, 400)
}

// whole is a valid body for a method, to be spoiled.
func (p *probe) whole(method, id string) string {
	switch method {
	case "POST":
		id = p.newID()
		p.remember(p.suite.target.Project.ID, id)
		return fmt.Sprintf(`{"id": %q}`, id)
	case "PUT":
		return fmt.Sprintf(`{"id": %q, "firstname": "Kept"}`, id)
	}
	return `{"firstname": "Kept"}`
}

// made takes a user into the clean-up that the server named itself. Its id has
// not our prefix, and so it is deleted here and now.
func (p *probe) made(id string) {
	p.send(request{method: "DELETE", path: userPath(id), header: bearer(p.token())})
}
