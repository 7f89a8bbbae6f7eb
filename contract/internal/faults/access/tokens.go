package access

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// TokenFaults are those of the token endpoints.
var TokenFaults = slices.Concat(grantFaults, refusalFaults, claimFaults)

// grantFaults are in what is granted, and to whom.
var grantFaults = []kit.Fault{
	kit.Row("client-credentials-refresh-token", "client_credentials gives a refresh token", "oauth/refresh-token",
		kit.On(kit.ServerToken|kit.OAuthToken, kit.Good(kit.Body(kit.Set("refresh_token", "rt_gift"))))),
	kit.Row("cross-project-credentials", "auth/server takes another project's client", "client/other-project",
		kit.On(kit.ServerToken, kit.Before(crossProjectCredentials))),
	kit.Row("exchange-accepts-bad-token", "auth/sdk exchange takes any upstream token", "grant/bad-identity-token",
		kit.On(kit.SDKToken, kit.Instead(400, exchangeAcceptsBadToken))),
	kit.Row("exchange-accepts-other-audience", "auth/sdk exchange takes identity tokens that are for somebody else", "grant/bad-identity-token",
		kit.On(kit.SDKToken, kit.Instead(400, exchangeAcceptsOtherAudience))),
	kit.Row("expires-in-milliseconds", "expires_in is in milliseconds", "oauth/expires-in",
		kit.On(kit.Tokens, kit.Good(kit.Body(kit.Change("expires_in", kit.Times(1000)))))),
	kit.Row("expires-in-string", "expires_in is a string", "schema/type",
		kit.On(kit.Tokens, kit.Good(kit.Body(kit.Change("expires_in", kit.Quoted))))),
	kit.Row("expires-in-zero", "expires_in is 0", "schema/range",
		kit.On(kit.Tokens, kit.Good(kit.Body(kit.Set("expires_in", 0))))),
	kit.Row("expires-in-negative", "expires_in is negative", "schema/range",
		kit.On(kit.Tokens, kit.Good(kit.Body(kit.Set("expires_in", -1))))),
	kit.Row("expires-in-missing", "token answers lack expires_in", "schema/required",
		kit.On(kit.Tokens, kit.Good(kit.Body(kit.Drop("expires_in"))))),
	kit.Row("expires-in-longer-than-token", "expires_in says 900 s and the token lives for 60 s", "oauth/expires-in",
		kit.On(kit.Tokens, kit.Good(kit.Claimed(kit.ClaimLife(60))))),
	kit.Row("oauth-accept-wrong-secret", "/oauth/token gives a token for a wrong secret", "client/wrong-secret",
		kit.On(kit.OAuthToken, kit.Instead(401, func(x *kit.Exchange) bool { return x.RightSecret() }))),
	kit.Row("server-accept-wrong-secret", "auth/server gives a token for a wrong secret", "client/wrong-secret",
		kit.On(kit.ServerToken, kit.Instead(401, serverAcceptWrongSecret))),
	kit.Row("oauth-unknown-grant-accepted", "/oauth/token takes any grant_type", "grant/unknown-type",
		kit.On(kit.OAuthToken, kit.Instead(400, oauthUnknownGrantAccepted))),
	kit.Row("refresh-token-not-usable", "the refresh token from an exchange does not work", "operation/works",
		kit.On(kit.SDKToken, kit.Replaced(func(x *kit.Exchange) bool { return x.Given()["grant"] == "refresh" },
			kit.Both(kit.AnswerWith(400, "application/json", `{"error":"invalid_grant"}`), kit.Head("Cache-Control", "no-store"), kit.Head("Pragma", "no-cache"))))),
	kit.Row("refresh-token-reusable", "a refresh token works again and again", "token/refresh-reuse",
		kit.On(kit.SDKToken|kit.OAuthToken, kit.Instead(400, refreshTokenReusable), kit.Good(refreshTokenReusable2))),
	kit.Row("exchange-without-refresh-token", "an exchange gives no refresh token", "oauth/exchange-refresh-token",
		kit.On(kit.SDKToken|kit.OAuthToken, kit.Good(kit.Body(kit.Drop("refresh_token"))))),
	kit.Row("exchange-without-issued-token-type", "the answer to a token exchange lacks issued_token_type", "oauth/issued-token-type",
		kit.On(kit.OAuthToken, kit.Good(kit.Body(kit.Drop("issued_token_type"))))),
	kit.Row("scope-request-ignored", "tokens get every scope, whatever was asked", "scope/granted",
		kit.On(kit.ServerToken|kit.OAuthToken, kit.Before((*kit.Exchange).WithoutScope), kit.Good(kit.Body(kit.Drop("scope"))))),
	kit.Row("scope-unknown-accepted", "a scope that nobody knows is granted", "scope/unknown",
		kit.On(kit.ServerToken|kit.OAuthToken, scopeUnknownAccepted)),
	kit.Row("scope-narrowed-silently", "fewer scopes are granted than asked, and the answer does not say so", "scope/granted",
		kit.On(kit.ServerToken, kit.Good(kit.Both(kit.Claimed(scopeNarrowedSilently), kit.Body(kit.Drop("scope")))))),
}

