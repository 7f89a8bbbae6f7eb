package contract

import (
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/spec"
)

// bearerChecks look at how protected operations take and refuse credentials.
// They need no probe: whatever traffic there is has to hold by them.
var bearerChecks = []exchangeCheck{
	exchangeRule("auth/credentials-needed", Violation, "authentication", "A protected operation works with a Bearer token only.",
		"200 without Authorization, or for Basic credentials", "200 for a Bearer token",
		checkAuthCredentialsNeeded),
	exchangeRule("auth/unauthenticated-status", Violation, "rfc9110#15.5.2", "A request without credentials gets 401.",
		"403 or 404 without a token", "401 with a challenge",
		checkAuthUnauthenticatedStatus),
	exchangeRule("scope/exceeded", Violation, "authentication", "A token does what its scope says and no more.",
		"POST /users with users:read", "POST /users with users:create",
		checkScopeExceeded),
	exchangeRule("auth/challenge", Violation, "rfc9110#11.6.1", "The challenge can be read, and names no parameter twice.",
		`Bearer realm="a", realm="b"`, `Bearer realm="onvy", error="invalid_token"`,
		checkAuthChallenge),
	exchangeRule("auth/bearer-challenge", Violation, "rfc6750#3", "A 401 of a protected operation challenges for Bearer.",
		`WWW-Authenticate: Basic realm="onvy"`, `WWW-Authenticate: Bearer realm="onvy"`,
		checkAuthBearerChallenge),
	exchangeRule("auth/no-error-without-token", Assumption, "rfc6750#3.1", "The challenge has no error where the request had no credentials.",
		`Bearer error="invalid_token" to a request without Authorization`, `Bearer realm="onvy"`,
		checkAuthNoErrorWithoutToken),
	exchangeRule("auth/invalid-token", Assumption, "rfc6750#3.1", "The challenge says invalid_token where a token was refused.",
		`Bearer error="server_error"`, `Bearer error="invalid_token"; Bearer realm="onvy" alone`,
		checkAuthInvalidToken),
	exchangeRule("scope/challenge", Assumption, "rfc6750#3.1", "A 403 for want of scope says insufficient_scope, if it has a challenge.",
		`403 with Bearer error="invalid_token"`, `403 with Bearer error="insufficient_scope"; 403 alone`,
		checkScopeChallenge),
}

func checkAuthCredentialsNeeded(c *call, r *Rule) {
	if c.op == nil || !c.op.bearer || !c.ok() || !c.authKnown() {
		return
	}
	switch scheme, value := c.x.Request.credentials(); {
	case scheme == "":
		c.finding(r, Finding{Message: "the operation works without credentials"})
	case scheme != "bearer":
		c.finding(r, Finding{Message: "the operation works with credentials that are not Bearer"})
	case value == "":
		c.finding(r, Finding{Message: "the operation works with an empty token"})
	}
}

func checkAuthUnauthenticatedStatus(c *call, r *Rule) {
	if c.op == nil || !c.op.bearer || c.x.Request.Header.Has("Authorization") || !c.authKnown() {
		return
	}
	switch s := c.status(); {
	case s == 405, s == 501: // a method that is not there
	case s == 401, s == 429, s/100 == 5, s/100 == 2, c.x.Response == nil: // others say it
	default:
		c.finding(r, Finding{Message: "a request without credentials does not get 401"})
	}
}

func checkScopeExceeded(c *call, r *Rule) {
	if c.op == nil || c.op.scope == "" || !c.ok() {
		return
	}
	token := c.bearer()
	if !token.isJWT || len(token.scopes) == 0 || slices.Contains(token.scopes, c.op.scope) {
		return
	}
	// users:update and users:delete are guesses; where the server has
	// no such scope, writing must at least need more than reading.
	if c.does(spec.Replace, spec.Patch, spec.Delete) &&
		slices.ContainsFunc(token.scopes, func(s string) bool { return !c.onlyReads(s) }) {
		return
	}
	c.finding(r, Finding{Message: "the operation works without the scope " + c.op.scope})
}

func checkAuthChallenge(c *call, r *Rule) {
	if c.status() != 401 || strings.TrimSpace(c.x.Response.Header.Get("WWW-Authenticate")) == "" {
		return // http/header-missing says it
	}
	all, ok := challenges(c.x.Response.Header)
	if !ok {
		c.finding(r, Finding{Message: "WWW-Authenticate cannot be read"})
	}
	for _, ch := range all {
		if ch.double != "" {
			c.finding(r, Finding{Message: "the challenge has " + ch.double + " twice", Source: "rfc6750#3"})
		}
		if _, has := ch.params["realm"]; ch.scheme == "basic" && !has && ok {
			c.finding(r, Finding{Message: "the Basic challenge has no realm", Source: "rfc7617#2"})
		}
	}
}

func checkAuthBearerChallenge(c *call, r *Rule) {
	if c.op == nil || !c.op.bearer || c.status() != 401 || !c.x.Response.Header.Has("WWW-Authenticate") {
		return
	}
	if all, ok := challenges(c.x.Response.Header); ok && !slices.ContainsFunc(all, isBearer) {
		c.finding(r, Finding{Message: "the challenge is not for Bearer"})
	}
}

func checkAuthNoErrorWithoutToken(c *call, r *Rule) {
	if c.op == nil || !c.op.bearer || c.status() != 401 || c.x.Request.Header.Has("Authorization") || !c.authKnown() {
		return
	}
	if ch, ok := c.bearerChallenge(); ok && ch.params["error"] != "" {
		c.finding(r, Finding{Message: "the challenge reports an error although no token was sent"})
	}
}

func checkAuthInvalidToken(c *call, r *Rule) {
	if c.op == nil || !c.op.bearer || c.status() != 401 || c.x.Request.bearer() == "" {
		return
	}
	ch, ok := c.bearerChallenge()
	if code := ch.params["error"]; ok && code != "" && code != "invalid_token" {
		c.finding(r, Finding{Message: "a refused token is not reported as invalid_token"})
	}
}

func checkScopeChallenge(c *call, r *Rule) {
	if c.op == nil || !c.op.bearer || c.status() != 403 {
		return
	}
	ch, ok := c.bearerChallenge()
	if code := ch.params["error"]; ok && code != "" && code != "insufficient_scope" {
		c.finding(r, Finding{Message: "a 403 is not reported as insufficient_scope"})
	}
}

func isBearer(ch challenge) bool { return ch.scheme == "bearer" }

func (c *call) bearerChallenge() (challenge, bool) {
	all, _ := challenges(c.x.Response.Header)
	if i := slices.IndexFunc(all, isBearer); i >= 0 {
		return all[i], true
	}
	return challenge{}, false
}

// authKnown is false where a cookie stands for the credentials.
func (c *call) authKnown() bool {
	return !c.x.Request.Header.Has("Cookie")
}

// onlyReads reports whether a scope is what reading a resource needs.
func (c *call) onlyReads(scope string) bool {
	return slices.ContainsFunc(c.spec.api.Resources, func(r *spec.Resource) bool { return r.Read != nil && r.Read.Scope == scope })
}
