package contract

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// tokenChecks look at the answers of the three token endpoints.
var tokenChecks = []exchangeCheck{
	exchangeRule("oauth/no-store", Violation, "rfc6749#5.1", "A token is not to be cached.",
		"Cache-Control: public, max-age=900", "Cache-Control: no-store, max-age=0",
		checkOAuthNoStore),
	exchangeRule("oauth/pragma", Drift, "rfc6749#5.1", "A token answer tells HTTP/1.0 caches too.",
		"no Pragma on a token answer", "Pragma: no-cache",
		checkOAuthPragma),
	exchangeRule("oauth/refresh-token", Violation, "quickstart", "client_credentials gives no refresh token.",
		"refresh_token beside the access token of a server", "refresh_token after an exchange",
		tokenRule(checkOAuthRefreshToken)),
	exchangeRule("oauth/exchange-refresh-token", Assumption, "authentication", "An exchange gives a refresh token, since refreshing is documented.",
		"an exchange with an access token alone", "an exchange with both",
		tokenRule(checkOAuthExchangeRefreshToken)),
	exchangeRule("oauth/issued-token-type", Violation, "rfc8693#2.2.1", "A token exchange says what kind of token it gives.",
		"no issued_token_type from /oauth/token", "urn:ietf:params:oauth:token-type:access_token",
		tokenRule(checkOAuthIssuedTokenType)),
	exchangeRule("oauth/expires-in", Violation, "rfc6749#5.1", "expires_in is the lifetime in seconds.",
		"expires_in 900000 with exp − iat of 900", "expires_in 899 with exp − iat of 900",
		tokenRule(checkExpiresIn)),
	exchangeRule("scope/granted", Violation, "rfc6749#3.3", "What is granted is what was asked for, or the answer says what it is.",
		"every scope for a request of users:read", "less than asked, with a scope member",
		tokenRule(checkScopeGranted)),
	exchangeRule("oauth/error-code", Violation, "rfc6749#5.2", "The error of a token endpoint is one of the registered codes.",
		`"error": "oops"`, `"error": "invalid_client"`,
		checkOAuthErrorCode),
	exchangeRule("oauth/basic-challenge", Violation, "rfc6749#5.2", "Wrong client credentials in the header get a Basic challenge.",
		"401 with a Bearer challenge at /oauth/token", `401 with Basic realm="onvy"`,
		checkOAuthBasicChallenge),
	exchangeRule("jwt/algorithm", Violation, "rfc8725#3.2", "An access token that is a JWT is signed.",
		"alg none", "alg ES256",
		jwtRule(checkJWTAlgorithm)),
	exchangeRule("jwt/claims", Violation, "authentication", "An access token that is a JWT has the documented claims.",
		"no project_id; no user_id for principal_type user", "an opaque token",
		jwtRule(checkClaims)),
	exchangeRule("jwt/times", Violation, "rfc7519#4.1", "A token is valid when it is issued, and ends after that.",
		"exp before iat; nbf an hour ahead", "nbf equal to iat",
		jwtRule(checkJWTTimes)),
	exchangeRule("jwt/project", Violation, "authentication", "A token is for the project that was asked for.",
		"project_id of another project", "project_id as in the path",
		jwtRule(checkJWTProject)),
}

func checkOAuthNoStore(c *call, r *Rule) {
	if c.op == nil || !c.op.token || !c.ok() || !c.x.Response.Header.Has("Cache-Control") {
		return // that it is missing is http/header-missing
	}
	switch h := c.x.Response.Header; {
	case !hasDirective(h, "Cache-Control", "no-store"):
		c.finding(r, Finding{Message: "Cache-Control of a token answer lacks no-store"})
	case hasDirective(h, "Cache-Control", "public", "s-maxage"):
		c.finding(r, Finding{Message: "Cache-Control of a token answer lets caches keep it"})
	case hasLife(h):
		c.finding(r, Finding{Level: Drift, Message: "Cache-Control of a token answer has no-store and a lifetime too"})
	}
}

func checkOAuthPragma(c *call, r *Rule) {
	if c.op != nil && c.op.token && c.ok() && !hasDirective(c.x.Response.Header, "Pragma", "no-cache") {
		c.finding(r, Finding{Message: "Pragma: no-cache is missing"})
	}
}

func checkOAuthRefreshToken(c *call, r *Rule, t tokenAnswer) {
	if _, there := t.body["refresh_token"]; there && c.grant() == grantClient {
		c.finding(r, Finding{Pointer: "/refresh_token", Message: "client_credentials gave a refresh token"})
	}
}