// refusalFaults are in what is refused, and how.
var refusalFaults = []kit.Fault{
	kit.Row("wrong-secret-400", "a wrong secret is answered with 400", "operation/refusal-status",
		kit.On(kit.Tokens, kit.At(401, kit.Both(kit.Status(400), kit.Head("WWW-Authenticate"))))),
	kit.Row("wrong-secret-403", "a wrong secret is answered with 403", "operation/refusal-status",
		kit.On(kit.ServerToken, kit.At(401, kit.Both(kit.Status(403), kit.Head("WWW-Authenticate"))))),
	kit.Row("wrong-secret-200", "a wrong secret is answered with 200 and an error", "client/wrong-secret",
		kit.On(kit.ServerToken, kit.At(401, kit.Both(kit.Status(200), kit.Head("WWW-Authenticate"))))),
	kit.Row("client-tells-unknown", "an unknown client is told apart from a wrong secret", "client/enumeration",
		kit.On(kit.ServerToken, kit.At(401, clientTellsUnknown))),
	kit.Row("refresh-other-user", "a refreshed token is for another user", "grant/refresh-same",
		kit.On(kit.SDKToken, refreshOtherUser)),
	kit.Row("secret-echoed", "a refusal repeats the credentials", "leak/reflected-secret",
		kit.On(kit.ServerToken, kit.At(401, secretEchoed))),
	kit.Row("basic-scheme-case-sensitive", "the scheme basic in lower case is refused", "client/scheme-case",
		kit.On(kit.ServerToken, kit.Before(basicSchemeCaseSensitive))),
	kit.Row("basic-malformed-500", "credentials that are not base64 give 500", "http/server-error",
		kit.On(kit.ServerToken, kit.At(401, basicMalformed500))),
	kit.Row("token-endpoint-get", "a token endpoint answers GET", "grant/method",
		kit.Replaced(tokenEndpointGet,
			kit.Both(kit.AnswerWith(200, "application/json", `{"access_token":"x","token_type":"Bearer","expires_in":900}`), kit.Head("Cache-Control", "no-store"), kit.Head("Pragma", "no-cache")))),
	kit.Row("secret-in-query-accepted", "/oauth/token takes the credentials from the query", "client/in-query",
		kit.On(kit.OAuthToken, kit.Before(kit.Form(secretInQueryAccepted)))),
	kit.Row("parameter-twice-accepted", "/oauth/token takes a parameter that is there twice", "grant/repeated-parameter",
		kit.On(kit.OAuthToken, kit.Before(kit.Form(parameterTwiceAccepted)))),
	kit.Row("unknown-parameter-refused", "/oauth/token refuses parameters that it does not know", "grant/tolerance",
		kit.On(kit.OAuthToken, kit.Replaced(unknownParameterRefused, kit.Both(kit.AnswerWith(400, "application/json", `{"error":"invalid_request"}`), kit.Head("Cache-Control", "no-store"), kit.Head("Pragma", "no-cache"))))),
	kit.Row("oauth-accepts-json", "/oauth/token takes JSON in place of a form", "grant/content-type",
		kit.On(kit.OAuthToken, kit.Before(oauthAcceptsJSON))),
	kit.Row("two-authentications-accepted", "/oauth/token takes a client that authenticates in two ways", "client/two-methods",
		kit.On(kit.OAuthToken, kit.Before(twoAuthenticationsAccepted))),
	kit.Row("missing-grant-401", "a request without grant_type is answered with 401", "grant/error-code",
		kit.On(kit.OAuthToken, kit.At(400, missingGrant401))),
	kit.Row("oauth-error-code-unknown", "the error of a token endpoint is not one of RFC 6749", "oauth/error-code",
		kit.On(kit.Tokens, kit.Refused(kit.Body(kit.Set("error", "bad_credentials"))))),
	kit.Row("token-type-mac", "token_type is not Bearer", "schema/pattern",
		kit.On(kit.Tokens, kit.Good(kit.Body(kit.Set("token_type", "mac"))))),
	kit.Row("token-type-missing", "token answers lack token_type", "schema/required",
		kit.On(kit.Tokens, kit.Good(kit.Body(kit.Drop("token_type"))))),
}

