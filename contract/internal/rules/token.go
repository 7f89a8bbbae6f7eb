package rules

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// tokenChecks look at the answers of the three token endpoints.
var tokenChecks = []*pass.Rule{
	OAuthNoStore, OAuthPragma, OAuthRefreshToken, OAuthExchangeRefreshToken, OAuthIssuedTokenType, OAuthExpiresIn,
	ScopeGranted, OAuthErrorCode, OAuthBasicChallenge, JWTAlgorithm, JWTClaims, JWTTimes, JWTProject,
}

var OAuthNoStore = pass.NewRule(checkOAuthNoStore, rule.Rule{
	ID: "oauth/no-store", Level: rule.Violation, Source: "rfc6749#5.1",
	Title:  "A token response MUST include Cache-Control: no-store.",
	Breaks: "Cache-Control: public, max-age=900",
	Holds:  "Cache-Control: no-store, max-age=0",
})

var OAuthPragma = pass.NewRule(checkOAuthPragma, rule.Rule{
	ID: "oauth/pragma", Level: rule.Drift, Source: "rfc6749#5.1",
	Title:  "A token response includes Pragma: no-cache, for caches of HTTP/1.0.",
	Breaks: "no Pragma on a token answer",
	Holds:  "Pragma: no-cache",
})

var OAuthRefreshToken = pass.NewRule(tokenRule(checkOAuthRefreshToken), rule.Rule{
	ID: "oauth/refresh-token", Level: rule.Violation, Source: "quickstart",
	Title:  "client_credentials MUST NOT give a refresh token.",
	Breaks: "refresh_token beside the access token of a server",
	Holds:  "refresh_token after an exchange",
})

var OAuthExchangeRefreshToken = pass.NewRule(tokenRule(checkOAuthExchangeRefreshToken), rule.Rule{
	ID: "oauth/exchange-refresh-token", Level: rule.Assumption, Source: "authentication",
	Title:  "A token exchange SHOULD give a refresh token, since refreshing is documented.",
	Breaks: "an exchange with an access token alone",
	Holds:  "an exchange with both",
})

var OAuthIssuedTokenType = pass.NewRule(tokenRule(checkOAuthIssuedTokenType), rule.Rule{
	ID: "oauth/issued-token-type", Level: rule.Violation, Source: "rfc8693#2.2.1",
	Title:  "A token exchange MUST include issued_token_type.",
	Breaks: "no issued_token_type from /oauth/token",
	Holds:  "urn:ietf:params:oauth:token-type:access_token",
})

var OAuthExpiresIn = pass.NewRule(tokenRule(checkExpiresIn), rule.Rule{
	ID: "oauth/expires-in", Level: rule.Violation, Source: "rfc6749#5.1",
	Title:  "expires_in MUST be the lifetime of the token in seconds.",
	Breaks: "expires_in 900000 with exp − iat of 900",
	Holds:  "expires_in 899 with exp − iat of 900",
})

var ScopeGranted = pass.NewRule(tokenRule(checkScopeGranted), rule.Rule{
	ID: "scope/granted", Level: rule.Violation, Source: "rfc6749#3.3",
	Title:  "A token response MUST include scope, if it is not the one that was requested.",
	Breaks: "every scope for a request of users:read",
	Holds:  "less than asked, with a scope member",
})

var OAuthErrorCode = pass.NewRule(checkOAuthErrorCode, rule.Rule{
	ID: "oauth/error-code", Level: rule.Violation, Source: "rfc6749#5.2",
	Title:  "error of a token endpoint MUST be a code of RFC 6749, and of a 401 invalid_client.",
	Breaks: `"error": "oops"`,
	Holds:  `"error": "invalid_client"`,
})

var OAuthBasicChallenge = pass.NewRule(checkOAuthBasicChallenge, rule.Rule{
	ID: "oauth/basic-challenge", Level: rule.Violation, Source: "rfc6749#5.2",
	Title:  "A 401 invalid_client MUST challenge for Basic, if the client used the Authorization header.",
	Breaks: "401 with a Bearer challenge at /oauth/token",
	Holds:  `401 with Basic realm="onvy"`,
})

