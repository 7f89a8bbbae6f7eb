package contract

import (
	"net/url"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/sample"
)

var grantRules = []Rule{
	probeRule("grant/token-usable", Violation, "authentication", "A token that was just given works.",
		"401 for a fresh token", "200, or 403 where its scope is too small"),
	probeRule("grant/unknown-type", Violation, "rfc6749#5.2", "An unknown grant is refused.",
		"a token for grant_type=password", "400 unsupported_grant_type"),
	probeRule("grant/missing-parameter", Violation, "rfc6749#5.2", "A grant without its parameters is refused.",
		"a token for refresh_token without a refresh token", "400 invalid_request"),
	probeRule("grant/error-code", Violation, "rfc6749#5.2", "A refused grant says why, in the registered code.",
		"invalid_request for a grant type that is not there", "unsupported_grant_type"),
	probeRule("grant/bad-refresh-token", Violation, "rfc6749#6", "A refresh token that was not given, or was used, is refused.",
		"a token for a made-up refresh token", "400 invalid_grant"),
	probeRule("grant/bad-identity-token", Violation, "authentication", "Only a valid token of the identity provider signs a user in.",
		"a token for any text", "400 or 401"),
	probeRule("grant/refresh-same", Violation, "rfc6749#6", "A refreshed token is for the same user and project, with no more scope.",
		"another sub, or a scope more, after a refresh", "the same claims but times and jti"),
	probeRule("grant/unknown-client", Assumption, "authentication", "An unknown public client is refused.",
		"a token for client_id nobody", "400 or 401"),
	probeRule("scope/unknown", Violation, "rfc6749#3.3", "A scope that is not there is not granted.",
		"a token with a scope that does not exist", "400 invalid_scope, or less scope and a scope member"),
	probeRule("grant/repeated-parameter", Violation, "rfc6749#3.2", "A parameter that stands twice is refused.",
		"a token for grant_type twice", "400 invalid_request"),
	probeRule("grant/tolerance", Violation, "rfc6749#3.2", "Unknown parameters are ignored and empty ones omitted.",
		"400 for an unknown parameter", "200"),
	probeRule("grant/content-type", Assumption, "authentication", "The canonical endpoint takes forms, the project endpoints JSON.",
		"a token for JSON at /oauth/token", "415 or 400"),
	probeRule("grant/method", Violation, "rfc6749#3.2", "Tokens are given for POST only.",
		"a token for GET", "405 or 404"),
	probeRule("grant/audience", Violation, "authentication", "A token is for a project that the client belongs to.",
		"a token for the audience of a project that is not there", "400, 401 or 403"),
	probeRule("grant/body", Assumption, "openapi.yaml", "A token request that cannot be read is refused.",
		"500 for {", "400"),
}