func checkOAuthExchangeRefreshToken(c *call, r *Rule, t tokenAnswer) {
	if _, there := t.body["refresh_token"]; !there && !c.canonical() && c.grant() == grantExchange {
		c.finding(r, Finding{Pointer: "/refresh_token", Message: "the exchange gave no refresh token"})
	}
}

func checkOAuthIssuedTokenType(c *call, r *Rule, t tokenAnswer) {
	if text, _ := t.body["issued_token_type"].(string); c.canonical() && c.grant() == grantExchange && text == "" {
		c.finding(r, Finding{Pointer: "/issued_token_type", Message: "issued_token_type is missing"})
	}
}

func checkOAuthErrorCode(c *call, r *Rule) {
	if c.op == nil || !c.op.token || c.status()/100 != 4 || c.status() == 429 {
		return
	}
	code, isText := c.object()["error"].(string)
	if c.canonical() && c.status() == 401 && isText && code != "invalid_client" && c.knownCode(code) {
		c.finding(r, Finding{Pointer: "/error", Message: "401 is for invalid_client; other codes come with 400"})
	}
	if !isText || c.knownCode(code) || c.status() == 404 || c.status() == 415 || c.status() == 413 || c.status() == 405 {
		return
	}
	c.finding(r, Finding{Level: c.errorLevel(), Pointer: "/error", Message: "the code is not one of " + strings.Join(c.spec.api.OAuthCodes, ", ")})
}

func checkOAuthBasicChallenge(c *call, r *Rule) {
	if c.op == nil || !c.op.token || c.status() != 401 || !c.x.Response.Header.Has("WWW-Authenticate") {
		return
	}
	all, _ := challenges(c.x.Response.Header)
	scheme, _ := c.x.Request.credentials()
	isBasic := func(ch challenge) bool { return ch.scheme == "basic" }
	if scheme == "basic" && !slices.ContainsFunc(all, isBasic) {
		level := Violation
		if !c.canonical() {
			level = Assumption
		}
		c.finding(r, Finding{Level: level, Message: "the challenge is not for Basic, which the client used"})
	}
}

func checkJWTAlgorithm(c *call, r *Rule, t tokenAnswer) {
	if alg, _ := t.jwt.header["alg"].(string); alg == "" || strings.EqualFold(alg, "none") {
		c.finding(r, Finding{Pointer: "/access_token", Message: "the token is not signed"})
	}
}

func checkJWTTimes(c *call, r *Rule, t tokenAnswer) {
	iat, exp, nbf := t.jwt.time("iat"), t.jwt.time("exp"), t.jwt.time("nbf")
	switch {
	case !iat.IsZero() && !exp.IsZero() && !exp.After(iat):
		c.finding(r, Finding{Pointer: "/access_token", Message: "exp is not after iat"})
	case !nbf.IsZero() && !iat.IsZero() && nbf.Sub(iat) > time.Minute:
		c.finding(r, Finding{Pointer: "/access_token", Message: "nbf is more than a minute after iat"})
	case !iat.IsZero() && !c.x.Started.IsZero() && iat.Sub(c.x.Started).Abs() > 5*time.Minute:
		c.finding(r, Finding{Level: Drift, Pointer: "/access_token", Message: "iat is more than five minutes off the client's clock"})
	}
}

func checkJWTProject(c *call, r *Rule, t tokenAnswer) {
	want, got := c.requestedProject(), t.jwt.text("project_id")
	if want != "" && got != "" && want != got {
		c.finding(r, Finding{Pointer: "/access_token", Message: "the project_id claim is not the project of the request"})
	}
}

// tokenAnswer is a token answer, decoded.
type tokenAnswer struct {
	body  map[string]any
	jwt   claims
	isJWT bool
}

// tokenRule runs a check on answers that give a token.
func tokenRule(run func(*call, *Rule, tokenAnswer)) func(*call, *Rule) {
	return func(c *call, r *Rule) {
		if c.op == nil || !c.op.token || !c.ok() || c.object() == nil {
			return
		}
		t := tokenAnswer{body: c.object()}
		access, _ := t.body["access_token"].(string)
		t.jwt, t.isJWT = readJWT(access)
		run(c, r, t)
	}
}

// jwtRule runs a check on answers whose access token is a JWT.
func jwtRule(run func(*call, *Rule, tokenAnswer)) func(*call, *Rule) {
	return tokenRule(func(c *call, r *Rule, t tokenAnswer) {
		if t.isJWT {
			run(c, r, t)
		}
	})
}

