package contract

import (
	"net/url"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/sample"
)

var grantRules = []*Rule{
	grantTokenUsable, grantUnknownType, grantMissingParameter, grantErrorCode, grantBadRefreshToken,
	grantBadIdentityToken, grantRefreshSame, grantUnknownClient, scopeUnknown, grantRepeatedParameter,
	grantTolerance, grantContentType, grantMethod, grantAudience, grantBody,
}

var grantTokenUsable = &Rule{
	ID: "grant/token-usable", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "A token that was just given works.",
	Breaks: "401 for a fresh token",
	Holds:  "200, or 403 where its scope is too small",
}

var grantUnknownType = &Rule{
	ID: "grant/unknown-type", Kind: KindProbe, Level: Violation, Source: "rfc6749#5.2",
	Title:  "An unknown grant is refused.",
	Breaks: "a token for grant_type=password",
	Holds:  "400 unsupported_grant_type",
}

var grantMissingParameter = &Rule{
	ID: "grant/missing-parameter", Kind: KindProbe, Level: Violation, Source: "rfc6749#5.2",
	Title:  "A grant without its parameters is refused.",
	Breaks: "a token for refresh_token without a refresh token",
	Holds:  "400 invalid_request",
}

var grantErrorCode = &Rule{
	ID: "grant/error-code", Kind: KindProbe, Level: Violation, Source: "rfc6749#5.2",
	Title:  "A refused grant says why, in the registered code.",
	Breaks: "invalid_request for a grant type that is not there",
	Holds:  "unsupported_grant_type",
}

var grantBadRefreshToken = &Rule{
	ID: "grant/bad-refresh-token", Kind: KindProbe, Level: Violation, Source: "rfc6749#6",
	Title:  "A refresh token that was not given, or was used, is refused.",
	Breaks: "a token for a made-up refresh token",
	Holds:  "400 invalid_grant",
}

var grantBadIdentityToken = &Rule{
	ID: "grant/bad-identity-token", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "Only a valid token of the identity provider signs a user in.",
	Breaks: "a token for any text",
	Holds:  "400 or 401",
}

var grantRefreshSame = &Rule{
	ID: "grant/refresh-same", Kind: KindProbe, Level: Violation, Source: "rfc6749#6",
	Title:  "A refreshed token is for the same user and project, with no more scope.",
	Breaks: "another sub, or a scope more, after a refresh",
	Holds:  "the same claims but times and jti",
}

var grantUnknownClient = &Rule{
	ID: "grant/unknown-client", Kind: KindProbe, Level: Assumption, Source: "authentication",
	Title:  "An unknown public client is refused.",
	Breaks: "a token for client_id nobody",
	Holds:  "400 or 401",
}

var scopeUnknown = &Rule{
	ID: "scope/unknown", Kind: KindProbe, Level: Violation, Source: "rfc6749#3.3",
	Title:  "A scope that is not there is not granted.",
	Breaks: "a token with a scope that does not exist",
	Holds:  "400 invalid_scope, or less scope and a scope member",
}

var grantRepeatedParameter = &Rule{
	ID: "grant/repeated-parameter", Kind: KindProbe, Level: Violation, Source: "rfc6749#3.2",
	Title:  "A parameter that stands twice is refused.",
	Breaks: "a token for grant_type twice",
	Holds:  "400 invalid_request",
}

var grantTolerance = &Rule{
	ID: "grant/tolerance", Kind: KindProbe, Level: Violation, Source: "rfc6749#3.2",
	Title:  "Unknown parameters are ignored and empty ones omitted.",
	Breaks: "400 for an unknown parameter",
	Holds:  "200",
}

var grantContentType = &Rule{
	ID: "grant/content-type", Kind: KindProbe, Level: Assumption, Source: "authentication",
	Title:  "The canonical endpoint takes forms, the project endpoints JSON.",
	Breaks: "a token for JSON at /oauth/token",
	Holds:  "415 or 400",
}

var grantMethod = &Rule{
	ID: "grant/method", Kind: KindProbe, Level: Violation, Source: "rfc6749#3.2",
	Title:  "Tokens are given for POST only.",
	Breaks: "a token for GET",
	Holds:  "405 or 404",
}