// claimFaults are in the tokens themselves.
var claimFaults = []kit.Fault{
	kit.Row("same-token-twice", "every request gets the same access token", "token/reused",
		kit.On(kit.ServerToken, kit.Good(sameTokenTwice))),
	kit.Row("jwt-without-project", "access tokens lack the claim project_id", "jwt/claims", kit.On(kit.Tokens, kit.Good(kit.Claimed(kit.Claim("project_id", nil))))),
	kit.Row("jwt-without-exp", "access tokens lack the claim exp", "jwt/claims", kit.On(kit.Tokens, kit.Good(kit.Claimed(kit.Claim("exp", nil)))),
		kit.On(kit.Users, kit.Accept(func(x *kit.Exchange) bool {
			return kit.Peek(x.Bearer(), 1) != nil && kit.Peek(x.Bearer(), 1)["exp"] == nil
		}))),
	kit.Row("jwt-without-jti", "access tokens lack the claim jti", "jwt/claims", kit.On(kit.Tokens, kit.Good(kit.Claimed(kit.Claim("jti", nil))))),
	kit.Row("jwt-user-without-id", "access tokens of users lack user_id", "jwt/claims", kit.On(kit.SDKToken|kit.OAuthToken, kit.Good(kit.Claimed(kit.Claim("user_id", nil)))),
		kit.On(kit.Users, kit.Accept(func(x *kit.Exchange) bool { return kit.Peek(x.Bearer(), 1)["principal_type"] == "user" },
			func(c kit.Object) { c["user_id"] = c["sub"] }))),
	kit.Row("jwt-jti-constant", "all access tokens have one jti", "token/jti-unique", kit.On(kit.Tokens, kit.Good(kit.Claimed(kit.Claim("jti", "1"))))),
	kit.Row("jwt-wrong-project", "access tokens are for another project than the path", "jwt/project",
		kit.On(kit.ServerToken, kit.Good(kit.Claimed(func(x *kit.Exchange, c kit.Object) { c["project_id"] = x.Foreign().ID }))),
		kit.On(kit.Users, kit.Accept(func(x *kit.Exchange) bool { return kit.Peek(x.Bearer(), 1)["project_id"] != nil && !x.Says("expired") },
			jwtWrongProject))),
	kit.Row("jwt-wider-scope", "the token has more scopes than were asked", "scope/granted",
		kit.On(kit.ServerToken, kit.Good(kit.Claimed(kit.Claim("scope", kit.UserScopes))))),
	kit.Row("jwt-issued-later", "access tokens are issued an hour from now", "jwt/times",
		kit.On(kit.Tokens, kit.Good(kit.Claimed(kit.Later(time.Hour, "iat", "exp")))),
		kit.On(kit.Users, kit.Accept(jwtIssuedLater))),
}

func crossProjectCredentials(x *kit.Exchange) {
	if x.Header.Get("Authorization") == kit.BasicOf(x.Foreign()) {
		x.Header.Set("Authorization", kit.BasicOf(x.Project()))
	}
}

func exchangeAcceptsBadToken(x *kit.Exchange) bool {
	if x.Given()["grant"] != "exchange" {
		return false
	}
	kit.Sent(kit.Set("token", x.Identity("anyone")))(x)
	return true
}

func exchangeAcceptsOtherAudience(x *kit.Exchange) bool {
	token, _ := x.Given()["token"].(string)
	subject, _ := kit.Peek(token, 1)["sub"].(string)
	if x.Given()["grant"] != "exchange" || subject == "" || x.Says("expired") {
		return false
	}
	kit.Sent(kit.Set("token", x.Identity(subject)))(x)
	return true
}

func serverAcceptWrongSecret(x *kit.Exchange) bool {
	x.Header.Set("Authorization", kit.BasicOf(x.Project()))
	return true
}

func oauthUnknownGrantAccepted(x *kit.Exchange) bool {
	if !x.Says("unsupported_grant_type") {
		return false
	}
	kit.Form(func(_ *kit.Exchange, f url.Values) { f.Set("grant_type", "client_credentials") })(x)
	return true
}