var JWTAlgorithm = pass.NewRule(jwtRule(checkJWTAlgorithm), rule.Rule{
	ID: "jwt/algorithm", Level: rule.Violation, Source: "rfc8725#3.2",
	Title:  "A JWT access token MUST be signed: alg MUST be there, and not none.",
	Breaks: "alg none",
	Holds:  "alg ES256",
})

var JWTClaims = pass.NewRule(jwtRule(checkClaims), rule.Rule{
	ID: "jwt/claims", Level: rule.Violation, Source: "authentication",
	Title:  "A JWT access token MUST have the documented claims.",
	Breaks: "no project_id; no user_id for principal_type user",
	Holds:  "an opaque token",
})

var JWTTimes = pass.NewRule(jwtRule(checkJWTTimes), rule.Rule{
	ID: "jwt/times", Level: rule.Violation, Source: "rfc7519#4.1",
	Title:  "nbf and iat MUST NOT be in the future, and exp MUST be after them.",
	Breaks: "exp before iat; nbf an hour ahead",
	Holds:  "nbf equal to iat",
})

var JWTProject = pass.NewRule(jwtRule(checkJWTProject), rule.Rule{
	ID: "jwt/project", Level: rule.Violation, Source: "authentication",
	Title:  "The token MUST be for the project that was asked for.",
	Breaks: "project_id of another project",
	Holds:  "project_id as in the path",
})

func checkOAuthNoStore(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Token || !c.OK() || !c.Exchange.Response.Header.Has("Cache-Control") {
		return // that it is missing is http/header-missing
	}
	switch h := c.Exchange.Response.Header; {
	case !read.HasDirective(h, "Cache-Control", "no-store"):
		c.Report(r, rule.Finding{Message: "Cache-Control of a token answer lacks no-store"})
	case read.HasDirective(h, "Cache-Control", "public", "s-maxage"):
		c.Report(r, rule.Finding{Message: "Cache-Control of a token answer lets caches keep it"})
	case hasLife(h):
		c.Report(r, rule.Finding{Level: rule.Drift, Message: "Cache-Control of a token answer has no-store and a lifetime too"})
	}
}

func checkOAuthPragma(c *pass.Call, r *rule.Rule) {
	if c.Op != nil && c.Op.Token && c.OK() && !read.HasDirective(c.Exchange.Response.Header, "Pragma", "no-cache") {
		c.Report(r, rule.Finding{Message: "Pragma: no-cache is missing"})
	}
}

func checkOAuthRefreshToken(c *pass.Call, r *rule.Rule, t tokenAnswer) {
	if _, there := t.body["refresh_token"]; there && c.Grant() == pass.GrantClient {
		c.Report(r, rule.Finding{Pointer: "/refresh_token", Message: "client_credentials gave a refresh token"})
	}
}

func checkOAuthExchangeRefreshToken(c *pass.Call, r *rule.Rule, t tokenAnswer) {
	if _, there := t.body["refresh_token"]; !there && !c.Canonical() && c.Grant() == pass.GrantExchange {
		c.Report(r, rule.Finding{Pointer: "/refresh_token", Message: "the exchange gave no refresh token"})
	}
}

func checkOAuthIssuedTokenType(c *pass.Call, r *rule.Rule, t tokenAnswer) {
	if text, _ := t.body["issued_token_type"].(string); c.Canonical() && c.Grant() == pass.GrantExchange && text == "" {
		c.Report(r, rule.Finding{Pointer: "/issued_token_type", Message: "issued_token_type is missing"})
	}
}

