package contract

import (
	"encoding/base64"
	"iter"
	"net/url"
	"strings"
	"unicode"
)

var clientRules = []*Rule{
	clientWrongSecret, clientUnknown, clientEnumeration, clientMalformed, clientSchemeCase,
	clientInQuery, clientTwoMethods, clientOtherProject, clientUnknownProject, clientBearer,
	clientBruteForce,
}

var clientWrongSecret = &Rule{
	ID: "client/wrong-secret", Kind: KindProbe, Level: Violation, Source: "rfc6749#2.3.1",
	Title:  "A wrong client secret is refused.",
	Breaks: "a token for a wrong secret",
	Holds:  "401 invalid_client",
}

var clientUnknown = &Rule{
	ID: "client/unknown", Kind: KindProbe, Level: Violation, Source: "rfc6749#2.3.1",
	Title:  "An unknown client is refused.",
	Breaks: "a token for a client that is not there",
	Holds:  "401 invalid_client",
}

var clientEnumeration = &Rule{
	ID: "client/enumeration", Kind: KindProbe, Level: Drift, Source: "policy",
	Title:  "An unknown client and a wrong secret look alike.",
	Breaks: "invalid_client for one, invalid_grant for the other",
	Holds:  "401 invalid_client for both",
}

var clientMalformed = &Rule{
	ID: "client/malformed", Kind: KindProbe, Level: Violation, Source: "rfc7617#2",
	Title:  "Credentials that cannot be read are refused.",
	Breaks: "500 for Basic without a colon",
	Holds:  "401 or 400",
}

var clientSchemeCase = &Rule{
	ID: "client/scheme-case", Kind: KindProbe, Level: Violation, Source: "rfc9110#11.1",
	Title:  "The name of the scheme has no case.",
	Breaks: "401 for basic in lower case",
	Holds:  "200 for basic in lower case",
}

var clientInQuery = &Rule{
	ID: "client/in-query", Kind: KindProbe, Level: Violation, Source: "rfc6749#2.3.1",
	Title:  "Client credentials in the URL are not accepted.",
	Breaks: "a token for ?client_id=…&client_secret=…",
	Holds:  "400 or 401",
}

var clientTwoMethods = &Rule{
	ID: "client/two-methods", Kind: KindProbe, Level: Assumption, Source: "rfc6749#2.3",
	Title:  "A request authenticates the client in one way.",
	Breaks: "a token for Basic and client_secret in one request",
	Holds:  "400 or 401",
}

var clientOtherProject = &Rule{
	ID: "client/other-project", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "A client gets tokens for its own project only.",
	Breaks: "a token of project A for the client of project B",
	Holds:  "401 or 403",
}

var clientUnknownProject = &Rule{
	ID: "client/unknown-project", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "There are no tokens for a project that is not there.",
	Breaks: "a token for proj_…",
	Holds:  "401, 403 or 404",
}

var clientBearer = &Rule{
	ID: "client/bearer", Kind: KindProbe, Level: Violation, Source: "authentication",
	Title:  "The token endpoint for servers takes Basic credentials only.",
	Breaks: "a token for an access token",
	Holds:  "401",
}

var clientBruteForce = &Rule{
	ID: "client/brute-force", Kind: KindProbe, Level: Drift, Source: "rfc6749#2.3.1",
	Title:  "Many wrong secrets are slowed down.",
	Breaks: "the fortieth wrong secret is answered like the first",
	Holds:  "429 at some point",
}

// clientCases try the client authentication of the two endpoints that have it.
var clientCases = []liveCase{
	{
		name: "client/server",
		why:  "whoever gets a token without the secret has all users of the project",
		run:  func(p *probe) { p.clientMatrix(p.serverWith) },
	},
	{
		name: "client/oauth-token",
		why:  "the canonical endpoint must not be a side door",
		run:  tryClientOAuthToken,
	},
	{
		name: "client/other-project", needs: []need{needsOther},
		why: "a customer's client must not open another customer's project",
		run: tryClientOtherProject,
	},
	{
		name: "client/brute-force", needs: []need{needsRisky},
		why: "a secret that can be tried without end is found",
		run: tryClientBruteForce,
	},
}