var grantAudience = &Rule{
	ID: "grant/audience", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "A token is for a project that the client belongs to.",
	Breaks: "a token for the audience of a project that is not there",
	Holds:  "400, 401 or 403",
}

var grantBody = &Rule{
	ID: "grant/body", Kind: KindProbe, Level: Assumption, Source: "openapi.yaml",
	Title:  "A token request that cannot be read is refused.",
	Breaks: "500 for {",
	Holds:  "400",
}

// grantCases try what the token endpoints must refuse.
var grantCases = []liveCase{
	{
		name: "grant/oauth-token",
		why:  "OAuth libraries rely on what the RFC says, word by word",
		run:  tryGrantOAuthToken,
	},
	{
		name: "grant/server",
		why:  "what cannot be read must be refused in words, not in a crash",
		run:  tryGrantServer,
	},
	{
		name: "grant/sdk",
		why:  "anybody on the internet can call this endpoint",
		run:  tryGrantSDK,
	},
	{
		name: "grant/sdk-tampered", needs: []need{needsIDToken},
		why: "a user must not become another by editing a token",
		run: tryGrantSDKTampered,
	},
	{
		name: "grant/sdk-other-project", needs: []need{needsIDToken, needsOther},
		why: "a user's tokens are for one project",
		run: tryGrantSDKOtherProject,
	},
}

func tryGrantOAuthToken(p *probe) {
	project := &p.suite.target.Project
	basic := project.basic()
	ask := func(form url.Values) *call { return p.send(formRequest("/oauth/token", basic, form)) }
	good := func() url.Values {
		return url.Values{"grant_type": {"client_credentials"}, "audience": {audience(project.ID)}}
	}

	c := ask(url.Values{"grant_type": {"urn:contract:unknown"}, "audience": {audience(project.ID)}})
	p.refusesAs(c, grantUnknownType, "an unknown grant type", "unsupported_grant_type")
	c = ask(url.Values{"audience": {audience(project.ID)}})
	p.refusesAs(c, grantMissingParameter, "no grant type", "invalid_request", "unsupported_grant_type")
	c = ask(url.Values{"grant_type": {"refresh_token"}, "client_id": {p.suite.target.SDKClientID}})
	p.refusesAs(c, grantMissingParameter, "no refresh token", "invalid_request", "invalid_grant", "unauthorized_client", "invalid_client")
	c = p.send(formRequest("/oauth/token", nil, url.Values{"grant_type": {"refresh_token"}, "client_id": {p.suite.target.SDKClientID}, "refresh_token": {"contract-made-up"}}))
	p.refusesAs(c, grantBadRefreshToken, "a made-up refresh token", "invalid_grant", "invalid_client", "invalid_request", "unauthorized_client")
	c = p.send(formRequest("/oauth/token", nil, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "client_id": {p.suite.target.SDKClientID},
		"subject_token": {"contract-made-up"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"}, "audience": {audience(project.ID)},
	}))
	p.refusesAs(c, grantBadIdentityToken, "a made-up identity token", "invalid_request", "invalid_grant", "invalid_token", "invalid_client", "unauthorized_client", "invalid_target")

	form := good()
	form.Set("scope", "contract:nonsense")
	p.scopeRefused(ask(form))
	form = good()
	form.Set("audience", audience("proj_contract_nowhere"))
	p.refuses(ask(form), grantAudience, "an unknown project as the audience", 400, 401, 403, 404)

	repeated := formRequest("/oauth/token", basic, good())
	repeated.body = append(repeated.body, "&grant_type=client_credentials"...)
	p.refuses(p.send(repeated), grantRepeatedParameter, "grant_type twice", 400)

	form = good()
	form.Set("contract_unknown", "1")
	p.tolerates(ask(form), "an unknown parameter")
	form = good()
	form.Set("scope", "")
	p.tolerates(ask(form), "an empty parameter")

	c = p.send(jsonRequest("POST", "/oauth/token", basic, map[string]any{"grant_type": "client_credentials", "audience": audience(project.ID)}))
	p.refuses(c, grantContentType, "JSON in place of a form", 415, 400)
	query := good().Encode()
	p.refuses(p.send(request{method: "GET", path: "/oauth/token?" + query, header: basic}), grantMethod, "GET", 405, 404, 400, 401, 403)
	p.refuses(p.send(formRequest("/oauth/token", basic, nil)), grantBody, "an empty body", 400, 401, 415)
}

