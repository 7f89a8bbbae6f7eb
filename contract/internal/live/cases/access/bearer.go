package access

import (
	"bytes"
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/internal/spec"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// BearerProbeRules are the rules for requests with a token, or none.
var BearerProbeRules = []*rule.Rule{
	tokenGarbage, tokenTampered, tokenKind, tokenSchemeCase, tokenInQuery, tokenAPIKey, tokenOtherUser,
	authPathNormalization, authMethodOverride,
}

var tokenGarbage = &rule.Rule{
	ID: ruleid.TokenGarbage, Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6750#3.1",
	Title:  "A token that the server did not issue MUST be refused (401).",
	Breaks: "200 for Bearer nonsense",
	Holds:  "401 invalid_token",
}

var tokenTampered = &rule.Rule{
	ID: ruleid.TokenTampered, Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc8725#3.3",
	Title:  "A JWT with a changed header, claim or signature MUST be refused.",
	Breaks: "200 with one character of the signature changed; alg none",
	Holds:  "401 invalid_token",
}

var tokenKind = &rule.Rule{
	ID: ruleid.TokenKind, Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc8725#3.11",
	Title:  "A refresh token or an identity token MUST NOT be accepted as an access token.",
	Breaks: "200 for an identity token or a refresh token",
	Holds:  "401",
}

var tokenSchemeCase = &rule.Rule{
	ID: "token/scheme-case", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc9110#11.1",
	Title:  "The scheme name Bearer MUST be case-insensitive.",
	Breaks: "401 for bearer in lower case",
	Holds:  "200 for bearer in lower case",
}

var tokenInQuery = &rule.Rule{
	ID: "token/in-query", Kind: rule.KindProbe, Level: rule.Assumption, Source: "rfc6750#2.3",
	Title:  "A token in the URI (access_token=) SHOULD NOT be accepted.",
	Breaks: "200 for ?access_token=…",
	Holds:  "401",
}

var tokenAPIKey = &rule.Rule{
	ID: ruleid.TokenAPIKey, Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "The retired X-API-Key MUST NOT authenticate.",
	Breaks: "200 for X-API-Key with any value",
	Holds:  "401",
}

var tokenOtherUser = &rule.Rule{
	ID: "token/other-user", Kind: rule.KindProbe, Level: rule.Drift, Source: "authentication",
	Title:  "A user's token does not read or change another user.",
	Breaks: "GET of another user gives 200 for a user's token",
	Holds:  "404 or 403",
}

var authPathNormalization = &rule.Rule{
	ID: ruleid.AuthPathNormalization, Kind: rule.KindProbe, Level: rule.Violation, Source: "policy",
	Title:  "Another spelling of a path (//, /./, %2e) MUST NOT be a way around authentication.",
	Breaks: "200 for //users without a token",
	Holds:  "404 or 401",
}

var authMethodOverride = &rule.Rule{
	ID: "auth/method-override", Kind: rule.KindProbe, Level: rule.Violation, Source: "policy",
	Title:  "X-HTTP-Method-Override MUST NOT turn one method into another.",
	Breaks: "GET with X-HTTP-Method-Override: DELETE deletes",
	Holds:  "the header is ignored",
}

// protected is a protected operation with a user to try it on.
type protected struct {
	id   string // operationId
	make func(header wire.Header) live.Request
}

// protectedOperations are all of the spec that need a bearer token, on a user and
// on what is made in it.
func protectedOperations(p *live.Probe, victim string) []protected {
	users := p.Suite.Spec.Users()
	victims := map[*spec.Resource]live.Thing{users: {Resource: users, In: "/users", ID: victim}}
	var all []protected
	for _, op := range p.Suite.Spec.Operations {
		if op.Bearer {
			all = append(all, protected{op.ID, intrusion(p, op, victims)})
		}
	}
	// What deletes the victims comes last, and what deletes a user at the very end.
	rank := func(o protected) int {
		if op := p.Suite.Spec.Operation(o.id); op.Method == "DELETE" {
			return 100 - strings.Count(op.Path, "/")
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b protected) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(b.id, a.id))
	})
	return all
}