func tryClientOAuthToken(p *probe) {
	p.clientMatrix(p.oauthWith)
	project := &p.suite.target.Project
	query := url.Values{"client_id": {project.ClientID}, "client_secret": {project.ClientSecret.Reveal()}}
	form := url.Values{"grant_type": {"client_credentials"}, "audience": {audience(project.ID)}}
	c := p.send(formRequest("/oauth/token?"+query.Encode(), nil, form))
	p.refuses(c, clientInQuery, "client credentials in the URL", 400, 401)
	form.Set("client_id", project.ClientID)
	form.Set("client_secret", project.ClientSecret.Reveal())
	c = p.send(formRequest("/oauth/token", project.basic(), form))
	p.refuses(c, clientTwoMethods, "Basic and client_secret together", 400, 401)
	form.Set("client_secret", wrongSecret)
	c = p.send(formRequest("/oauth/token", nil, form))
	p.refuses(c, clientWrongSecret, "a wrong secret in the form", 401, 400)
}

func tryClientOtherProject(p *probe) {
	other, own := p.suite.target.Other, &p.suite.target.Project
	c := p.serverWith(other.basic())
	p.refuses(c, clientOtherProject, "the client of another project", 401, 403, 400, 404)
	c = p.send(formRequest("/oauth/token", other.basic(), url.Values{"grant_type": {"client_credentials"}, "audience": {audience(own.ID)}}))
	p.refuses(c, clientOtherProject, "the client of another project", 401, 403, 400, 404)
	// and the other way round
	c = p.send(jsonRequest("POST", serverPath(other.ID), own.basic(), map[string]any{}))
	p.refuses(c, clientOtherProject, "the client of another project", 401, 403, 400, 404)
}

func tryClientBruteForce(p *probe) {
	for range 40 {
		c := p.sendOnce(jsonRequest("POST", serverPath(p.suite.target.Project.ID), basic("contract-nobody", wrongSecret), map[string]any{}))
		if c.status() == 429 {
			return
		}
		if c.ok() {
			p.refuses(c, clientUnknown, "an unknown client", 401)
			return
		}
		if len(p.findings) == 0 && c.x.Response == nil {
			return
		}
	}
	c := p.serverWith(basic("contract-nobody", wrongSecret))
	p.finding(c, clientBruteForce, Finding{Message: "forty wrong secrets in a row are all answered"})
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
func (p *probe) serverWith(credentials Header) *call {
	return p.send(jsonRequest("POST", serverPath(p.suite.target.Project.ID), credentials, map[string]any{"scope": "users:read"}))
}

// oauthWith asks /oauth/token for a token with a header of credentials.
func (p *probe) oauthWith(credentials Header) *call {
	return p.send(formRequest("/oauth/token", credentials, url.Values{
		"grant_type": {"client_credentials"}, "audience": {audience(p.suite.target.Project.ID)},
	}))
}

// clientMatrix tries all kinds of credentials at an endpoint.
func (p *probe) clientMatrix(ask func(Header) *call) {
	project := &p.suite.target.Project
	right := project.basic()[0].Value
	pair := strings.TrimPrefix(right, "Basic ")

	wrong := ask(basic(project.ClientID, wrongSecret))
	p.refuses(wrong, clientWrongSecret, "a wrong secret", 401)
	p.refuses(ask(basic(project.ClientID, "")), clientWrongSecret, "an empty secret", 401, 400)
	for what, secret := range nearly(project.ClientSecret.Reveal()) {
		p.refuses(ask(basic(project.ClientID, secret)), clientWrongSecret, what, 401)
	}
	unknown := ask(basic("contract-nobody", project.ClientSecret.Reveal()))
	p.refuses(unknown, clientUnknown, "an unknown client", 401)
	if !wrong.ok() && !unknown.ok() && (wrong.status() != unknown.status() || wrong.object()["error"] != unknown.object()["error"]) {
		p.finding(unknown, clientEnumeration, Finding{Message: "an unknown client and a wrong secret can be told apart"})
	}
	if c := ask(nil); !c.ok() { // else client/missing has said it
		p.refuses(c, nil, "no credentials", 401, 400)
	}
	p.refuses(ask(Header{{"Authorization", "Basic"}}), clientMalformed, "Basic without credentials", 401, 400)
	p.refuses(ask(Header{{"Authorization", "Basic !!!"}}), clientMalformed, "Basic that is not base64", 401, 400)
	noColon := base64.StdEncoding.EncodeToString([]byte(project.ClientID))
	p.refuses(ask(Header{{"Authorization", "Basic " + noColon}}), clientMalformed, "Basic without a colon", 401, 400)
	p.refuses(ask(bearer(p.token())), clientBearer, "an access token", 401, 400, 403)

	if c := ask(Header{{"Authorization", "basic " + pair}}); c.status()/100 == 4 && c.status() != 429 {
		p.finding(c, clientSchemeCase, Finding{Message: "the scheme in lower case is refused"})
	}
}
