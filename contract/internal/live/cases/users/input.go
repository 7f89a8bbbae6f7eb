package users

import (
	"fmt"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// InputRules are the rules for bodies that must be refused.
var InputRules = []*rule.Rule{
	inputNoID, InputMalformed, InputInvalid, InputContentType, InputLarge,
}

var inputNoID = &rule.Rule{
	ID: "input/no-id", Kind: rule.KindProbe, Level: rule.Violation, Source: "users/create-a-new-user",
	Title:  "A create without id MUST be refused.",
	Breaks: "201 with an id that the server made up",
	Holds:  "400 or 422",
}

var InputMalformed = &rule.Rule{
	ID: "input/malformed", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc8259#2",
	Title:  "A body that is not JSON MUST be refused (400).",
	Breaks: "201 for {",
	Holds:  "400",
}

var InputInvalid = &rule.Rule{
	ID: ruleid.InputInvalid, Kind: rule.KindProbe, Level: rule.Assumption, Source: "users/create-a-new-user",
	Title:  "A value of a wrong type, or outside of its enum or bounds, SHOULD be refused (400).",
	Breaks: "201 for gender unknown",
	Holds:  "400 or 422",
}

var InputContentType = &rule.Rule{
	ID: "input/content-type", Kind: rule.KindProbe, Level: rule.Assumption, Source: "openapi.yaml",
	Title:  "A body that is not application/json SHOULD be refused (415 Unsupported Media Type).",
	Breaks: "201 for text/plain",
	Holds:  "415 or 400",
}

var InputLarge = &rule.Rule{
	ID: "input/large", Kind: rule.KindProbe, Level: rule.Assumption, Source: "rfc9110#15.5.14",
	Title:  "A body beyond any use SHOULD be refused (413 Content Too Large).",
	Breaks: "500, or no answer, for 2 MiB",
	Holds:  "413 or 400",
}

// oddJSON are bodies that parsers are known to fall over.
var oddJSON = []string{
	`{"height": 1e400}`, `{"tz_offset": 99999999999999999999}`, `{"tz_offset": 2147483648}`, `{"weight": -1e-400}`,
	`{"firstname": "a", "firstname": "b"}`, "{\"firstname\": \"\x00\"}", `{"firstname": "\u0000"}`,
	"{\"firstname\":\"\xff\xfe\"}", "\xef\xbb\xbf{}", `{"firstname":"\ud800"}`, strings.Repeat("[", 5000),
}

// InputCases send what must be refused, and look what the server makes of it.
var InputCases = []live.Case{
	{
		Name: "input/odd-json",
		Why:  "a parser that falls over what it is sent takes the server with it",
		Run:  tryInputOddJSON,
	},
	{
		Name:  "input/no-id",
		Why:   "a user under an id that nobody knows is lost",
		Rules: []*rule.Rule{inputNoID},
		Run:   tryInputNoID,
	},
	{
		Name: "input/unknown-property",
		Why:  "what nobody documented must not be stored",
		Run:  tryInputUnknownProperty,
	},
	{
		Name:  "input/odd-paths",
		Why:   "the path is input too",
		Rules: []*rule.Rule{httpInjected},
		Run:   tryInputOddPaths,
	},
}

// tryInputOddJSON sends what a server may refuse in its own way, but not fall over.
// None of it can be stored: there is no id, or no such user.
func tryInputOddJSON(p *live.Probe) {
	nobody := p.NewID()
	p.Remember(p.Suite.Target.Project.ID, nobody)
	for _, target := range []struct{ method, path string }{{"POST", "/users"}, {"PUT", live.UserPath(nobody)}, {"PATCH", live.UserPath(nobody)}} {
		for _, odd := range oddJSON {
			p.SendOdd(live.Request{Method: target.method, Path: target.path, Body: []byte(odd),
				Header: append(live.Bearer(p.Token()), wire.Field{Name: "Content-Type", Value: "application/json"})})
		}
	}
}

func tryInputNoID(p *live.Probe) {
	for _, body := range []map[string]any{
		{"firstname": "Nameless"}, {"id": nil}, {"id": ""}, {"id": 5}, {"id": map[string]any{}}, {},
	} {
		c := p.Send(live.JSONRequest("POST", "/users", live.Bearer(p.Token()), body))
		if id, ok := c.Object()["id"].(string); c.OK() && ok && id != "" {
			made(p, id)
		} else if n, ok := c.Object()["id"].(fmt.Stringer); c.OK() && ok {
			made(p, n.String())
		}
		p.Refuses(c, inputNoID, "a create without an id that is text", 400)
	}
}

func tryInputUnknownProperty(p *live.Probe) {
	id := p.NewID()
	c := p.TryCreate(p.Token(), map[string]any{"id": id, "contract_unknown": "kept?", "is_admin": true, "project_id": "proj_contract_nowhere"})
	if c.OK() {
		p.Get(id)
	}
	p.Patch(id, map[string]any{"contract_unknown": "kept?"})
}

func tryInputOddPaths(p *live.Probe) {
	for _, path := range []string{"/users/%00", "/users/%FF%FE", "/users/%0d%0aX-Injected:1", "/users/" + strings.Repeat("x", 2000), "/users/%", "/users/%2e%2e%2fusers"} {
		c := p.Send(live.Request{Method: "GET", Path: path, Header: live.Bearer(p.Token())})
		if c.Exchange.Response != nil && c.Exchange.Response.Header.Has("X-Injected") {
			p.Report(c, httpInjected, rule.Finding{Message: "a line end in the path became a header"})
		}
	}
}

// made takes a user into the clean-up that the server named itself. Its id has
// not our prefix, and so it is deleted here and now.
func made(p *live.Probe, id string) {
	p.Send(live.Request{Method: "DELETE", Path: live.UserPath(id), Header: live.Bearer(p.Token())})
}