func checkOAuthErrorCode(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Token || c.Status()/100 != 4 || c.Status() == 429 {
		return
	}
	code, isText := c.Object()["error"].(string)
	if c.Canonical() && c.Status() == 401 && isText && code != "invalid_client" && KnownCode(c, code) {
		c.Report(r, rule.Finding{Pointer: "/error", Message: "401 is for invalid_client; other codes come with 400"})
	}
	if !isText || KnownCode(c, code) || c.Status() == 404 || c.Status() == 415 || c.Status() == 413 || c.Status() == 405 {
		return
	}
	c.Report(r, rule.Finding{Level: c.ErrorLevel(), Pointer: "/error", Message: "the code is not one of " + strings.Join(c.Spec.API.OAuthCodes, ", ")})
}

func checkOAuthBasicChallenge(c *pass.Call, r *rule.Rule) {
	if c.Op == nil || !c.Op.Token || c.Status() != 401 || !c.Exchange.Response.Header.Has("WWW-Authenticate") {
		return
	}
	all, _ := read.Challenges(c.Exchange.Response.Header)
	scheme, _ := c.Exchange.Request.Credentials()
	isBasic := func(ch read.Challenge) bool { return ch.Scheme == "basic" }
	if scheme == "basic" && !slices.ContainsFunc(all, isBasic) {
		level := rule.Violation
		if !c.Canonical() {
			level = rule.Assumption
		}
		c.Report(r, rule.Finding{Level: level, Message: "the challenge is not for Basic, which the client used"})
	}
}

func checkJWTAlgorithm(c *pass.Call, r *rule.Rule, t tokenAnswer) {
	if alg, _ := t.jwt.Header["alg"].(string); alg == "" || strings.EqualFold(alg, "none") {
		c.Report(r, rule.Finding{Pointer: "/access_token", Message: "the token is not signed"})
	}
}

func checkJWTTimes(c *pass.Call, r *rule.Rule, t tokenAnswer) {
	iat, exp, nbf := t.jwt.Time("iat"), t.jwt.Time("exp"), t.jwt.Time("nbf")
	switch {
	case !iat.IsZero() && !exp.IsZero() && !exp.After(iat):
		c.Report(r, rule.Finding{Pointer: "/access_token", Message: "exp is not after iat"})
	case !nbf.IsZero() && !iat.IsZero() && nbf.Sub(iat) > time.Minute:
		c.Report(r, rule.Finding{Pointer: "/access_token", Message: "nbf is more than a minute after iat"})
	case !iat.IsZero() && !c.Exchange.Started.IsZero() && iat.Sub(c.Exchange.Started).Abs() > 5*time.Minute:
		c.Report(r, rule.Finding{Level: rule.Drift, Pointer: "/access_token", Message: "iat is more than five minutes off the client's clock"})
	}
}

func checkJWTProject(c *pass.Call, r *rule.Rule, t tokenAnswer) {
	want, got := c.RequestedProject(), t.jwt.Text("project_id")
	if want != "" && got != "" && want != got {
		c.Report(r, rule.Finding{Pointer: "/access_token", Message: "the project_id claim is not the project of the request"})
	}
}

// tokenAnswer is a token answer, decoded.
type tokenAnswer struct {
	body  map[string]any
	jwt   read.Claims
	isJWT bool
}

// tokenRule runs a check on answers that give a token.
func tokenRule(run func(*pass.Call, *rule.Rule, tokenAnswer)) func(*pass.Call, *rule.Rule) {
	return func(c *pass.Call, r *rule.Rule) {
		if c.Op == nil || !c.Op.Token || !c.OK() || c.Object() == nil {
			return
		}
		t := tokenAnswer{body: c.Object()}
		access, _ := t.body["access_token"].(string)
		t.jwt, t.isJWT = read.JWT(access)
		run(c, r, t)
	}
}

// jwtRule runs a check on answers whose access token is a JWT.
func jwtRule(run func(*pass.Call, *rule.Rule, tokenAnswer)) func(*pass.Call, *rule.Rule) {
	return tokenRule(func(c *pass.Call, r *rule.Rule, t tokenAnswer) {
		if t.isJWT {
			run(c, r, t)
		}
	})
}

