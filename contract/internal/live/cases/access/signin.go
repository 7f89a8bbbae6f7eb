package access

import (
	"maps"
	"net/url"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// SignInCases get tokens in all three documented ways.
var SignInCases = []live.Case{
	{
		Name: "auth/server", When: live.First,
		Why: "without a token nothing else works",
		Run: tryAuthServer,
	},
	{
		Name:  "auth/oauth-token",
		Why:   "the canonical endpoint is what OAuth libraries use",
		Rules: []*rule.Rule{grantTokenUsable},
		Run:   tryAuthOAuthToken,
	},
	{
		Name: "auth/sdk", Needs: []live.Need{live.NeedsIDToken},
		Why:   "apps sign their users in with it",
		Rules: []*rule.Rule{grantBadRefreshToken, grantRefreshSame, grantTokenUsable},
		Run:   tryAuthSDK,
	},
	{
		Name: "auth/oauth-exchange", Needs: []live.Need{live.NeedsIDToken},
		Why:   "the canonical form of signing a user in",
		Rules: []*rule.Rule{grantTokenUsable},
		Run:   tryAuthOAuthExchange,
	},
}

func tryAuthServer(p *live.Probe) {
	project := &p.Suite.Target.Project
	c := p.ServerToken(project, "")
	if token, _ := pass.AccessToken(c); token == "" {
		// Nothing else can run; the reason is this one.
		err := live.WhyRefused(c)
		p.Suite.Halt(err)
		p.Fail("no access token: %v", err)
	}
	p.Works(p.ServerToken(project, "users:create users:read"))
}

func tryAuthOAuthToken(p *live.Probe) {
	project := &p.Suite.Target.Project
	form := url.Values{"grant_type": {"client_credentials"}, "audience": {audience(project.ID)}}
	c := p.Send(live.FormRequest("/oauth/token", live.BasicOf(project), form))
	if !p.Works(c) {
		return
	}
	if token, _ := pass.AccessToken(c); token != "" {
		usable(p, token)
	}
	form.Set("scope", "users:read")
	p.Works(p.Send(live.FormRequest("/oauth/token", live.BasicOf(project), form)))
}

func tryAuthSDK(p *live.Probe) {
	c := exchange(p)
	if !p.Works(c) {
		return
	}
	token, _ := pass.AccessToken(c)
	usable(p, token)
	refreshToken, _ := c.Object()["refresh_token"].(string)
	if refreshToken == "" {
		return // oauth/exchange-refresh-token says it
	}
	c = refresh(p, refreshToken)
	if !p.Works(c) {
		return
	}
	before := token
	token, _ = pass.AccessToken(c)
	usable(p, token)
	sameGrant(p, c, before, token)
	if next, _ := c.Object()["refresh_token"].(string); next != "" && next != refreshToken {
		p.Works(refresh(p, next))
		c := refresh(p, refreshToken) // the history has a rule for this
		if !c.OK() {
			p.Refuses(c, grantBadRefreshToken, "a used refresh token", 400, 401)
		}
	}
}

func tryAuthOAuthExchange(p *live.Probe) {
	project := &p.Suite.Target.Project
	form := url.Values{
		"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"client_id":          {p.Suite.Target.SDKClientID},
		"subject_token":      {p.Suite.Target.IDToken.Reveal()},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"},
		"audience":           {audience(project.ID)},
	}
	asked := maps.Clone(form)
	asked.Set("requested_token_type", "urn:ietf:params:oauth:token-type:access_token")
	if c := p.Send(live.FormRequest("/oauth/token", nil, asked)); !c.OK() {
		assumedGrant(p, c)
	}
	c := p.Send(live.FormRequest("/oauth/token", nil, form))
	if !c.OK() {
		assumedGrant(p, c)
		return
	}
	token, _ := pass.AccessToken(c)
	usable(p, token)
	refresh, _ := c.Object()["refresh_token"].(string)
	if refresh == "" {
		return
	}
	c = p.Send(live.FormRequest("/oauth/token", nil, url.Values{
		"grant_type": {"refresh_token"}, "client_id": {p.Suite.Target.SDKClientID}, "refresh_token": {refresh}, "audience": {audience(project.ID)},
	}))
	if !c.OK() {
		assumedGrant(p, c)
	}
}

// audience is the project as the canonical endpoint names it.
func audience(project string) string { return "urn:onvy:project:" + project }

// exchange trades the identity token.
func exchange(p *live.Probe) *pass.Call {
	return p.Send(live.JSONRequest("POST", pass.SDKPath(p.Suite.Target.Project.ID), nil, map[string]any{
		"grant": "exchange", "token": p.Suite.Target.IDToken.Reveal(), "client_id": p.Suite.Target.SDKClientID,
	}))
}

// refresh trades a refresh token.
func refresh(p *live.Probe, token string) *pass.Call {
	return p.Send(live.JSONRequest("POST", pass.SDKPath(p.Suite.Target.Project.ID), nil, map[string]any{
		"grant": "refresh", "token": token, "client_id": p.Suite.Target.SDKClientID,
	}))
}

// sameGrant reports a refreshed token that is for somebody else or for more.
func sameGrant(p *live.Probe, c *pass.Call, before, after string) {
	old, okOld := read.JWT(before)
	now, okNow := read.JWT(after)
	if !okOld || !okNow {
		return
	}
	for _, name := range []string{"sub", "user_id", "project_id", "principal_type"} {
		if old.Text(name) != now.Text(name) {
			p.Report(c, grantRefreshSame, rule.Finding{Pointer: "/access_token", Message: "the claim " + name + " is another after a refresh"})
		}
	}
	had, _ := old.Scopes()
	has, _ := now.Scopes()
	for _, scope := range has {
		if !slices.Contains(had, scope) {
			p.Report(c, grantRefreshSame, rule.Finding{Pointer: "/access_token", Message: "the token has more scope after a refresh"})
			return
		}
	}
}

// usable reports a fresh token that a protected operation takes for invalid.
func usable(p *live.Probe, token string) {
	c := p.Send(live.Request{Method: "GET", Path: "/users?limit=1", Header: live.Bearer(token)})
	if c.Status() == 401 {
		p.Report(c, grantTokenUsable, rule.Finding{Message: "a fresh access token is refused with 401"})
	}
}

// assumedGrant reports a grant whose parameters are taken from the RFC and
// that the server does not take.
func assumedGrant(p *live.Probe, c *pass.Call) {
	if s := c.Status(); s/100 == 4 && s != 429 {
		p.Report(c, live.OperationWorks, rule.Finding{Level: rule.Assumption, Source: "assumed",
			Message: "the grant is refused; its parameters are those of the RFC, which no page confirms"})
	}
}