func refreshTokenReusable(x *kit.Exchange) bool {
	if !x.Says("used before") && !x.Says("refresh token is not valid") {
		return false
	}
	user, known := x.State.Remembered(kit.RefreshTokenOf(x))
	if !known {
		return false
	}
	kit.Sent(kit.Set("grant", "exchange"), kit.Set("token", x.Identity(user)))(x)
	kit.Form(func(x *kit.Exchange, f url.Values) {
		f.Set("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
		f.Set("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")
		f.Set("subject_token", x.Identity(user))
	}).UnlessJSON(x)
	return true
}

func refreshTokenReusable2(x *kit.Exchange) { // which refresh token is whose
	o := kit.Parse(x.Text)
	access, _ := o["access_token"].(string)
	refresh, _ := o["refresh_token"].(string)
	user, _ := kit.Peek(access, 1)["user_id"].(string)
	x.State.Remember(refresh, user)
}

func scopeUnknownAccepted(x *kit.Exchange, next func()) {
	next()
	if x.Status != 400 || !x.Says("invalid_scope") {
		return
	}
	asked := x.Scope()
	x.WithoutScope()
	if next(); x.Status == 200 {
		kit.Claimed(kit.Claim("scope", asked))(x)
		kit.Body(kit.Drop("scope"))(x)
	}
}

func scopeNarrowedSilently(_ *kit.Exchange, c kit.Object) {
	scope, _ := c["scope"].(string)
	c["scope"], _, _ = strings.Cut(scope, " ")
}

func clientTellsUnknown(x *kit.Exchange) {
	if id, _, ok := kit.BasicPair(x.Header.Get("Authorization")); ok && id != x.Project().ClientID {
		x.Status, x.Text = 400, kit.Encode(kit.Object{"error": "invalid_request", "error_description": "there is no such client"})
	}
}

func refreshOtherUser(x *kit.Exchange, next func()) {
	next()
	if x.Status == 200 && x.Given()["grant"] == "refresh" {
		kit.Claimed(kit.Claim("sub", "somebody"), kit.Claim("user_id", "somebody"))(x)
	}
}

func secretEchoed(x *kit.Exchange) {
	if _, secret, ok := kit.BasicPair(x.Header.Get("Authorization")); ok {
		x.Text = kit.Encode(kit.Object{"error": "invalid_client", "error_description": "wrong secret: " + secret})
	}
}

func basicSchemeCaseSensitive(x *kit.Exchange) {
	if strings.HasPrefix(x.Header.Get("Authorization"), "basic ") {
		x.Header.Del("Authorization")
	}
}

func basicMalformed500(x *kit.Exchange) {
	if _, _, ok := kit.BasicPair(x.Header.Get("Authorization")); !ok && x.Header.Get("Authorization") != "" {
		kit.FailWith(500)(x)
	}
}

func tokenEndpointGet(x *kit.Exchange) bool {
	return x.Method == "GET" && (x.Op == kit.OAuthToken || x.Op == kit.ServerToken)
}

func secretInQueryAccepted(x *kit.Exchange, f url.Values) {
	for name, values := range x.URL.Query() {
		f[name] = values
	}
}

func parameterTwiceAccepted(_ *kit.Exchange, f url.Values) {
	for name := range f {
		f.Set(name, f.Get(name))
	}
}

func unknownParameterRefused(x *kit.Exchange) bool {
	f, _ := url.ParseQuery(string(x.Body))
	for name := range f {
		if !strings.Contains("grant_type audience scope client_id client_secret refresh_token subject_token subject_token_type requested_token_type", name) {
			return true
		}
	}
	return false
}

func oauthAcceptsJSON(x *kit.Exchange) {
	o := x.Given()
	if o == nil {
		return
	}
	f := make(url.Values)
	for name, v := range o {
		if s, ok := v.(string); ok {
			f.Set(name, s)
		}
	}
	x.Body = []byte(f.Encode())
	x.Header.Set("Content-Type", "application/x-www-form-urlencoded")
}

func twoAuthenticationsAccepted(x *kit.Exchange) {
	if f, err := url.ParseQuery(string(x.Body)); err == nil && f.Get("client_secret") != "" {
		x.Header.Del("Authorization")
	}
}

func missingGrant401(x *kit.Exchange) {
	if f, _ := url.ParseQuery(string(x.Body)); f.Get("grant_type") == "" {
		x.Status, x.Text = 401, []byte(`{"error":"invalid_client"}`)
		x.Answer.Set("WWW-Authenticate", `Basic realm="onvy"`)
	}
}

func sameTokenTwice(x *kit.Exchange) {
	o := kit.Parse(x.Text)
	token, _ := o["access_token"].(string)
	key := x.Project().ID + string(x.Body)
	if old, ok := x.State.Remembered(key); ok {
		o["access_token"] = old
	} else {
		x.State.Remember(key, token)
	}
	x.Text = kit.Encode(o)
}

func jwtWrongProject(c kit.Object) {
	if aud, ok := c["aud"].([]any); ok && len(aud) == 1 {
		c["project_id"] = strings.TrimPrefix(aud[0].(string), "urn:onvy:project:")
	}
}

func jwtIssuedLater(x *kit.Exchange) bool {
	iat, _ := kit.Peek(x.Bearer(), 1)["iat"].(float64)
	return int64(iat) > time.Now().Unix()
}
