package contract

import (
	"bytes"
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

var bearerProbeRules = []*Rule{
	tokenGarbage, tokenTampered, tokenKind, tokenSchemeCase, tokenInQuery, tokenAPIKey, tokenOtherUser,
	authPathNormalization, authMethodOverride,
}

var tokenGarbage = &Rule{
	ID: "token/garbage", Kind: KindProbe, Level: Violation, Source: "rfc6750#3.1",
	Title:  "A token that the server did not give is refused.",
	Breaks: "200 for Bearer nonsense",
	Holds:  "401 invalid_token",
}

var tokenTampered = &Rule{
	ID: "token/tampered", Kind: KindProbe, Level: Violation, Source: "rfc8725#3.3",
	Title:  "A changed copy of a token is refused.",
	Breaks: "200 with one character of the signature changed; alg none",
	Holds:  "401 invalid_token",
}

var tokenKind = &Rule{
	ID: "token/kind", Kind: KindProbe, Level: Violation, Source: "rfc8725#3.11",
	Title:  "Only access tokens are access tokens.",
	Breaks: "200 for an identity token or a refresh token",
	Holds:  "401",
}

var tokenSchemeCase = &Rule{
	ID: "token/scheme-case", Kind: KindProbe, Level: Violation, Source: "rfc9110#11.1",
	Title:  "The name of the scheme has no case.",
	Breaks: "401 for bearer in lower case",
	Holds:  "200 for bearer in lower case",
}

var tokenInQuery = &Rule{
	ID: "token/in-query", Kind: KindProbe, Level: Assumption, Source: "rfc6750#2.3",
	Title:  "A token in the URL is not taken: URLs end up in logs.",
	Breaks: "200 for ?access_token=…",
	Holds:  "401",
}

var tokenAPIKey = &Rule{
	ID: "token/api-key", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "The retired X-API-Key opens nothing.",
	Breaks: "200 for X-API-Key with any value",
	Holds:  "401",
}

var tokenOtherUser = &Rule{
	ID: "token/other-user", Kind: KindProbe, Level: Drift, Source: "authentication",
	Title:  "A user's token is for that user.",
	Breaks: "GET of another user gives 200 for a user's token",
	Holds:  "404 or 403",
}

var authPathNormalization = &Rule{
	ID: "auth/path-normalization", Kind: KindProbe, Level: Violation, Source: "policy",
	Title:  "Another spelling of a path is not a way around authentication.",
	Breaks: "200 for //users without a token",
	Holds:  "404 or 401",
}

var authMethodOverride = &Rule{
	ID: "auth/method-override", Kind: KindProbe, Level: Violation, Source: "policy",
	Title:  "A header does not turn one method into another.",
	Breaks: "GET with X-HTTP-Method-Override: DELETE deletes",
	Holds:  "the header is ignored",
}

// protected is a protected operation with a user to try it on.
type protected struct {
	id   string // operationId
	make func(header Header) request
}

// protectedOperations are all of the spec that need a bearer token, on a user and
// on what is made in it.
func (p *probe) protectedOperations(victim string) []protected {
	users := p.suite.spec.users()
	victims := map[*spec.Resource]thing{users: {users, "/users", victim}}
	var all []protected
	for _, op := range p.suite.spec.ops {
		if op.bearer {
			all = append(all, protected{op.id, p.intrusion(op, victims)})
		}
	}
	// What deletes the victims comes last, and what deletes a user at the very end.
	rank := func(o protected) int {
		if op := p.suite.spec.operationByID(o.id); op.method == "DELETE" {
			return 100 - strings.Count(op.path, "/")
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b protected) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), strings.Compare(b.id, a.id))
	})
	return all
}

// intrusion makes requests of an operation that could do harm.
func (p *probe) intrusion(op *operation, victims map[*spec.Resource]thing) func(Header) request {
	r := op.api.Resource
	path := strings.ReplaceAll(op.path, "{user_id}", escapeSegment(victims[p.suite.spec.users()].id))
	var body func() map[string]any
	switch {
	case r == nil:
	case r == p.suite.spec.users():
		switch op.method {
		case "POST":
			body = func() map[string]any {
				id := p.newID()
				p.remember(p.suite.target.Project.ID, id)
				return map[string]any{"id": id}
			}
		case "PUT":
			body = func() map[string]any { return map[string]any{"id": victims[r].id, "firstname": "Intruder"} }
		case "PATCH":
			body = func() map[string]any { return map[string]any{"firstname": "Intruder"} }
		}
	default:
		if t, ok := p.victim(r, victims); ok {
			path = t.in
			if op.api.Role != spec.Create && op.api.Role != spec.List {
				path = t.path()
			}
			if op.api.Sent() != nil {
				body = func() map[string]any { return p.bodyOf(r, op.api.Role) }
			}
		}
	}
	path = pathParameter.ReplaceAllString(path, "contract-none")
	return func(header Header) request {
		if body == nil {
			return request{method: op.method, path: path, header: header}
		}
		return jsonRequest(op.method, path, header, body())
	}
}

