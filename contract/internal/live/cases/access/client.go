package access

import (
	"encoding/base64"
	"iter"
	"net/url"
	"strings"
	"unicode"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// ClientRules are the rules for clients that ask for a token.
var ClientRules = []*rule.Rule{
	clientWrongSecret, clientUnknown, clientEnumeration, clientMalformed, clientSchemeCase,
	clientInQuery, clientTwoMethods, clientOtherProject, clientUnknownProject, clientBearer,
	clientBruteForce,
}

var clientWrongSecret = &rule.Rule{
	ID: "client/wrong-secret", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#2.3.1",
	Title:  "A wrong client_secret MUST be refused (401 invalid_client).",
	Breaks: "a token for a wrong secret",
	Holds:  "401 invalid_client",
}

var clientUnknown = &rule.Rule{
	ID: "client/unknown", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#2.3.1",
	Title:  "An unknown client_id MUST be refused (401 invalid_client).",
	Breaks: "a token for a client that is not there",
	Holds:  "401 invalid_client",
}

var clientEnumeration = &rule.Rule{
	ID: "client/enumeration", Kind: rule.KindProbe, Level: rule.Drift, Source: "policy",
	Title:  "An unknown client_id and a wrong client_secret SHOULD get the same answer.",
	Breaks: "invalid_client for one, invalid_grant for the other",
	Holds:  "401 invalid_client for both",
}

var clientMalformed = &rule.Rule{
	ID: "client/malformed", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc7617#2",
	Title:  "Basic credentials that cannot be decoded MUST be refused, and not with 500.",
	Breaks: "500 for Basic without a colon",
	Holds:  "401 or 400",
}

var clientSchemeCase = &rule.Rule{
	ID: "client/scheme-case", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc9110#11.1",
	Title:  "The scheme name Basic MUST be case-insensitive.",
	Breaks: "401 for basic in lower case",
	Holds:  "200 for basic in lower case",
}

var clientInQuery = &rule.Rule{
	ID: "client/in-query", Kind: rule.KindProbe, Level: rule.Violation, Source: "rfc6749#2.3.1",
	Title:  "The server MUST NOT accept client_id and client_secret in the request URI.",
	Breaks: "a token for ?client_id=…&client_secret=…",
	Holds:  "400 or 401",
}

var clientTwoMethods = &rule.Rule{
	ID: "client/two-methods", Kind: rule.KindProbe, Level: rule.Assumption, Source: "rfc6749#2.3",
	Title:  "A request SHOULD NOT use more than one client authentication method.",
	Breaks: "a token for Basic and client_secret in one request",
	Holds:  "400 or 401",
}

var clientOtherProject = &rule.Rule{
	ID: "client/other-project", Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "A client MUST NOT get tokens for another project.",
	Breaks: "a token of project A for the client of project B",
	Holds:  "401 or 403",
}

var clientUnknownProject = &rule.Rule{
	ID: "client/unknown-project", Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "There MUST be no tokens for an unknown project.",
	Breaks: "a token for proj_…",
	Holds:  "401, 403 or 404",
}

var clientBearer = &rule.Rule{
	ID: "client/bearer", Kind: rule.KindProbe, Level: rule.Violation, Source: "authentication",
	Title:  "The token endpoint for servers MUST take Basic client authentication, and no Bearer token.",
	Breaks: "a token for an access token",
	Holds:  "401",
}

var clientBruteForce = &rule.Rule{
	ID: "client/brute-force", Kind: rule.KindProbe, Level: rule.Drift, Source: "rfc6749#2.3.1",
	Title:  "Many wrong client secrets SHOULD be slowed down or throttled (429).",
	Breaks: "the fortieth wrong secret is answered like the first",
	Holds:  "429 at some point",
}

// ClientCases try the client authentication of the two endpoints that have it.
var ClientCases = []live.Case{
	{
		Name:  "client/server",
		Why:   "whoever gets a token without the secret has all users of the project",
		Rules: []*rule.Rule{clientBearer, clientEnumeration, clientMalformed, clientSchemeCase, clientUnknown, clientWrongSecret},
		Run: func(p *live.Probe) {
			clientMatrix(p, func(credentials wire.Header) *pass.Call { return serverWith(p, credentials) })
		},
	},
	{
		Name:  "client/oauth-token",
		Why:   "the canonical endpoint must not be a side door",
		Rules: []*rule.Rule{clientBearer, clientEnumeration, clientInQuery, clientMalformed, clientSchemeCase, clientTwoMethods, clientUnknown, clientWrongSecret},
		Run:   tryClientOAuthToken,
	},
	{
		Name: "client/other-project", Needs: []live.Need{live.NeedsOther},
		Why:   "a customer's client must not open another customer's project",
		Rules: []*rule.Rule{clientOtherProject},
		Run:   tryClientOtherProject,
	},
	{
		Name: "client/brute-force", Needs: []live.Need{live.NeedsRisky},
		Why:   "a secret that can be tried without end is found",
		Rules: []*rule.Rule{clientBruteForce, clientUnknown},
		Run:   tryClientBruteForce,
	},
}

func tryClientOAuthToken(p *live.Probe) {
	clientMatrix(p, func(credentials wire.Header) *pass.Call { return oauthWith(p, credentials) })
	project := &p.Suite.Target.Project
	query := url.Values{"client_id": {project.ClientID}, "client_secret": {project.ClientSecret.Reveal()}}
	form := url.Values{"grant_type": {"client_credentials"}, "audience": {audience(project.ID)}}
	c := p.Send(live.FormRequest("/oauth/token?"+query.Encode(), nil, form))
	p.Refuses(c, clientInQuery, "client credentials in the URL", 400, 401)
	form.Set("client_id", project.ClientID)
	form.Set("client_secret", project.ClientSecret.Reveal())
	c = p.Send(live.FormRequest("/oauth/token", live.BasicOf(project), form))
	p.Refuses(c, clientTwoMethods, "Basic and client_secret together", 400, 401)
	form.Set("client_secret", wrongSecret)
	c = p.Send(live.FormRequest("/oauth/token", nil, form))
	p.Refuses(c, clientWrongSecret, "a wrong secret in the form", 401, 400)
}

func tryClientOtherProject(p *live.Probe) {
	other, own := p.Suite.Target.Other, &p.Suite.Target.Project
	c := serverWith(p, live.BasicOf(other))
	p.Refuses(c, clientOtherProject, "the client of another project", 401, 403, 400, 404)
	c = p.Send(live.FormRequest("/oauth/token", live.BasicOf(other), url.Values{"grant_type": {"client_credentials"}, "audience": {audience(own.ID)}}))
	p.Refuses(c, clientOtherProject, "the client of another project", 401, 403, 400, 404)
	// and the other way round
	c = p.Send(live.JSONRequest("POST", pass.ServerPath(other.ID), live.BasicOf(own), map[string]any{}))
	p.Refuses(c, clientOtherProject, "the client of another project", 401, 403, 400, 404)
}

func tryClientBruteForce(p *live.Probe) {
	for range 40 {
		c := p.SendOnce(live.JSONRequest("POST", pass.ServerPath(p.Suite.Target.Project.ID), live.Basic("contract-nobody", wrongSecret), map[string]any{}))
		if c.Status() == 429 {
			return
		}
		if c.OK() {
			p.Refuses(c, clientUnknown, "an unknown client", 401)
			return
		}
		if len(p.Findings) == 0 && c.Exchange.Response == nil {
			return
		}
	}
	c := serverWith(p, live.Basic("contract-nobody", wrongSecret))
	p.Report(c, clientBruteForce, rule.Finding{Message: "forty wrong secrets in a row are all answered"})
}

const wrongSecret = "contract-wrong-secret"

// nearly yields secrets that are almost the right one.
func nearly(secret string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		swapped := strings.Map(func(r rune) rune {
			if unicode.IsUpper(r) {
				return unicode.ToLower(r)
			}
			return unicode.ToUpper(r)
		}, secret)
		_ = (swapped == secret || yield("the secret in the other case", swapped)) &&
			yield("the secret without its last character", secret[:len(secret)-1]) &&
			yield("the secret and one character more", secret+"x")
	}
}