// intrusion makes requests of an operation that could do harm.
func intrusion(p *live.Probe, op *pass.Operation, victims map[*spec.Resource]live.Thing) func(wire.Header) live.Request {
	r := op.API.Resource
	path := strings.ReplaceAll(op.Path, "{user_id}", read.EscapeSegment(victims[p.Suite.Spec.Users()].ID))
	var body func() map[string]any
	if t, ok := victim(p, r, victims); ok {
		if path = t.Path(); op.API.Role == spec.Create || op.API.Role == spec.List {
			path = t.In
		}
		if op.API.Sent() != nil {
			body = func() map[string]any {
				body := p.BodyOf(r, op.API.Role)
				switch {
				case op.API.Role == spec.Replace:
					return t.Keyed(body)
				case op.API.Role == spec.Create && r.ClientKeys:
					id := p.NewID()
					p.RememberIn(p.Suite.Target.Project.ID, t.In, id)
					body[r.Key] = id
				}
				return body
			}
		}
	}
	path = pathParameter.ReplaceAllString(path, "contract-none")
	return func(header wire.Header) live.Request {
		if body == nil {
			return live.Request{Method: op.Method, Path: path, Header: header}
		}
		return live.JSONRequest(op.Method, path, header, body())
	}
}

var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// victim makes one of a resource in the victim that holds it, once.
func victim(p *live.Probe, r *spec.Resource, victims map[*spec.Resource]live.Thing) (live.Thing, bool) {
	if t, ok := victims[r]; ok {
		return t, t.ID != ""
	}
	if r == nil || victims[r.Parent].ID == "" || r.Create == nil || r.Delete == nil {
		return live.Thing{}, false
	}
	t, c := p.Make(r, p.Inside(r, victims[r.Parent]), p.BodyOf(r, spec.Create))
	victims[r] = t
	return t, c.OK() && t.ID != ""
}

// newVictim makes a user who is to stay as it is.
func newVictim(p *live.Probe) (id string) {
	id = p.NewID()
	p.Create(map[string]any{"id": id, "firstname": "Victim"})
	return id
}

// matrix sends every protected operation with the credentials, which must all
// be refused, and then looks whether the victim is as it was.
func matrix(p *live.Probe, r *rule.Rule, what string, header wire.Header) {
	matrixOn(p, newVictim(p), r, what, header)
}

func matrixOn(p *live.Probe, victim string, r *rule.Rule, what string, header wire.Header) {
	opened := false
	defer func() { untouched(p, victim, opened) }()
	for _, operation := range protectedOperations(p, victim) {
		c := p.Send(operation.make(header))
		opened = opened || c.OK() && c.Exchange.Request.Method != "GET"
		if c.OK() && r == nil {
			continue // auth/credentials-needed has said it
		}
		p.Refuses(c, r, what, 401)
	}
}

// untouched looks whether a user is as it was, unless somebody got in: what
// became of the user then is no surprise.
func untouched(p *live.Probe, victim string, opened bool) {
	if opened {
		p.Look(victim)
		return
	}
	p.Get(victim)
}