var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// victim makes one of a resource in the victim that holds it, once.
func (p *probe) victim(r *spec.Resource, victims map[*spec.Resource]thing) (thing, bool) {
	if t, ok := victims[r]; ok {
		return t, t.id != ""
	}
	parent, ok := victims[r.Parent]
	if !ok || r.Create == nil || r.Delete == nil {
		return thing{}, false
	}
	t, c := p.make(r, p.inside(r, parent), p.bodyOf(r, spec.Create))
	victims[r] = t
	return t, c.ok() && t.id != ""
}

// matrix sends every protected operation with the credentials, which must all
// be refused, and then looks whether the victim is as it was.
func (p *probe) matrix(r *Rule, what string, header Header) {
	victim := p.newID()
	p.create(map[string]any{"id": victim, "firstname": "Victim"})
	p.matrixOn(victim, r, what, header)
}

func (p *probe) matrixOn(victim string, r *Rule, what string, header Header) {
	opened := false
	defer func() { p.untouched(victim, opened) }()
	for _, operation := range p.protectedOperations(victim) {
		c := p.send(operation.make(header))
		opened = opened || c.ok() && c.x.Request.Method != "GET"
		if c.ok() && r == nil {
			continue // auth/credentials-needed has said it
		}
		p.refuses(c, r, what, 401)
	}
}

// untouched looks whether a user is as it was, unless somebody got in: what
// became of the user then is no surprise.
func (p *probe) untouched(victim string, opened bool) {
	if opened {
		p.look(victim)
		return
	}
	p.get(victim)
}

// bearerCases try every protected operation with what must not open it.
var bearerCases = []liveCase{
	{
		name: "bearer/missing",
		why:  "an operation that forgot to ask for a token is open to everybody",
		run:  func(p *probe) { p.matrix(nil, "no token", nil) },
	},
	{
		name: "bearer/scheme",
		why:  "only Bearer is documented",
		run:  tryBearerScheme,
	},
	{
		name: "bearer/lower-case",
		why:  "the name of a scheme has no case, and some clients send it in lower case",
		run:  tryBearerLowerCase,
	},
	{
		name: "bearer/garbage",
		why:  "a token that was never given must open nothing, and must not crash the server",
		run:  tryBearerGarbage,
	},
	{
		name: "bearer/tampered",
		why:  "whoever can edit a token is whoever they like",
		run:  tryBearerTampered,
	},
	{
		name: "bearer/expired",
		why:  "a lost token must stop working",
		run:  tryBearerExpired,
	},
	{
		name: "bearer/kind", needs: []need{needsIDToken},
		why: "an identity token passes through many hands",
		run: tryBearerKind,
	},
	{
		name: "bearer/other-user", needs: []need{needsIDToken},
		why: "no page says that a user's token sees others, and nobody would want it to",
		run: tryBearerOtherUser,
	},
	{
		name: "bearer/elsewhere",
		why:  "tokens in URLs and retired keys are how accounts are lost",
		run:  tryBearerElsewhere,
	},
	{
		name: "bearer/tricks",
		why:  "a proxy and a server that read a path differently leave a gap",
		run:  tryBearerTricks,
	},
}

func tryBearerScheme(p *probe) {
	p.matrix(nil, "another scheme", Header{{"Authorization", "Token " + p.token()}})
	p.matrix(nil, "Basic credentials", p.suite.target.Project.basic())
	p.matrix(nil, "Bearer without a token", Header{{"Authorization", "Bearer"}})
	p.matrix(nil, "a token without a scheme", Header{{"Authorization", p.token()}})
}

func tryBearerLowerCase(p *probe) {
	c := p.send(request{method: "GET", path: "/users?limit=1", header: Header{{"Authorization", "bearer " + p.token()}}})
	if s := c.status(); s/100 == 4 && s != 429 {
		p.finding(c, tokenSchemeCase, Finding{Message: "bearer in lower case is refused"})
	}
}

func tryBearerGarbage(p *probe) {
	p.matrix(tokenGarbage, "a made-up token", bearer("contract-made-up"))
	victim := p.newID()
	p.create(map[string]any{"id": victim})
	get := func(value string) *call {
		return p.send(request{method: "GET", path: userPath(victim), header: Header{{"Authorization", value}}})
	}
	p.refuses(get("Bearer a.b.c"), tokenGarbage, "a token like a JWT", 401)
	p.refuses(get("Bearer "+strings.Repeat("x", 4000)), tokenGarbage, "a long token", 401, 400, 431)
	p.refuses(get("Bearer tök\u00e9n"), tokenGarbage, "a token that is not ASCII", 401, 400)
	p.refuses(get("Bearer x, Bearer y"), tokenGarbage, "two tokens", 401, 400)
}