// serverWith asks auth/server for a token with a header of credentials.
func serverWith(p *live.Probe, credentials wire.Header) *pass.Call {
	return p.Send(live.JSONRequest("POST", pass.ServerPath(p.Suite.Target.Project.ID), credentials, map[string]any{"scope": "users:read"}))
}

// oauthWith asks /oauth/token for a token with a header of credentials.
func oauthWith(p *live.Probe, credentials wire.Header) *pass.Call {
	return p.Send(live.FormRequest("/oauth/token", credentials, url.Values{
		"grant_type": {"client_credentials"}, "audience": {audience(p.Suite.Target.Project.ID)},
	}))
}

// refusal reports whether a request was refused for what it says: not by a
// server that had no time for it, or that failed.
func refusal(c *pass.Call) bool { return c.Status()/100 == 4 && c.Status() != 429 }

// clientMatrix tries all kinds of credentials at an endpoint.
func clientMatrix(p *live.Probe, ask func(wire.Header) *pass.Call) {
	project := &p.Suite.Target.Project
	right := live.BasicOf(project)[0].Value
	pair := strings.TrimPrefix(right, "Basic ")

	wrong := ask(live.Basic(project.ClientID, wrongSecret))
	p.Refuses(wrong, clientWrongSecret, "a wrong secret", 401)
	p.Refuses(ask(live.Basic(project.ClientID, "")), clientWrongSecret, "an empty secret", 401, 400)
	for what, secret := range nearly(project.ClientSecret.Reveal()) {
		p.Refuses(ask(live.Basic(project.ClientID, secret)), clientWrongSecret, what, 401)
	}
	unknown := ask(live.Basic("contract-nobody", project.ClientSecret.Reveal()))
	p.Refuses(unknown, clientUnknown, "an unknown client", 401)
	if refusal(wrong) && refusal(unknown) && (wrong.Status() != unknown.Status() || wrong.Object()["error"] != unknown.Object()["error"]) {
		p.Report(unknown, clientEnumeration, rule.Finding{Message: "an unknown client and a wrong secret can be told apart"})
	}
	if c := ask(nil); !c.OK() { // else client/missing has said it
		p.Refuses(c, nil, "no credentials", 401, 400)
	}
	p.Refuses(ask(wire.Header{{Name: "Authorization", Value: "Basic"}}), clientMalformed, "Basic without credentials", 401, 400)
	p.Refuses(ask(wire.Header{{Name: "Authorization", Value: "Basic !!!"}}), clientMalformed, "Basic that is not base64", 401, 400)
	noColon := base64.StdEncoding.EncodeToString([]byte(project.ClientID))
	p.Refuses(ask(wire.Header{{Name: "Authorization", Value: "Basic " + noColon}}), clientMalformed, "Basic without a colon", 401, 400)
	p.Refuses(ask(live.Bearer(p.Token())), clientBearer, "an access token", 401, 400, 403)

	if c := ask(wire.Header{{Name: "Authorization", Value: "basic " + pair}}); c.Status()/100 == 4 && c.Status() != 429 {
		p.Report(c, clientSchemeCase, rule.Finding{Message: "the scheme in lower case is refused"})
	}
}