func tryGrantServer(p *probe) {
	project := &p.suite.target.Project
	path, basic := serverPath(project.ID), project.basic()
	p.badBodies(path, basic)
	c := p.send(jsonRequest("POST", path, basic, map[string]any{"scope": 5}))
	p.refuses(c, grantBody, "a scope that is a number", 400)
	p.scopeRefused(p.serverToken(project, "contract:nonsense"))
	form := formRequest(path, basic, url.Values{"scope": {"users:read"}})
	p.refuses(p.send(form), grantContentType, "a form in place of JSON", 415, 400)
	p.refuses(p.send(request{method: "GET", path: path, header: basic}), grantMethod, "GET", 405, 404, 400, 401, 403)
	c = p.send(jsonRequest("POST", serverPath("proj_contract_nowhere"), basic, map[string]any{}))
	p.refuses(c, clientUnknownProject, "an unknown project", 401, 403, 404, 400)
}

func tryGrantSDK(p *probe) {
	project := &p.suite.target.Project
	path, client := sdkPath(project.ID), p.suite.target.SDKClientID
	ask := func(body map[string]any) *call { return p.send(jsonRequest("POST", path, nil, body)) }
	p.badBodies(path, nil)
	for what, token := range madeUpTokens(p) {
		c := ask(map[string]any{"grant": "exchange", "token": token, "client_id": client})
		p.refuses(c, grantBadIdentityToken, what, 400, 401, 403)
	}
	c := ask(map[string]any{"grant": "refresh", "token": "contract-made-up", "client_id": client})
	p.refuses(c, grantBadRefreshToken, "a made-up refresh token", 400, 401, 403)
	c = ask(map[string]any{"grant": "refresh", "token": p.token(), "client_id": client})
	p.refuses(c, grantBadRefreshToken, "an access token as a refresh token", 400, 401, 403)
	c = ask(map[string]any{"grant": "contract", "token": "contract-made-up", "client_id": client})
	p.refuses(c, grantUnknownType, "an unknown grant", 400, 401)
	c = ask(map[string]any{"token": "contract-made-up", "client_id": client})
	p.refuses(c, grantMissingParameter, "no grant", 400, 401)
	c = ask(map[string]any{"grant": "exchange", "client_id": client})
	p.refuses(c, grantMissingParameter, "no token", 400, 401)
	for _, bad := range sample.Wrong(p.suite.spec.operationByID("createSDKToken").body.Value) {
		if body, isObject := bad.Value.(map[string]any); isObject && bad.Why != "required" && bad.Why != "type" {
			p.refuses(ask(body), grantBody, "a wrong value", 400, 401)
		} else if !isObject {
			p.refuses(p.send(jsonRequest("POST", path, nil, bad.Value)), grantBody, "a body that is no object", 400, 401)
		}
	}
	c = ask(map[string]any{"grant": "exchange", "token": "contract-made-up"})
	p.refuses(c, grantMissingParameter, "no client_id", 400, 401)
	p.refuses(p.send(request{method: "GET", path: path}), grantMethod, "GET", 405, 404, 400, 401, 403)
}