func tryBearerTampered(p *probe) {
	victim := p.newID()
	p.create(map[string]any{"id": victim, "firstname": "Victim"})
	first, opened := true, false
	for what, token := range tampered(p.token()) {
		if first { // every operation once, and one of them with every change
			first = false
			p.matrix(tokenTampered, "a token with "+what, bearer(token))
			continue
		}
		c := p.send(request{method: "GET", path: userPath(victim), header: bearer(token)})
		p.refuses(c, tokenTampered, "a token with "+what, 401)
		if strings.HasPrefix(what, "alg") {
			c = p.send(jsonRequest("PATCH", userPath(victim), bearer(token), map[string]any{"firstname": "Intruder"}))
			p.refuses(c, tokenTampered, "a token with "+what, 401)
			opened = opened || c.ok()
		}
	}
	p.untouched(victim, opened)
}

func tryBearerExpired(p *probe) {
	victim := p.newID()
	p.create(map[string]any{"id": victim, "firstname": "Victim"})
	c := p.serverToken(&p.suite.target.Project, "")
	token, lifetime := accessToken(c)
	if token == "" {
		p.fail("%v", refused(c))
	}
	wait := lifetime + expiryLeeway + 200*time.Millisecond
	if wait > p.suite.options.MaxWait+expiryLeeway {
		p.skip("tokens live for %v, which is longer than --max-wait (%v)", lifetime.Round(time.Second), p.suite.options.MaxWait)
	}
	p.sleep(time.Until(c.x.end().Add(wait)))
	p.matrixOn(victim, nil, "an expired token", bearer(token)) // that it works is token/expired
}

func tryBearerKind(p *probe) {
	p.matrix(tokenKind, "an identity token", bearer(p.suite.target.IDToken.Reveal()))
	c := p.exchange()
	if refresh, _ := c.object()["refresh_token"].(string); c.ok() && refresh != "" {
		p.matrix(tokenKind, "a refresh token", bearer(refresh))
	}
}

func tryBearerOtherUser(p *probe) {
	victim := p.newID()
	p.create(map[string]any{"id": victim, "firstname": "Victim"})
	c := p.exchange()
	token, _ := accessToken(c)
	if token == "" {
		p.skip("the exchange gave no token")
	}
	if jwt, ok := readJWT(token); ok && jwt.text("principal_type") != "user" {
		p.skip("the token does not say that it is a user's")
	}
	reached := func(c *call) {
		if p.found(c) || c.ok() && c.x.Request.Method != "GET" {
			p.finding(c, tokenOtherUser, Finding{Message: "a user's token reaches another user"})
		}
	}
	reached(p.send(request{method: "GET", path: userPath(victim), header: bearer(token)}))
	reached(p.send(jsonRequest("PATCH", userPath(victim), bearer(token), map[string]any{"firstname": "Intruder"})))
	reached(p.send(request{method: "DELETE", path: userPath(victim), header: bearer(token)}))
	if list := p.send(request{method: "GET", path: "/users?limit=1000", header: bearer(token)}); len(list.users()) > 1 {
		p.finding(list, tokenOtherUser, Finding{Pointer: "/users", Message: "a user's token lists other users"})
	}
}

func tryBearerElsewhere(p *probe) {
	victim := p.newID()
	p.create(map[string]any{"id": victim})
	c := p.send(request{method: "GET", path: userPath(victim) + "?access_token=" + url.QueryEscape(p.token())})
	if c.ok() {
		// As a request without credentials it is said already; this is why.
		p.finding(c, tokenInQuery, Finding{Message: "a token in the URL is taken"})
	}
	for _, key := range []string{"contract-made-up", p.suite.target.Project.ClientSecret.Reveal()} {
		c = p.send(request{method: "GET", path: "/users?limit=1", header: Header{{"X-API-Key", key}}})
		p.refuses(c, tokenAPIKey, "X-API-Key", 401)
	}
}

func tryBearerTricks(p *probe) {
	victim := p.newID()
	p.create(map[string]any{"id": victim, "firstname": "Victim"})
	for _, path := range []string{"//users", "/users/", "/users/./", "/v1/../users", "/USERS", "/users%2F" + victim, "/users;x=1", "/users.json"} {
		c := p.send(request{method: "GET", path: path})
		if p.found(c) || c.ok() && bytes.Contains(c.x.Response.Body, []byte(victim)) {
			p.finding(c, authPathNormalization, Finding{Message: "another spelling of /users works without a token"})
		}
	}
	for _, name := range []string{"X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"} {
		if !p.look(victim).ok() {
			return
		}
		p.send(request{method: "GET", path: userPath(victim), header: append(bearer(p.token()), Field{name, "DELETE"})})
		if c := p.look(victim); c.status() == 404 {
			p.finding(c, authMethodOverride, Finding{Message: name + " turned GET into DELETE"})
			return
		}
	}
}

// expiryLeeway is how much longer a token may work: clocks differ, and the
// time that the answer took to come is not known.
const expiryLeeway = time.Second
