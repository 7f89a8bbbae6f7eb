// Package auth has the rules of how protected operations take and refuse credentials.
// They need no probe: whatever traffic there is has to hold by them.
package auth

import (
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
	"github.com/onvy-health/onvy-go/contract/rule"
)

var CredentialsNeeded = pass.NewRule(checkCredentialsNeeded, rule.Rule{
	ID: ruleid.AuthCredentialsNeeded, Level: rule.Violation, Source: "authentication",
	Title:  "A protected operation MUST refuse a request without a Bearer token.",
	Breaks: "200 without Authorization, or for Basic credentials",
	Holds:  "200 for a Bearer token",
})

var UnauthenticatedStatus = pass.NewRule(checkUnauthenticatedStatus, rule.Rule{
	ID: "auth/unauthenticated-status", Level: rule.Violation, Source: "rfc9110#15.5.2",
	Title:  "A request without credentials MUST get 401 Unauthorized.",
	Breaks: "403 or 404 without a token",
	Holds:  "401 with a challenge",
})

var Challenge = pass.NewRule(checkChallenge, rule.Rule{
	ID: "auth/challenge", Level: rule.Violation, Source: "rfc9110#11.6.1",
	Title:  "WWW-Authenticate MUST be a list of challenges that can be parsed, no parameter twice.",
	Breaks: `Bearer realm="a", realm="b"`,
	Holds:  `Bearer realm="onvy", error="invalid_token"`,
})

var BearerChallenge = pass.NewRule(checkBearerChallenge, rule.Rule{
	ID: "auth/bearer-challenge", Level: rule.Violation, Source: "rfc6750#3",
	Title:  "A 401 of a protected operation MUST challenge for Bearer in WWW-Authenticate.",
	Breaks: `WWW-Authenticate: Basic realm="onvy"`,
	Holds:  `WWW-Authenticate: Bearer realm="onvy"`,
})

var NoErrorWithoutToken = pass.NewRule(checkNoErrorWithoutToken, rule.Rule{
	ID: "auth/no-error-without-token", Level: rule.Assumption, Source: "rfc6750#3.1",
	Title:  "The challenge SHOULD NOT have an error code where the request had no credentials.",
	Breaks: `Bearer error="invalid_token" to a request without Authorization`,
	Holds:  `Bearer realm="onvy"`,
})

var InvalidToken = pass.NewRule(checkInvalidToken, rule.Rule{
	ID: "auth/invalid-token", Level: rule.Assumption, Source: "rfc6750#3.1",
	Title:  `The challenge for a refused token SHOULD have error="invalid_token".`,
	Breaks: `Bearer error="server_error"`,
	Holds:  `Bearer error="invalid_token"; Bearer realm="onvy" alone`,
})

func checkCredentialsNeeded(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Bearer || !c.OK() || !c.AuthKnown() {
		return
	}
	switch scheme, value := c.Exchange.Request.Credentials(); {
	case scheme == "":
		c.Report(r, rule.Finding{Message: "the operation works without credentials"})
	case scheme != "bearer":
		c.Report(r, rule.Finding{Message: "the operation works with credentials that are not Bearer"})
	case value == "":
		c.Report(r, rule.Finding{Message: "the operation works with an empty token"})
	}
}

func checkUnauthenticatedStatus(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Bearer || c.Exchange.Request.Header.Has("Authorization") || !c.AuthKnown() {
		return
	}
	switch s := c.Status(); {
	case s == 405, s == 501: // a method that is not there
	case s/100 == 1, s == 499, c.ToHTTPS(): // no answer yet, none at all (a word of nginx), and none to this URL
	case s == 401, s == 429, s/100 == 5, s/100 == 2, c.Exchange.Response == nil: // others say it
	default:
		c.Report(r, rule.Finding{Message: "a request without credentials does not get 401"})
	}
}

func checkChallenge(c *pass.Call, r *rule.Rule) {
	if c.Status() != 401 || strings.TrimSpace(c.Exchange.Response.Header.Get("WWW-Authenticate")) == "" {
		return // http/header-missing says it
	}
	all, ok := read.Challenges(c.Exchange.Response.Header)
	if !ok {
		c.Report(r, rule.Finding{Message: "WWW-Authenticate cannot be read"})
	}
	for _, ch := range all {
		if ch.Double != "" {
			c.Report(r, rule.Finding{Message: "the challenge has " + ch.Double + " twice", Source: "rfc6750#3"})
		}
		if _, has := ch.Params["realm"]; ch.Scheme == "basic" && !has && ok {
			c.Report(r, rule.Finding{Message: "the Basic challenge has no realm", Source: "rfc7617#2"})
		}
	}
}

func checkBearerChallenge(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Bearer || c.Status() != 401 || !c.Exchange.Response.Header.Has("WWW-Authenticate") {
		return
	}
	if all, ok := read.Challenges(c.Exchange.Response.Header); ok && !slices.ContainsFunc(all, pass.IsBearer) {
		c.Report(r, rule.Finding{Message: "the challenge is not for Bearer"})
	}
}

func checkNoErrorWithoutToken(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Bearer || c.Status() != 401 || c.Exchange.Request.Header.Has("Authorization") || !c.AuthKnown() {
		return
	}
	if ch, ok := c.BearerChallenge(); ok && ch.Params["error"] != "" {
		c.Report(r, rule.Finding{Message: "the challenge reports an error although no token was sent"})
	}
}

func checkInvalidToken(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Bearer || c.Status() != 401 || c.Exchange.Request.Bearer() == "" {
		return
	}
	ch, ok := c.BearerChallenge()
	if code := ch.Params["error"]; ok && code != "" && code != "invalid_token" {
		c.Report(r, rule.Finding{Message: "a refused token is not reported as invalid_token"})
	}
}