// BearerCases try every protected operation with what must not open it.
var BearerCases = []live.Case{
	{
		Name: "bearer/missing",
		Why:  "an operation that forgot to ask for a token is open to everybody",
		Run:  func(p *live.Probe) { matrix(p, nil, "no token", nil) },
	},
	{
		Name: "bearer/scheme",
		Why:  "only Bearer is documented",
		Run:  tryBearerScheme,
	},
	{
		Name:  "bearer/lower-case",
		Why:   "the name of a scheme has no case, and some clients send it in lower case",
		Rules: []*rule.Rule{tokenSchemeCase},
		Run:   tryBearerLowerCase,
	},
	{
		Name:  "bearer/garbage",
		Why:   "a token that was never given must open nothing, and must not crash the server",
		Rules: []*rule.Rule{tokenGarbage},
		Run:   tryBearerGarbage,
	},
	{
		Name:  "bearer/tampered",
		Why:   "whoever can edit a token is whoever they like",
		Rules: []*rule.Rule{tokenTampered},
		Run:   tryBearerTampered,
	},
	{
		Name: "bearer/expired",
		Why:  "a lost token must stop working",
		Run:  tryBearerExpired,
	},
	{
		Name: "bearer/kind", Needs: []live.Need{live.NeedsIDToken},
		Why:   "an identity token passes through many hands",
		Rules: []*rule.Rule{tokenKind},
		Run:   tryBearerKind,
	},
	{
		Name: "bearer/other-user", Needs: []live.Need{live.NeedsIDToken},
		Why:   "no page says that a user's token sees others, and nobody would want it to",
		Rules: []*rule.Rule{tokenOtherUser},
		Run:   tryBearerOtherUser,
	},
	{
		Name:  "bearer/elsewhere",
		Why:   "tokens in URLs and retired keys are how accounts are lost",
		Rules: []*rule.Rule{tokenAPIKey, tokenInQuery},
		Run:   tryBearerElsewhere,
	},
	{
		Name:  "bearer/tricks",
		Why:   "a proxy and a server that read a path differently leave a gap",
		Rules: []*rule.Rule{authMethodOverride, authPathNormalization},
		Run:   tryBearerTricks,
	},
}

func tryBearerScheme(p *live.Probe) {
	matrix(p, nil, "another scheme", wire.Header{{Name: "Authorization", Value: "Token " + p.Token()}})
	matrix(p, nil, "Basic credentials", live.BasicOf(&p.Suite.Target.Project))
	matrix(p, nil, "Bearer without a token", wire.Header{{Name: "Authorization", Value: "Bearer"}})
	matrix(p, nil, "a token without a scheme", wire.Header{{Name: "Authorization", Value: p.Token()}})
}

func tryBearerLowerCase(p *live.Probe) {
	c := p.Send(live.Request{Method: "GET", Path: "/users?limit=1", Header: wire.Header{{Name: "Authorization", Value: "bearer " + p.Token()}}})
	if s := c.Status(); s/100 == 4 && s != 429 {
		p.Report(c, tokenSchemeCase, rule.Finding{Message: "bearer in lower case is refused"})
	}
}

func tryBearerGarbage(p *live.Probe) {
	matrix(p, tokenGarbage, "a made-up token", live.Bearer("contract-made-up"))
	victim := newVictim(p)
	get := func(value string) *pass.Call {
		return p.Send(live.Request{Method: "GET", Path: live.UserPath(victim), Header: wire.Header{{Name: "Authorization", Value: value}}})
	}
	p.Refuses(get("Bearer a.b.c"), tokenGarbage, "a token like a JWT", 401)
	p.Refuses(get("Bearer "+strings.Repeat("x", 4000)), tokenGarbage, "a long token", 401, 400, 431)
	p.Refuses(get("Bearer tök\u00e9n"), tokenGarbage, "a token that is not ASCII", 401, 400)
	p.Refuses(get("Bearer x, Bearer y"), tokenGarbage, "two tokens", 401, 400)
}

func tryBearerTampered(p *live.Probe) {
	victim := newVictim(p)
	first, opened := true, false
	for what, token := range live.Tampered(p.Token()) {
		if first { // every operation once, and one of them with every change
			first = false
			matrix(p, tokenTampered, "a token with "+what, live.Bearer(token))
			continue
		}
		c := p.Send(live.Request{Method: "GET", Path: live.UserPath(victim), Header: live.Bearer(token)})
		p.Refuses(c, tokenTampered, "a token with "+what, 401)
		if strings.HasPrefix(what, "alg") && p.Suite.Spec.Users().Patch != nil {
			c = p.Send(live.JSONRequest("PATCH", live.UserPath(victim), live.Bearer(token), map[string]any{"firstname": "Intruder"}))
			p.Refuses(c, tokenTampered, "a token with "+what, 401)
			opened = opened || c.OK()
		}
	}
	untouched(p, victim, opened)
}