func tryGrantSDKTampered(p *probe) {
	path, client := sdkPath(p.suite.target.Project.ID), p.suite.target.SDKClientID
	for what, token := range tampered(p.suite.target.IDToken.Reveal()) {
		c := p.send(jsonRequest("POST", path, nil, map[string]any{"grant": "exchange", "token": token, "client_id": client}))
		p.refuses(c, grantBadIdentityToken, "an identity token with "+what, 400, 401, 403)
	}
	c := p.send(jsonRequest("POST", path, nil, map[string]any{
		"grant": "exchange", "token": p.suite.target.IDToken.Reveal(), "client_id": "contract-nobody",
	}))
	p.refuses(c, grantUnknownClient, "an unknown public client", 400, 401, 403)
	c = p.send(jsonRequest("POST", path, nil, map[string]any{
		"grant": "exchange", "token": p.suite.target.IDToken.Reveal(), "client_id": p.suite.target.Project.ClientID,
	}))
	p.refuses(c, grantUnknownClient, "the confidential client without its secret", 400, 401, 403)
	c = p.send(jsonRequest("POST", path, nil, map[string]any{
		"grant": "contract", "token": p.suite.target.IDToken.Reveal(), "client_id": client,
	}))
	p.refuses(c, grantUnknownType, "an unknown grant with a good token", 400, 401)
	c = p.send(jsonRequest("POST", path, nil, map[string]any{
		"grant": "refresh", "token": p.suite.target.IDToken.Reveal(), "client_id": client,
	}))
	p.refuses(c, grantBadRefreshToken, "an identity token as a refresh token", 400, 401, 403)
	c = p.exchange()
	if refresh, _ := c.object()["refresh_token"].(string); c.ok() && refresh != "" {
		for _, other := range []string{"contract-nobody", p.suite.target.Project.ClientID} {
			c = p.send(jsonRequest("POST", path, nil, map[string]any{"grant": "refresh", "token": refresh, "client_id": other}))
			p.refuses(c, grantBadRefreshToken, "a refresh token of another client", 400, 401, 403)
		}
	}
}

func tryGrantSDKOtherProject(p *probe) {
	c := p.exchange()
	refresh, _ := c.object()["refresh_token"].(string)
	if !c.ok() || refresh == "" {
		p.skip("the exchange gave no refresh token")
	}
	c = p.send(jsonRequest("POST", sdkPath(p.suite.target.Other.ID), nil, map[string]any{
		"grant": "refresh", "token": refresh, "client_id": p.suite.target.SDKClientID,
	}))
	p.refuses(c, grantBadRefreshToken, "a refresh token of another project", 400, 401, 403, 404)
}

// refusesAs is refuses for the canonical endpoint, with the codes that RFC 6749
// has for the fault.
func (p *probe) refusesAs(c *call, r *Rule, what string, codes ...string) {
	if !p.refuses(c, r, what, 400, 401) || c.status()/100 != 4 || c.status() == 429 {
		return
	}
	code, _ := c.object()["error"].(string)
	for _, known := range codes {
		if code == known {
			return
		}
	}
	if asked := c.grant(); code == "unsupported_grant_type" && asked != "" {
		// Right in itself (RFC 6749, 5.2); one cause, however often it is met.
		p.finding(c, grantErrorCode, Finding{Level: Assumption, Source: "authentication", Pointer: "/error",
			Message: "the grant " + string(asked) + " is documented and not offered"})
		return
	}
	if c.knownCode(code) { // others: oauth/error-code
		p.finding(c, grantErrorCode, Finding{Pointer: "/error", Message: what + ": the code is " + code + "; expected " + codes[0]})
	}
}

// scopeRefused reports a scope that was granted although it does not exist.
func (p *probe) scopeRefused(c *call) {
	if !c.ok() {
		p.refuses(c, scopeUnknown, "an unknown scope", 400, 401, 403)
		return
	}
	said, says := c.object()["scope"].(string)
	access, _ := c.object()["access_token"].(string)
	jwt, isJWT := readJWT(access)
	granted, known := jwt.scopes()
	switch {
	case isJWT && known && slices.Contains(granted, "contract:nonsense"), slices.Contains(strings.Fields(said), "contract:nonsense"):
		p.finding(c, scopeUnknown, Finding{Message: "a scope that does not exist is granted"})
	case !says && !(isJWT && known): // else scope/granted has said it
		p.finding(c, scopeUnknown, Finding{Message: "an unknown scope is granted, or left out without a word"})
	}
}

// tolerates reports what the RFC says to ignore and the server does not.
func (p *probe) tolerates(c *call, what string) {
	if s := c.status(); s/100 == 4 && s != 429 {
		p.finding(c, grantTolerance, Finding{Message: what + " is refused"})
	}
}

// badBodies sends a token endpoint what is no JSON object.
func (p *probe) badBodies(path string, header Header) {
	for _, bad := range badJSON {
		r := request{method: "POST", path: path, body: []byte(bad.text), header: append(Header{{"Content-Type", "application/json"}}, header...)}
		p.refuses(p.send(r), grantBody, bad.what, 400, 401, 415)
	}
}