// grantCases try what the token endpoints must refuse.
var grantCases = []liveCase{
	{
		name: "grant/oauth-token",
		why:  "OAuth libraries rely on what the RFC says, word by word",
		run: func(p *probe) {
			project := &p.suite.target.Project
			basic := project.basic()
			ask := func(form url.Values) *call { return p.send(formRequest("/oauth/token", basic, form)) }
			good := func() url.Values {
				return url.Values{"grant_type": {"client_credentials"}, "audience": {audience(project.ID)}}
			}

			c := ask(url.Values{"grant_type": {"urn:contract:unknown"}, "audience": {audience(project.ID)}})
			p.refusesAs(c, "grant/unknown-type", "an unknown grant type", "unsupported_grant_type")
			c = ask(url.Values{"audience": {audience(project.ID)}})
			p.refusesAs(c, "grant/missing-parameter", "no grant type", "invalid_request", "unsupported_grant_type")
			c = ask(url.Values{"grant_type": {"refresh_token"}, "client_id": {p.suite.target.SDKClientID}})
			p.refusesAs(c, "grant/missing-parameter", "no refresh token", "invalid_request", "invalid_grant", "unauthorized_client", "invalid_client")
			c = p.send(formRequest("/oauth/token", nil, url.Values{"grant_type": {"refresh_token"}, "client_id": {p.suite.target.SDKClientID}, "refresh_token": {"contract-made-up"}}))
			p.refusesAs(c, "grant/bad-refresh-token", "a made-up refresh token", "invalid_grant", "invalid_client", "invalid_request", "unauthorized_client")
			c = p.send(formRequest("/oauth/token", nil, url.Values{
				"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "client_id": {p.suite.target.SDKClientID},
				"subject_token": {"contract-made-up"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"}, "audience": {audience(project.ID)},
			}))
			p.refusesAs(c, "grant/bad-identity-token", "a made-up identity token", "invalid_request", "invalid_grant", "invalid_token", "invalid_client", "unauthorized_client", "invalid_target")

			form := good()
			form.Set("scope", "contract:nonsense")
			p.scopeRefused(ask(form))
			form = good()
			form.Set("audience", audience("proj_contract_nowhere"))
			p.refuses(ask(form), "grant/audience", "an unknown project as the audience", 400, 401, 403, 404)

			repeated := formRequest("/oauth/token", basic, good())
			repeated.body = append(repeated.body, "&grant_type=client_credentials"...)
			p.refuses(p.send(repeated), "grant/repeated-parameter", "grant_type twice", 400)

			form = good()
			form.Set("contract_unknown", "1")
			p.tolerates(ask(form), "an unknown parameter")
			form = good()
			form.Set("scope", "")
			p.tolerates(ask(form), "an empty parameter")

			c = p.send(jsonRequest("POST", "/oauth/token", basic, map[string]any{"grant_type": "client_credentials", "audience": audience(project.ID)}))
			p.refuses(c, "grant/content-type", "JSON in place of a form", 415, 400)
			query := good().Encode()
			p.refuses(p.send(request{method: "GET", path: "/oauth/token?" + query, header: basic}), "grant/method", "GET", 405, 404, 400, 401, 403)
			p.refuses(p.send(formRequest("/oauth/token", basic, nil)), "grant/body", "an empty body", 400, 401, 415)
		},
	},
	{
		name: "grant/server",
		why:  "what cannot be read must be refused in words, not in a crash",
		run: func(p *probe) {
			project := &p.suite.target.Project
			path, basic := serverPath(project.ID), project.basic()
			p.badBodies(path, basic)
			c := p.send(jsonRequest("POST", path, basic, map[string]any{"scope": 5}))
			p.refuses(c, "grant/body", "a scope that is a number", 400)
			p.scopeRefused(p.serverToken(project, "contract:nonsense"))
			form := formRequest(path, basic, url.Values{"scope": {"users:read"}})
			p.refuses(p.send(form), "grant/content-type", "a form in place of JSON", 415, 400)
			p.refuses(p.send(request{method: "GET", path: path, header: basic}), "grant/method", "GET", 405, 404, 400, 401, 403)
			c = p.send(jsonRequest("POST", serverPath("proj_contract_nowhere"), basic, map[string]any{}))
			p.refuses(c, "client/unknown-project", "an unknown project", 401, 403, 404, 400)
		},
	},
	{
		name: "grant/sdk",
		why:  "anybody on the internet can call this endpoint",
		run: func(p *probe) {
			project := &p.suite.target.Project
			path, client := sdkPath(project.ID), p.suite.target.SDKClientID
			ask := func(body map[string]any) *call { return p.send(jsonRequest("POST", path, nil, body)) }
			p.badBodies(path, nil)
			for what, token := range madeUpTokens(p) {
				c := ask(map[string]any{"grant": "exchange", "token": token, "client_id": client})
				p.refuses(c, "grant/bad-identity-token", what, 400, 401, 403)
			}
			c := ask(map[string]any{"grant": "refresh", "token": "contract-made-up", "client_id": client})
			p.refuses(c, "grant/bad-refresh-token", "a made-up refresh token", 400, 401, 403)
			c = ask(map[string]any{"grant": "refresh", "token": p.token(), "client_id": client})
			p.refuses(c, "grant/bad-refresh-token", "an access token as a refresh token", 400, 401, 403)
			c = ask(map[string]any{"grant": "contract", "token": "contract-made-up", "client_id": client})
			p.refuses(c, "grant/unknown-type", "an unknown grant", 400, 401)
			c = ask(map[string]any{"token": "contract-made-up", "client_id": client})
			p.refuses(c, "grant/missing-parameter", "no grant", 400, 401)
			c = ask(map[string]any{"grant": "exchange", "client_id": client})
			p.refuses(c, "grant/missing-parameter", "no token", 400, 401)
			for _, bad := range sample.Wrong(p.suite.spec.operationByID("createSDKToken").body.Value) {
				if body, isObject := bad.Value.(map[string]any); isObject && bad.Why != "required" && bad.Why != "type" {
					p.refuses(ask(body), "grant/body", "a wrong value", 400, 401)
				} else if !isObject {
					p.refuses(p.send(jsonRequest("POST", path, nil, bad.Value)), "grant/body", "a body that is no object", 400, 401)
				}
			}
			c = ask(map[string]any{"grant": "exchange", "token": "contract-made-up"})
			p.refuses(c, "grant/missing-parameter", "no client_id", 400, 401)
			p.refuses(p.send(request{method: "GET", path: path}), "grant/method", "GET", 405, 404, 400, 401, 403)
		},
	},
	{
		name: "grant/sdk-tampered", needs: []need{needsIDToken},
		why: "a user must not become another by editing a token",
		run: func(p *probe) {
			path, client := sdkPath(p.suite.target.Project.ID), p.suite.target.SDKClientID
			for what, token := range tampered(p.suite.target.IDToken.Reveal()) {
				c := p.send(jsonRequest("POST", path, nil, map[string]any{"grant": "exchange", "token": token, "client_id": client}))
				p.refuses(c, "grant/bad-identity-token", "an identity token with "+what, 400, 401, 403)
			}
			c := p.send(jsonRequest("POST", path, nil, map[string]any{
				"grant": "exchange", "token": p.suite.target.IDToken.Reveal(), "client_id": "contract-nobody",
			}))
			p.refuses(c, "grant/unknown-client", "an unknown public client", 400, 401, 403)
			c = p.send(jsonRequest("POST", path, nil, map[string]any{
				"grant": "exchange", "token": p.suite.target.IDToken.Reveal(), "client_id": p.suite.target.Project.ClientID,
			}))
			p.refuses(c, "grant/unknown-client", "the confidential client without its secret", 400, 401, 403)
			c = p.send(jsonRequest("POST", path, nil, map[string]any{
				"grant": "contract", "token": p.suite.target.IDToken.Reveal(), "client_id": client,
			}))
			p.refuses(c, "grant/unknown-type", "an unknown grant with a good token", 400, 401)
			c = p.send(jsonRequest("POST", path, nil, map[string]any{
				"grant": "refresh", "token": p.suite.target.IDToken.Reveal(), "client_id": client,
			}))
			p.refuses(c, "grant/bad-refresh-token", "an identity token as a refresh token", 400, 401, 403)
			c = p.exchange()
			if refresh, _ := c.object()["refresh_token"].(string); c.ok() && refresh != "" {
				for _, other := range []string{"contract-nobody", p.suite.target.Project.ClientID} {
					c = p.send(jsonRequest("POST", path, nil, map[string]any{"grant": "refresh", "token": refresh, "client_id": other}))
					p.refuses(c, "grant/bad-refresh-token", "a refresh token of another client", 400, 401, 403)
				}
			}
		},
	},
	{
		name: "grant/sdk-other-project", needs: []need{needsIDToken, needsOther},
		why: "a user's tokens are for one project",
		run: func(p *probe) {
			c := p.exchange()
			refresh, _ := c.object()["refresh_token"].(string)
			if !c.ok() || refresh == "" {
				p.skip("the exchange gave no refresh token")
			}
			c = p.send(jsonRequest("POST", sdkPath(p.suite.target.Other.ID), nil, map[string]any{
				"grant": "refresh", "token": refresh, "client_id": p.suite.target.SDKClientID,
			}))
			p.refuses(c, "grant/bad-refresh-token", "a refresh token of another project", 400, 401, 403, 404)
		},
	},
}

// refusesAs is refuses for the canonical endpoint, with the codes that RFC 6749
// has for the fault.
func (p *probe) refusesAs(c *call, rule, what string, codes ...string) {
	if !p.refuses(c, rule, what, 400, 401) || c.status()/100 != 4 || c.status() == 429 {
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
		p.finding(c, "grant/error-code", Finding{Level: Assumption, Source: "authentication", Pointer: "/error",
			Message: "the grant " + string(asked) + " is documented and not offered"})
		return
	}
	if c.knownCode(code) { // others: oauth/error-code
		p.finding(c, "grant/error-code", Finding{Pointer: "/error", Message: what + ": the code is " + code + "; expected " + codes[0]})
	}
}

// scopeRefused reports a scope that was granted although it does not exist.
func (p *probe) scopeRefused(c *call) {
	if !c.ok() {
		p.refuses(c, "scope/unknown", "an unknown scope", 400, 401, 403)
		return
	}
	said, says := c.object()["scope"].(string)
	access, _ := c.object()["access_token"].(string)
	jwt, isJWT := readJWT(access)
	granted, known := jwt.scopes()
	switch {
	case isJWT && known && slices.Contains(granted, "contract:nonsense"), slices.Contains(strings.Fields(said), "contract:nonsense"):
		p.finding(c, "scope/unknown", Finding{Message: "a scope that does not exist is granted"})
	case !says && !(isJWT && known): // else scope/granted has said it
		p.finding(c, "scope/unknown", Finding{Message: "an unknown scope is granted, or left out without a word"})
	}
}

// tolerates reports what the RFC says to ignore and the server does not.
func (p *probe) tolerates(c *call, what string) {
	if s := c.status(); s/100 == 4 && s != 429 {
		p.finding(c, "grant/tolerance", Finding{Message: what + " is refused"})
	}
}

// badBodies sends a token endpoint what is no JSON object.
func (p *probe) badBodies(path string, header Header) {
	for _, bad := range badJSON {
		r := request{method: "POST", path: path, body: []byte(bad.text), header: append(Header{{"Content-Type", "application/json"}}, header...)}
		p.refuses(p.send(r), "grant/body", bad.what, 400, 401, 415)
	}
}
