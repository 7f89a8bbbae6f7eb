// Package oauth has the rules of the answers of the three token endpoints.
package oauth

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

var NoStore = pass.NewRule(checkNoStore, rule.Rule{
	ID: "oauth/no-store", Level: rule.Violation, Source: "rfc6749#5.1",
	Title:  "A token response MUST include Cache-Control: no-store.",
	Breaks: "Cache-Control: public, max-age=900",
	Holds:  "Cache-Control: no-store, max-age=0",
})

var Pragma = pass.NewRule(checkPragma, rule.Rule{
	ID: "oauth/pragma", Level: rule.Drift, Source: "rfc6749#5.1",
	Title:  "A token response includes Pragma: no-cache, for caches of HTTP/1.0.",
	Breaks: "no Pragma on a token answer",
	Holds:  "Pragma: no-cache",
})

var RefreshToken = pass.NewRule(OnToken(checkRefreshToken), rule.Rule{
	ID: "oauth/refresh-token", Level: rule.Violation, Source: "quickstart",
	Title:  "client_credentials MUST NOT give a refresh token.",
	Breaks: "refresh_token beside the access token of a server",
	Holds:  "refresh_token after an exchange",
})

var ExchangeRefreshToken = pass.NewRule(OnToken(checkExchangeRefreshToken), rule.Rule{
	ID: "oauth/exchange-refresh-token", Level: rule.Assumption, Source: "authentication",
	Title:  "A token exchange SHOULD give a refresh token, since refreshing is documented.",
	Breaks: "an exchange with an access token alone",
	Holds:  "an exchange with both",
})

var IssuedTokenType = pass.NewRule(OnToken(checkIssuedTokenType), rule.Rule{
	ID: "oauth/issued-token-type", Level: rule.Violation, Source: "rfc8693#2.2.1",
	Title:  "A token exchange MUST include issued_token_type.",
	Breaks: "no issued_token_type from /oauth/token",
	Holds:  "urn:ietf:params:oauth:token-type:access_token",
})

var ExpiresIn = pass.NewRule(OnToken(checkExpiresIn), rule.Rule{
	ID: "oauth/expires-in", Level: rule.Violation, Source: "rfc6749#5.1",
	Title:  "expires_in MUST be the lifetime of the token in seconds.",
	Breaks: "expires_in 900000 with exp − iat of 900",
	Holds:  "expires_in 899 with exp − iat of 900",
})

var ErrorCode = pass.NewRule(checkErrorCode, rule.Rule{
	ID: "oauth/error-code", Level: rule.Violation, Source: "rfc6749#5.2",
	Title:  "error of a token endpoint MUST be a code of RFC 6749, and of a 401 invalid_client.",
	Breaks: `"error": "oops"`,
	Holds:  `"error": "invalid_client"`,
})

var BasicChallenge = pass.NewRule(checkBasicChallenge, rule.Rule{
	ID: "oauth/basic-challenge", Level: rule.Violation, Source: "rfc6749#5.2",
	Title:  "A 401 invalid_client MUST challenge for Basic, if the client used the Authorization header.",
	Breaks: "401 with a Bearer challenge at /oauth/token",
	Holds:  `401 with Basic realm="onvy"`,
})

func checkNoStore(c *pass.Call, r *rule.Rule) {
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

func checkPragma(c *pass.Call, r *rule.Rule) {
	if c.Op != nil && c.Op.Token && c.OK() && c.HeaderKnown() && !read.HasDirective(c.Exchange.Response.Header, "Pragma", "no-cache") {
		c.Report(r, rule.Finding{Message: "Pragma: no-cache is missing"})
	}
}

func checkRefreshToken(c *pass.Call, r *rule.Rule, t Token) {
	if _, there := t.Body["refresh_token"]; there && c.Grant() == pass.GrantClient {
		c.Report(r, rule.Finding{Pointer: "/refresh_token", Message: "client_credentials gave a refresh token"})
	}
}

func checkExchangeRefreshToken(c *pass.Call, r *rule.Rule, t Token) {
	if _, there := t.Body["refresh_token"]; !there && !c.Canonical() && c.Grant() == pass.GrantExchange {
		c.Report(r, rule.Finding{Pointer: "/refresh_token", Message: "the exchange gave no refresh token"})
	}
}

func checkIssuedTokenType(c *pass.Call, r *rule.Rule, t Token) {
	if text, _ := t.Body["issued_token_type"].(string); c.Canonical() && c.Grant() == pass.GrantExchange && text == "" {
		c.Report(r, rule.Finding{Pointer: "/issued_token_type", Message: "issued_token_type is missing"})
	}
}

func checkErrorCode(c *pass.Call, r *rule.Rule) {
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

func checkBasicChallenge(c *pass.Call, r *rule.Rule) {
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

// Token is the answer that gives a token, decoded.
type Token struct {
	Body  map[string]any
	JWT   read.Claims
	IsJWT bool
}

// OnToken runs a check on answers that give a token.
func OnToken(run func(*pass.Call, *rule.Rule, Token)) func(*pass.Call, *rule.Rule) {
	return func(c *pass.Call, r *rule.Rule) {
		if c.Op == nil || !c.Op.Token || !c.OK() || c.Object() == nil {
			return
		}
		t := Token{Body: c.Object()}
		access, _ := t.Body["access_token"].(string)
		t.JWT, t.IsJWT = read.JWT(access)
		run(c, r, t)
	}
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

func checkExpiresIn(c *pass.Call, r *rule.Rule, t Token) {
	value, known := c.Shows("expires_in")
	seconds, ok := read.Float(value)
	if !ok || !known {
		return
	}
	iat, hasIat := t.JWT.Seconds("iat")
	exp, hasExp := t.JWT.Seconds("exp")
	switch {
	case t.IsJWT && hasIat && hasExp && math.Abs(exp-iat-seconds) > 5:
		c.Report(r, rule.Finding{Pointer: "/expires_in", Message: fmt.Sprintf("expires_in is not exp − iat of the token (%+.0f s)", seconds-(exp-iat))})
	case seconds > pass.DayLong:
		c.Report(r, rule.Finding{Level: rule.Assumption, Source: "authentication", Pointer: "/expires_in", Message: "expires_in is more than a day; is it in milliseconds?"})
	}
}