func tryBearerExpired(p *live.Probe) {
	victim := newVictim(p)
	c := p.ServerToken(&p.Suite.Target.Project, "")
	token, lifetime := pass.AccessToken(c)
	if token == "" {
		p.Fail("%v", live.WhyRefused(c))
	}
	wait := lifetime + pass.ExpiryLeeway + 200*time.Millisecond
	if wait > p.Suite.Options.MaxWait+pass.ExpiryLeeway {
		p.Skip("tokens live for %v, which is longer than --max-wait (%v)", lifetime.Round(time.Second), p.Suite.Options.MaxWait)
	}
	p.Sleep(time.Until(c.Exchange.End().Add(wait)))
	matrixOn(p, victim, nil, "an expired token", live.Bearer(token)) // that it works is token/expired
}

func tryBearerKind(p *live.Probe) {
	matrix(p, tokenKind, "an identity token", live.Bearer(p.Suite.Target.IDToken.Reveal()))
	c := exchange(p)
	if refresh, _ := c.Object()["refresh_token"].(string); c.OK() && refresh != "" {
		matrix(p, tokenKind, "a refresh token", live.Bearer(refresh))
	}
}

func tryBearerOtherUser(p *live.Probe) {
	victim := newVictim(p)
	c := exchange(p)
	token, _ := pass.AccessToken(c)
	if token == "" {
		p.Skip("the exchange gave no token")
	}
	if jwt, ok := read.JWT(token); ok && jwt.Text("principal_type") != "user" {
		p.Skip("the token does not say that it is a user's")
	}
	reached := func(c *pass.Call) {
		if p.Found(c) || c.OK() && c.Exchange.Request.Method != "GET" {
			p.Report(c, tokenOtherUser, rule.Finding{Message: "a user's token reaches another user"})
		}
	}
	reached(p.Send(live.Request{Method: "GET", Path: live.UserPath(victim), Header: live.Bearer(token)}))
	if p.Suite.Spec.Users().Patch != nil {
		reached(p.Send(live.JSONRequest("PATCH", live.UserPath(victim), live.Bearer(token), map[string]any{"firstname": "Intruder"})))
	}
	reached(p.Send(live.Request{Method: "DELETE", Path: live.UserPath(victim), Header: live.Bearer(token)}))
	if list := p.Send(live.Request{Method: "GET", Path: "/users?limit=1000", Header: live.Bearer(token)}); len(list.Users()) > 1 {
		p.Report(list, tokenOtherUser, rule.Finding{Pointer: "/users", Message: "a user's token lists other users"})
	}
}

func tryBearerElsewhere(p *live.Probe) {
	victim := newVictim(p)
	c := p.Send(live.Request{Method: "GET", Path: live.UserPath(victim) + "?access_token=" + url.QueryEscape(p.Token())})
	if c.OK() {
		// As a request without credentials it is said already; this is why.
		p.Report(c, tokenInQuery, rule.Finding{Message: "a token in the URL is taken"})
	}
	for _, key := range []string{"contract-made-up", p.Suite.Target.Project.ClientSecret.Reveal()} {
		c = p.Send(live.Request{Method: "GET", Path: "/users?limit=1", Header: wire.Header{{Name: "X-API-Key", Value: key}}})
		p.Refuses(c, tokenAPIKey, "X-API-Key", 401)
	}
}

func tryBearerTricks(p *live.Probe) {
	victim := newVictim(p)
	for _, path := range []string{"//users", "/users/", "/users/./", "/v1/../users", "/USERS", "/users%2F" + victim, "/users;x=1", "/users.json"} {
		c := p.Send(live.Request{Method: "GET", Path: path})
		if p.Found(c) || c.OK() && bytes.Contains(c.Exchange.Response.Body, []byte(victim)) {
			p.Report(c, authPathNormalization, rule.Finding{Message: "another spelling of /users works without a token"})
		}
	}
	for _, name := range []string{"X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"} {
		if !p.Look(victim).OK() {
			return
		}
		p.Send(live.Request{Method: "GET", Path: live.UserPath(victim), Header: append(live.Bearer(p.Token()), wire.Field{Name: name, Value: "DELETE"})})
		if c := p.Look(victim); c.Status() == 404 {
			p.Report(c, authMethodOverride, rule.Finding{Message: name + " turned GET into DELETE"})
			return
		}
	}
}
