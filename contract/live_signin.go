package contract

import (
	"maps"
	"net/url"
	"slices"
)

// signInCases get tokens in all three documented ways.
var signInCases = []liveCase{
	{
		name: "auth/server", when: first,
		why: "without a token nothing else works",
		run: tryAuthServer,
	},
	{
		name: "auth/oauth-token",
		why:  "the canonical endpoint is what OAuth libraries use",
		run:  tryAuthOAuthToken,
	},
	{
		name: "auth/sdk", needs: []need{needsIDToken},
		why: "apps sign their users in with it",
		run: tryAuthSDK,
	},
	{
		name: "auth/oauth-exchange", needs: []need{needsIDToken},
		why: "the canonical form of signing a user in",
		run: tryAuthOAuthExchange,
	},
}

func tryAuthServer(p *probe) {
	project := &p.suite.target.Project
	c := p.serverToken(project, "")
	if token, _ := accessToken(c); token == "" {
		// Nothing else can run; the reason is this one.
		err := refused(c)
		p.suite.halt(err)
		p.fail("no access token: %v", err)
	}
	p.works(p.serverToken(project, "users:create users:read"))
}

func tryAuthOAuthToken(p *probe) {
	project := &p.suite.target.Project
	form := url.Values{"grant_type": {"client_credentials"}, "audience": {audience(project.ID)}}
	c := p.send(formRequest("/oauth/token", project.basic(), form))
	if !p.works(c) {
		return
	}
	if token, _ := accessToken(c); token != "" {
		p.usable(token)
	}
	form.Set("scope", "users:read")
	p.works(p.send(formRequest("/oauth/token", project.basic(), form)))
}

func tryAuthSDK(p *probe) {
	c := p.exchange()
	if !p.works(c) {
		return
	}
	token, _ := accessToken(c)
	p.usable(token)
	refresh, _ := c.object()["refresh_token"].(string)
	if refresh == "" {
		return // oauth/exchange-refresh-token says it
	}
	c = p.refresh(refresh)
	if !p.works(c) {
		return
	}
	before := token
	token, _ = accessToken(c)
	p.usable(token)
	p.sameGrant(c, before, token)
	if next, _ := c.object()["refresh_token"].(string); next != "" && next != refresh {
		p.works(p.refresh(next))
		c := p.refresh(refresh) // the history has a rule for this
		if !c.ok() {
			p.refuses(c, grantBadRefreshToken, "a used refresh token", 400, 401)
		}
	}
}

func tryAuthOAuthExchange(p *probe) {
	project := &p.suite.target.Project
	form := url.Values{
		"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"client_id":          {p.suite.target.SDKClientID},
		"subject_token":      {p.suite.target.IDToken.Reveal()},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"},
		"audience":           {audience(project.ID)},
	}
	asked := maps.Clone(form)
	asked.Set("requested_token_type", "urn:ietf:params:oauth:token-type:access_token")
	if c := p.send(formRequest("/oauth/token", nil, asked)); !c.ok() {
		p.assumedGrant(c)
	}
	c := p.send(formRequest("/oauth/token", nil, form))
	if !c.ok() {
		p.assumedGrant(c)
		return
	}
	token, _ := accessToken(c)
	p.usable(token)
	refresh, _ := c.object()["refresh_token"].(string)
	if refresh == "" {
		return
	}
	c = p.send(formRequest("/oauth/token", nil, url.Values{
		"grant_type": {"refresh_token"}, "client_id": {p.suite.target.SDKClientID}, "refresh_token": {refresh}, "audience": {audience(project.ID)},
	}))
	if !c.ok() {
		p.assumedGrant(c)
	}
}

// audience is the project as the canonical endpoint names it.
func audience(project string) string { return "urn:onvy:project:" + project }

// exchange trades the identity token.
func (p *probe) exchange() *call {
	return p.send(jsonRequest("POST", sdkPath(p.suite.target.Project.ID), nil, map[string]any{
		"grant": "exchange", "token": p.suite.target.IDToken.Reveal(), "client_id": p.suite.target.SDKClientID,
	}))
}

// refresh trades a refresh token.
func (p *probe) refresh(token string) *call {
	return p.send(jsonRequest("POST", sdkPath(p.suite.target.Project.ID), nil, map[string]any{
		"grant": "refresh", "token": token, "client_id": p.suite.target.SDKClientID,
	}))
}

// sameGrant reports a refreshed token that is for somebody else or for more.
func (p *probe) sameGrant(c *call, before, after string) {
	old, okOld := readJWT(before)
	now, okNow := readJWT(after)
	if !okOld || !okNow {
		return
	}
	for _, name := range []string{"sub", "user_id", "project_id", "principal_type"} {
		if old.text(name) != now.text(name) {
			p.finding(c, grantRefreshSame, Finding{Pointer: "/access_token", Message: "the claim " + name + " is another after a refresh"})
		}
	}
	had, _ := old.scopes()
	has, _ := now.scopes()
	for _, scope := range has {
		if !slices.Contains(had, scope) {
			p.finding(c, grantRefreshSame, Finding{Pointer: "/access_token", Message: "the token has more scope after a refresh"})
			return
		}
	}
}

// usable reports a fresh token that a protected operation takes for invalid.
func (p *probe) usable(token string) {
	c := p.send(request{method: "GET", path: "/users?limit=1", header: bearer(token)})
	if c.status() == 401 {
		p.finding(c, grantTokenUsable, Finding{Message: "a fresh access token is refused with 401"})
	}
}

// assumedGrant reports a grant whose parameters are taken from the RFC and
// that the server does not take.
func (p *probe) assumedGrant(c *call) {
	if s := c.status(); s/100 == 4 && s != 429 {
		p.finding(c, operationWorks, Finding{Level: Assumption, Source: "assumed",
			Message: "the grant is refused; its parameters are those of the RFC, which no page confirms"})
	}
}