// hasLife tells whether Cache-Control gives a lifetime above zero.
func hasLife(h Header) bool {
	for _, value := range h.Values("Cache-Control") {
		if _, life, ok := strings.Cut(strings.ToLower(value), "max-age="); ok && !strings.HasPrefix(life, "0") {
			return true
		}
	}
	return false
}

// otherCodes are those that other endpoints of OAuth document (RFC 6749,
// 4.1.2.1) and that token endpoints use too.
var otherCodes = []string{"access_denied", "temporarily_unavailable", "server_error"}

// knownCode reports whether an error code is documented, or is one of others.
// Where the spec closes none, all are.
func (c *call) knownCode(code string) bool {
	codes := c.spec.api.OAuthCodes
	return codes == nil || slices.Contains(codes, code) || slices.Contains(otherCodes, code)
}

// dayLong is a lifetime that no page suggests for an access token: 900 s is
// what they show.
const dayLong = 24 * 60 * 60

func checkExpiresIn(c *call, r *Rule, t tokenAnswer) {
	value, known := c.shows("expires_in")
	seconds, ok := float(value)
	if !ok || !known {
		return
	}
	iat, hasIat := t.jwt.seconds("iat")
	exp, hasExp := t.jwt.seconds("exp")
	switch {
	case t.isJWT && hasIat && hasExp && math.Abs(exp-iat-seconds) > 5:
		c.finding(r, Finding{Pointer: "/expires_in", Message: fmt.Sprintf("expires_in is not exp − iat of the token (%+.0f s)", seconds-(exp-iat))})
	case seconds > dayLong:
		c.finding(r, Finding{Level: Assumption, Source: "authentication", Pointer: "/expires_in", Message: "expires_in is more than a day; is it in milliseconds?"})
	}
}

func checkScopeGranted(c *call, r *Rule, t tokenAnswer) {
	if scope, is := t.body["scope"].(string); is && scope == "" {
		c.finding(r, Finding{Pointer: "/scope", Message: "scope is empty; it has one value at least, or is not there"})
		return
	}
	asked := strings.Fields(c.requestedScope())
	if len(asked) == 0 {
		return
	}
	said, says := t.body["scope"].(string)
	granted, known := t.jwt.scopes()
	if !t.isJWT || !known {
		if !says {
			return
		}
		granted = strings.Fields(said)
	}
	for _, scope := range granted {
		if says && slices.Contains(strings.Fields(said), scope) {
			continue // a server may go its own way if it says so
		}
		if !slices.Contains(asked, scope) {
			c.finding(r, Finding{Pointer: "/scope", Message: "more scope is granted than was asked for, and the answer does not say so"})
			return
		}
	}
	for _, scope := range asked {
		if !slices.Contains(granted, scope) && !says {
			c.finding(r, Finding{Pointer: "/scope", Message: "less scope is granted than was asked for, and the answer does not say so", Source: "rfc6749#5.1"})
			return
		}
	}
	if says && !sameSet(strings.Fields(said), granted) {
		c.finding(r, Finding{Pointer: "/scope", Message: "scope in the answer is not the scope of the token"})
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

func checkClaims(c *call, r *Rule, t tokenAnswer) {
	for _, name := range []string{"iss", "aud", "exp", "iat", "nbf", "jti", "project_id", "sub", "principal_type", "scope"} {
		if value, there := t.jwt.values[name]; !there || value == "" || value == nil {
			c.finding(r, Finding{Pointer: "/access_token", Message: "the claim " + name + " is missing"})
		}
	}
	for _, name := range []string{"exp", "iat", "nbf"} {
		if value, there := t.jwt.values[name]; there {
			if _, isNumber := value.(float64); !isNumber {
				c.finding(r, Finding{Pointer: "/access_token", Message: "the claim " + name + " is not a number", Source: "rfc7519#2"})
			}
		}
	}
	if _, isList := t.jwt.values["scope"].([]any); isList {
		c.finding(r, Finding{Level: Assumption, Pointer: "/access_token", Message: "the claim scope is a list in place of a text", Source: "rfc8693#4.2"})
	}
	if t.jwt.text("principal_type") == "user" && t.jwt.text("user_id") == "" {
		c.finding(r, Finding{Pointer: "/access_token", Message: "the claim user_id is missing from a user's token"})
	}
	if g := c.grant(); (g == grantExchange || g == grantRefresh) && t.jwt.text("principal_type") != "" && t.jwt.text("principal_type") != "user" {
		c.finding(r, Finding{Level: Assumption, Pointer: "/access_token", Message: "principal_type of a user's token is not user"})
	}
}
