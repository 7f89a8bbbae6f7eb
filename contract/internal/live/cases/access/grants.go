package access

import (
	"net/url"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/rules/oauth"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// GrantRules are the rules for requests of a token.
var GrantRules = []*rule.Rule{
	grantTokenUsable, grantUnknownType, grantMissingParameter, grantErrorCode, grantBadRefreshToken,
	grantBadIdentityToken, grantRefreshSame, grantUnknownClient, scopeUnknown, grantRepeatedParameter,
	grantTolerance, grantContentType, grantMethod, grantAudience, grantBody,
}

var grantTokenUsable = &rule.Rule{
	ID: "grant/token-usable", Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "A token that was just issued MUST work.",
	Breaks: "401 for a fresh token",
	Holds:  "200, or 403 where its scope is too small",
}

var grantUnknownType = &rule.Rule{
	ID: "grant/unknown-type", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#5.2",
	Title:  "An unknown grant_type MUST be refused (unsupported_grant_type).",
	Breaks: "a token for grant_type=password",
	Holds:  "400 unsupported_grant_type",
}

var grantMissingParameter = &rule.Rule{
	ID: "grant/missing-parameter", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#5.2",
	Title:  "A grant without a required parameter MUST be refused (invalid_request).",
	Breaks: "a token for refresh_token without a refresh token",
	Holds:  "400 invalid_request",
}

var grantErrorCode = &rule.Rule{
	ID: "grant/error-code", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#5.2",
	Title:  "A refused grant MUST have the error code that RFC 6749 has for it (invalid_request, invalid_grant …).",
	Breaks: "invalid_request for a grant type that is not there",
	Holds:  "unsupported_grant_type",
}

var grantBadRefreshToken = &rule.Rule{
	ID: "grant/bad-refresh-token", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#6",
	Title:  "A refresh token that is unknown, or was used, MUST be refused (invalid_grant).",
	Breaks: "a token for a made-up refresh token",
	Holds:  "400 invalid_grant",
}

var grantBadIdentityToken = &rule.Rule{
	ID: "grant/bad-identity-token", Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "A token exchange MUST refuse an invalid identity token.",
	Breaks: "a token for any text",
	Holds:  "400 or 401",
}

var grantRefreshSame = &rule.Rule{
	ID: "grant/refresh-same", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#6",
	Title:  "A refreshed token MUST be for the same user and project, with no more scope.",
	Breaks: "another sub, or a scope more, after a refresh",
	Holds:  "the same claims but times and jti",
}

var grantUnknownClient = &rule.Rule{
	ID: "grant/unknown-client", Kind: rule.KindProbe, Level: rule.Assumption, Source: "authentication",
	Title:  "An unknown client_id of a public client SHOULD be refused.",
	Breaks: "a token for client_id nobody",
	Holds:  "400 or 401",
}

var scopeUnknown = &rule.Rule{
	ID: "scope/unknown", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#3.3",
	Title:  "An unknown scope MUST be refused (invalid_scope), or be left out of the scope in the answer.",
	Breaks: "a token with a scope that does not exist",
	Holds:  "400 invalid_scope, or less scope and a scope member",
}

var grantRepeatedParameter = &rule.Rule{
	ID: "grant/repeated-parameter", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#3.2",
	Title:  "Request parameters MUST NOT be included more than once.",
	Breaks: "a token for grant_type twice",
	Holds:  "400 invalid_request",
}

var grantTolerance = &rule.Rule{
	ID: "grant/tolerance", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#3.2",
	Title:  "The server MUST ignore unknown request parameters, and take empty ones as omitted.",
	Breaks: "400 for an unknown parameter",
	Holds:  "200",
}

var grantContentType = &rule.Rule{
	ID: "grant/content-type", Kind: rule.KindProbe, Level: rule.Assumption, Source: "authentication",
	Title:  "The canonical endpoint SHOULD take form-urlencoded requests only, the project endpoints JSON only.",
	Breaks: "a token for JSON at /oauth/token",
	Holds:  "415 or 400",
}

var grantMethod = &rule.Rule{
	ID: "grant/method", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#3.2",
	Title:  "The token endpoint MUST give tokens for POST only.",
	Breaks: "a token for GET",
	Holds:  "405 or 404",
}

var grantAudience = &rule.Rule{
	ID: "grant/audience", Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "The audience MUST be a project that the client belongs to.",
	Breaks: "a token for the audience of a project that is not there",
	Holds:  "400, 401 or 403",
}

var grantBody = &rule.Rule{
	ID: "grant/body", Kind: rule.KindProbe, Level: rule.Assumption, Source: "openapi.yaml",
	Title:  "A token request with a body that cannot be parsed SHOULD be refused (400).",
	Breaks: "500 for {",
	Holds:  "400",
}

// GrantCases try what the token endpoints must refuse.
var GrantCases = []live.Case{
	{
		Name:  "grant/oauth-token",
		Why:   "OAuth libraries rely on what the RFC says, word by word",
		Rules: []*rule.Rule{grantAudience, grantBadIdentityToken, grantBadRefreshToken, grantBody, grantContentType, grantErrorCode, grantMethod, grantMissingParameter, grantRepeatedParameter, grantTolerance, grantUnknownType, scopeUnknown},
		Run:   tryGrantOAuthToken,
	},
	{
		Name:  "grant/server",
		Why:   "what cannot be read must be refused in words, not in a crash",
		Rules: []*rule.Rule{clientUnknownProject, grantBody, grantContentType, grantMethod, scopeUnknown},
		Run:   tryGrantServer,
	},
	{
		Name:  "grant/sdk",
		Why:   "anybody on the internet can call this endpoint",
		Rules: []*rule.Rule{grantBadIdentityToken, grantBadRefreshToken, grantBody, grantMethod, grantMissingParameter, grantUnknownType},
		Run:   tryGrantSDK,
	},
	{
		Name: "grant/sdk-tampered", Needs: []live.Need{live.NeedsIDToken},
		Why:   "a user must not become another by editing a token",
		Rules: []*rule.Rule{grantBadIdentityToken, grantBadRefreshToken, grantUnknownClient, grantUnknownType},
		Run:   tryGrantSDKTampered,
	},
	{
		Name: "grant/sdk-other-project", Needs: []live.Need{live.NeedsIDToken, live.NeedsOther},
		Why:   "a user's tokens are for one project",
		Rules: []*rule.Rule{grantBadRefreshToken},
		Run:   tryGrantSDKOtherProject,
	},
}

func tryGrantOAuthToken(p *live.Probe) {
	project := &p.Suite.Target.Project
	basic := live.BasicOf(project)
	ask := func(form url.Values) *pass.Call { return p.Send(live.FormRequest("/oauth/token", basic, form)) }
	good := func() url.Values {
		return url.Values{"grant_type": {"client_credentials"}, "audience": {audience(project.ID)}}
	}

	c := ask(url.Values{"grant_type": {"urn:contract:unknown"}, "audience": {audience(project.ID)}})
	refusesAs(p, c, grantUnknownType, "an unknown grant type", "unsupported_grant_type")
	c = ask(url.Values{"audience": {audience(project.ID)}})
	refusesAs(p, c, grantMissingParameter, "no grant type", "invalid_request", "unsupported_grant_type")
	c = ask(url.Values{"grant_type": {"refresh_token"}, "client_id": {p.Suite.Target.SDKClientID}})
	refusesAs(p, c, grantMissingParameter, "no refresh token", "invalid_request", "invalid_grant", "unauthorized_client", "invalid_client")
	c = p.Send(live.FormRequest("/oauth/token", nil, url.Values{"grant_type": {"refresh_token"}, "client_id": {p.Suite.Target.SDKClientID}, "refresh_token": {"contract-made-up"}}))
	refusesAs(p, c, grantBadRefreshToken, "a made-up refresh token", "invalid_grant", "invalid_client", "invalid_request", "unauthorized_client")
	c = p.Send(live.FormRequest("/oauth/token", nil, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "client_id": {p.Suite.Target.SDKClientID},
		"subject_token": {"contract-made-up"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"}, "audience": {audience(project.ID)},
	}))
	refusesAs(p, c, grantBadIdentityToken, "a made-up identity token", "invalid_request", "invalid_grant", "invalid_token", "invalid_client", "unauthorized_client", "invalid_target")

	form := good()
	form.Set("scope", "contract:nonsense")
	scopeRefused(p, ask(form))
	form = good()
	form.Set("audience", audience("proj_contract_nowhere"))
	p.Refuses(ask(form), grantAudience, "an unknown project as the audience", 400, 401, 403, 404)

	repeated := live.FormRequest("/oauth/token", basic, good())
	repeated.Body = append(repeated.Body, "&grant_type=client_credentials"...)
	p.Refuses(p.Send(repeated), grantRepeatedParameter, "grant_type twice", 400)

	form = good()
	form.Set("contract_unknown", "1")
	tolerates(p, ask(form), "an unknown parameter")
	form = good()
	form.Set("scope", "")
	tolerates(p, ask(form), "an empty parameter")

	c = p.Send(live.JSONRequest("POST", "/oauth/token", basic, map[string]any{"grant_type": "client_credentials", "audience": audience(project.ID)}))
	p.Refuses(c, grantContentType, "JSON in place of a form", 415, 400)
	query := good().Encode()
	p.Refuses(p.Send(live.Request{Method: "GET", Path: "/oauth/token?" + query, Header: basic}), grantMethod, "GET", 405, 404, 400, 401, 403)
	p.Refuses(p.Send(live.FormRequest("/oauth/token", basic, nil)), grantBody, "an empty body", 400, 401, 415)
}

func tryGrantServer(p *live.Probe) {
	project := &p.Suite.Target.Project
	path, basic := pass.ServerPath(project.ID), live.BasicOf(project)
	badBodies(p, path, basic)
	c := p.Send(live.JSONRequest("POST", path, basic, map[string]any{"scope": 5}))
	p.Refuses(c, grantBody, "a scope that is a number", 400)
	scopeRefused(p, p.ServerToken(project, "contract:nonsense"))
	form := live.FormRequest(path, basic, url.Values{"scope": {"users:read"}})
	p.Refuses(p.Send(form), grantContentType, "a form in place of JSON", 415, 400)
	p.Refuses(p.Send(live.Request{Method: "GET", Path: path, Header: basic}), grantMethod, "GET", 405, 404, 400, 401, 403)
	c = p.Send(live.JSONRequest("POST", pass.ServerPath("proj_contract_nowhere"), basic, map[string]any{}))
	p.Refuses(c, clientUnknownProject, "an unknown project", 401, 403, 404, 400)
}

func tryGrantSDK(p *live.Probe) {
	project := &p.Suite.Target.Project
	path, client := pass.SDKPath(project.ID), p.Suite.Target.SDKClientID
	ask := func(body map[string]any) *pass.Call { return p.Send(live.JSONRequest("POST", path, nil, body)) }
	badBodies(p, path, nil)
	for what, token := range live.MadeUpTokens(p) {
		c := ask(map[string]any{"grant": "exchange", "token": token, "client_id": client})
		p.Refuses(c, grantBadIdentityToken, what, 400, 401, 403)
	}
	c := ask(map[string]any{"grant": "refresh", "token": "contract-made-up", "client_id": client})
	p.Refuses(c, grantBadRefreshToken, "a made-up refresh token", 400, 401, 403)
	c = ask(map[string]any{"grant": "refresh", "token": p.Token(), "client_id": client})
	p.Refuses(c, grantBadRefreshToken, "an access token as a refresh token", 400, 401, 403)
	c = ask(map[string]any{"grant": "contract", "token": "contract-made-up", "client_id": client})
	p.Refuses(c, grantUnknownType, "an unknown grant", 400, 401)
	c = ask(map[string]any{"token": "contract-made-up", "client_id": client})
	p.Refuses(c, grantMissingParameter, "no grant", 400, 401)
	c = ask(map[string]any{"grant": "exchange", "client_id": client})
	p.Refuses(c, grantMissingParameter, "no token", 400, 401)
	if c.Op == nil {
		return // the spec has no such endpoint
	}
	for _, bad := range sample.Wrong(c.Op.API.Sent()) {
		if body, isObject := bad.Value.(map[string]any); isObject && bad.Why != "required" && bad.Why != "type" {
			p.Refuses(ask(body), grantBody, "a wrong value", 400, 401)
		} else if !isObject {
			p.Refuses(p.Send(live.JSONRequest("POST", path, nil, bad.Value)), grantBody, "a body that is no object", 400, 401)
		}
	}
	c = ask(map[string]any{"grant": "exchange", "token": "contract-made-up"})
	p.Refuses(c, grantMissingParameter, "no client_id", 400, 401)
	p.Refuses(p.Send(live.Request{Method: "GET", Path: path}), grantMethod, "GET", 405, 404, 400, 401, 403)
}

func tryGrantSDKTampered(p *live.Probe) {
	path, client := pass.SDKPath(p.Suite.Target.Project.ID), p.Suite.Target.SDKClientID
	for what, token := range live.Tampered(p.Suite.Target.IDToken.Reveal()) {
		c := p.Send(live.JSONRequest("POST", path, nil, map[string]any{"grant": "exchange", "token": token, "client_id": client}))
		p.Refuses(c, grantBadIdentityToken, "an identity token with "+what, 400, 401, 403)
	}
	c := p.Send(live.JSONRequest("POST", path, nil, map[string]any{
		"grant": "exchange", "token": p.Suite.Target.IDToken.Reveal(), "client_id": "contract-nobody",
	}))
	p.Refuses(c, grantUnknownClient, "an unknown public client", 400, 401, 403)
	c = p.Send(live.JSONRequest("POST", path, nil, map[string]any{
		"grant": "exchange", "token": p.Suite.Target.IDToken.Reveal(), "client_id": p.Suite.Target.Project.ClientID,
	}))
	p.Refuses(c, grantUnknownClient, "the confidential client without its secret", 400, 401, 403)
	c = p.Send(live.JSONRequest("POST", path, nil, map[string]any{
		"grant": "contract", "token": p.Suite.Target.IDToken.Reveal(), "client_id": client,
	}))
	p.Refuses(c, grantUnknownType, "an unknown grant with a good token", 400, 401)
	c = p.Send(live.JSONRequest("POST", path, nil, map[string]any{
		"grant": "refresh", "token": p.Suite.Target.IDToken.Reveal(), "client_id": client,
	}))
	p.Refuses(c, grantBadRefreshToken, "an identity token as a refresh token", 400, 401, 403)
	c = exchange(p)
	if refresh, _ := c.Object()["refresh_token"].(string); c.OK() && refresh != "" {
		for _, other := range []string{"contract-nobody", p.Suite.Target.Project.ClientID} {
			c = p.Send(live.JSONRequest("POST", path, nil, map[string]any{"grant": "refresh", "token": refresh, "client_id": other}))
			p.Refuses(c, grantBadRefreshToken, "a refresh token of another client", 400, 401, 403)
		}
	}
}

func tryGrantSDKOtherProject(p *live.Probe) {
	c := exchange(p)
	refresh, _ := c.Object()["refresh_token"].(string)
	if !c.OK() || refresh == "" {
		p.Skip("the exchange gave no refresh token")
	}
	c = p.Send(live.JSONRequest("POST", pass.SDKPath(p.Suite.Target.Other.ID), nil, map[string]any{
		"grant": "refresh", "token": refresh, "client_id": p.Suite.Target.SDKClientID,
	}))
	p.Refuses(c, grantBadRefreshToken, "a refresh token of another project", 400, 401, 403, 404)
}

// refusesAs is refuses for the canonical endpoint, with the codes that RFC 6749
// has for the fault.
func refusesAs(p *live.Probe, c *pass.Call, r *rule.Rule, what string, codes ...string) {
	if !p.Refuses(c, r, what, 400, 401) || c.Status()/100 != 4 || c.Status() == 429 {
		return
	}
	code, _ := c.Object()["error"].(string)
	for _, known := range codes {
		if code == known {
			return
		}
	}
	if asked := c.Grant(); code == "unsupported_grant_type" && asked != "" {
		// Right in itself (RFC 6749, 5.2); one cause, however often it is met.
		p.Report(c, grantErrorCode, rule.Finding{Level: rule.Assumption, Source: "authentication", Pointer: "/error",
			Message: "the grant " + string(asked) + " is documented and not offered"})
		return
	}
	if oauth.KnownCode(c, code) { // others: oauth/error-code
		p.Report(c, grantErrorCode, rule.Finding{Pointer: "/error", Message: what + ": the code is " + code + "; expected " + codes[0]})
	}
}

// scopeRefused reports a scope that was granted although it does not exist.
func scopeRefused(p *live.Probe, c *pass.Call) {
	if !c.OK() {
		p.Refuses(c, scopeUnknown, "an unknown scope", 400, 401, 403)
		return
	}
	said, says := c.Object()["scope"].(string)
	access, _ := c.Object()["access_token"].(string)
	jwt, isJWT := read.JWT(access)
	granted, known := jwt.Scopes()
	switch {
	case isJWT && known && slices.Contains(granted, "contract:nonsense"), slices.Contains(strings.Fields(said), "contract:nonsense"):
		p.Report(c, scopeUnknown, rule.Finding{Message: "a scope that does not exist is granted"})
	case !says && !(isJWT && known): // else scope/granted has said it
		p.Report(c, scopeUnknown, rule.Finding{Message: "an unknown scope is granted, or left out without a word"})
	}
}

// tolerates reports what the RFC says to ignore and the server does not.
func tolerates(p *live.Probe, c *pass.Call, what string) {
	if s := c.Status(); s/100 == 4 && s != 429 {
		p.Report(c, grantTolerance, rule.Finding{Message: what + " is refused"})
	}
}

// badBodies sends a token endpoint what is no JSON object.
func badBodies(p *live.Probe, path string, header wire.Header) {
	for _, bad := range live.BadJSON {
		r := live.Request{Method: "POST", Path: path, Body: []byte(bad.Text), Header: append(wire.Header{{Name: "Content-Type", Value: "application/json"}}, header...)}
		p.Refuses(p.Send(r), grantBody, bad.What, 400, 401, 415)
	}
}