// hasLife reports whether Cache-Control gives a lifetime above zero.
func hasLife(h wire.Header) bool {
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

// KnownCode reports whether an error code is documented, or is one of others.
// Where the spec closes none, all are.
func KnownCode(c *pass.Call, code string) bool {
	codes := c.Spec.API.OAuthCodes
	return codes == nil || slices.Contains(codes, code) || slices.Contains(otherCodes, code)
}

func checkExpiresIn(c *pass.Call, r *rule.Rule, t tokenAnswer) {
	value, known := c.Shows("expires_in")
	seconds, ok := read.Float(value)
	if !ok || !known {
		return
	}
	iat, hasIat := t.jwt.Seconds("iat")
	exp, hasExp := t.jwt.Seconds("exp")
	switch {
	case t.isJWT && hasIat && hasExp && math.Abs(exp-iat-seconds) > 5:
		c.Report(r, rule.Finding{Pointer: "/expires_in", Message: fmt.Sprintf("expires_in is not exp − iat of the token (%+.0f s)", seconds-(exp-iat))})
	case seconds > pass.DayLong:
		c.Report(r, rule.Finding{Level: rule.Assumption, Source: "authentication", Pointer: "/expires_in", Message: "expires_in is more than a day; is it in milliseconds?"})
	}
}

func checkScopeGranted(c *pass.Call, r *rule.Rule, t tokenAnswer) {
	if scope, is := t.body["scope"].(string); is && scope == "" {
		c.Report(r, rule.Finding{Pointer: "/scope", Message: "scope is empty; it has one value at least, or is not there"})
		return
	}
	asked := strings.Fields(c.RequestedScope())
	if len(asked) == 0 {
		return
	}
	said, says := t.body["scope"].(string)
	granted, known := t.jwt.Scopes()
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
			c.Report(r, rule.Finding{Pointer: "/scope", Message: "more scope is granted than was asked for, and the answer does not say so"})
			return
		}
	}
	for _, scope := range asked {
		if !slices.Contains(granted, scope) && !says {
			c.Report(r, rule.Finding{Pointer: "/scope", Message: "less scope is granted than was asked for, and the answer does not say so", Source: "rfc6749#5.1"})
			return
		}
	}
	if says && !sameSet(strings.Fields(said), granted) {
		c.Report(r, rule.Finding{Pointer: "/scope", Message: "scope in the answer is not the scope of the token"})
	}
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

func checkClaims(c *pass.Call, r *rule.Rule, t tokenAnswer) {
	for _, name := range []string{"iss", "aud", "exp", "iat", "nbf", "jti", "project_id", "sub", "principal_type", "scope"} {
		if value, there := t.jwt.Values[name]; !there || value == "" || value == nil {
			c.Report(r, rule.Finding{Pointer: "/access_token", Message: "the claim " + name + " is missing"})
		}
	}
	for _, name := range []string{"exp", "iat", "nbf"} {
		if value, there := t.jwt.Values[name]; there {
			if _, isNumber := value.(float64); !isNumber {
				c.Report(r, rule.Finding{Pointer: "/access_token", Message: "the claim " + name + " is not a number", Source: "rfc7519#2"})
			}
		}
	}
	if _, isList := t.jwt.Values["scope"].([]any); isList {
		c.Report(r, rule.Finding{Level: rule.Assumption, Pointer: "/access_token", Message: "the claim scope is a list instead of a text", Source: "rfc8693#4.2"})
	}
	if t.jwt.Text("principal_type") == "user" && t.jwt.Text("user_id") == "" {
		c.Report(r, rule.Finding{Pointer: "/access_token", Message: "the claim user_id is missing from a user's token"})
	}
	if g := c.Grant(); (g == pass.GrantExchange || g == pass.GrantRefresh) && t.jwt.Text("principal_type") != "" && t.jwt.Text("principal_type") != "user" {
		c.Report(r, rule.Finding{Level: rule.Assumption, Pointer: "/access_token", Message: "principal_type of a user's token is not user"})
	}
}
