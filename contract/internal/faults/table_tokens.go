package faults

import (
	"net/url"
	"strings"
	"time"
)

// tokenFaults are those of the token endpoints.
var tokenFaults = []Fault{
	row("client-credentials-refresh-token", "client_credentials gives a refresh token", "oauth/refresh-token",
		on("createServerToken createOAuthToken", good(body(set("refresh_token", "rt_gift"))))),
	row("cross-project-credentials", "auth/server takes another project's client", "client/other-project",
		on("createServerToken", before(crossProjectCredentials))),
	row("exchange-accepts-bad-token", "auth/sdk exchange takes any upstream token", "grant/bad-identity-token",
		on("createSDKToken", instead(400, exchangeAcceptsBadToken))),
	row("exchange-accepts-other-audience", "auth/sdk exchange takes identity tokens that are for somebody else", "grant/bad-identity-token",
		on("createSDKToken", instead(400, exchangeAcceptsOtherAudience))),
	row("expires-in-milliseconds", "expires_in is in milliseconds", "oauth/expires-in",
		on("token", good(body(change("expires_in", times(1000)))))),
	row("expires-in-string", "expires_in is a string", "schema/type",
		on("token", good(body(change("expires_in", quoted))))),
	row("expires-in-zero", "expires_in is 0", "schema/range",
		on("token", good(body(set("expires_in", 0))))),
	row("expires-in-negative", "expires_in is negative", "schema/range",
		on("token", good(body(set("expires_in", -1))))),
	row("expires-in-missing", "token answers lack expires_in", "schema/required",
		on("token", good(body(drop("expires_in"))))),
	row("expires-in-longer-than-token", "expires_in says 900 s and the token lives for 60 s", "oauth/expires-in",
		on("token", good(claimed(claimLife(60))))),
	row("oauth-accept-wrong-secret", "/oauth/token gives a token for a wrong secret", "client/wrong-secret",
		on("createOAuthToken", instead(401, func(x *exchange) bool { return x.rightSecret() }))),
	row("server-accept-wrong-secret", "auth/server gives a token for a wrong secret", "client/wrong-secret",
		on("createServerToken", instead(401, serverAcceptWrongSecret))),
	row("oauth-unknown-grant-accepted", "/oauth/token takes any grant_type", "grant/unknown-type",
		on("createOAuthToken", instead(400, oauthUnknownGrantAccepted))),
	row("refresh-token-not-usable", "the refresh token from an exchange does not work", "operation/works",
		on("createSDKToken", replaced(func(x *exchange) bool { return x.given()["grant"] == "refresh" },
			both(answerWith(400, "application/json", `{"error":"invalid_grant"}`), head("Cache-Control", "no-store"), head("Pragma", "no-cache"))))),
	row("refresh-token-reusable", "a refresh token works again and again", "token/refresh-reuse",
		on("createSDKToken createOAuthToken", instead(400, refreshTokenReusable), good(refreshTokenReusable2))),
	row("exchange-without-refresh-token", "an exchange gives no refresh token", "oauth/exchange-refresh-token",
		on("createSDKToken createOAuthToken", good(body(drop("refresh_token"))))),
	row("exchange-without-issued-token-type", "the answer to a token exchange lacks issued_token_type", "oauth/issued-token-type",
		on("createOAuthToken", good(body(drop("issued_token_type"))))),
	row("scope-request-ignored", "tokens get every scope, whatever was asked", "scope/granted",
		on("createServerToken createOAuthToken", before((*exchange).withoutScope), good(body(drop("scope"))))),
	row("scope-unknown-accepted", "a scope that nobody knows is granted", "scope/unknown",
		on("createServerToken createOAuthToken", scopeUnknownAccepted)),
	row("scope-narrowed-silently", "fewer scopes are granted than asked, and the answer does not say so", "scope/granted",
		on("createServerToken", good(both(claimed(scopeNarrowedSilently), body(drop("scope")))))),
	row("wrong-secret-400", "a wrong secret is answered with 400", "operation/refusal-status",
		on("token", at(401, both(status(400), head("WWW-Authenticate"))))),
	row("wrong-secret-403", "a wrong secret is answered with 403", "operation/refusal-status",
		on("createServerToken", at(401, both(status(403), head("WWW-Authenticate"))))),
	row("wrong-secret-200", "a wrong secret is answered with 200 and an error", "client/wrong-secret",
		on("createServerToken", at(401, both(status(200), head("WWW-Authenticate"))))),
	row("client-tells-unknown", "an unknown client is told apart from a wrong secret", "client/enumeration",
		on("createServerToken", at(401, clientTellsUnknown))),
	row("refresh-other-user", "a refreshed token is for another user", "grant/refresh-same",
		on("createSDKToken", refreshOtherUser)),
	row("secret-echoed", "a refusal repeats the credentials", "leak/reflected-secret",
		on("createServerToken", at(401, secretEchoed))),
	row("basic-scheme-case-sensitive", "the scheme basic in lower case is refused", "client/scheme-case",
		on("createServerToken", before(basicSchemeCaseSensitive))),
	row("basic-malformed-500", "credentials that are not base64 give 500", "http/server-error",
		on("createServerToken", at(401, basicMalformed500))),
	row("token-endpoint-get", "a token endpoint answers GET", "grant/method",
		replaced(tokenEndpointGet,
			both(answerWith(200, "application/json", `{"access_token":"x","token_type":"Bearer","expires_in":900}`), head("Cache-Control", "no-store"), head("Pragma", "no-cache")))),
	row("secret-in-query-accepted", "/oauth/token takes the credentials from the query", "client/in-query",
		on("createOAuthToken", before(form(secretInQueryAccepted)))),
	row("parameter-twice-accepted", "/oauth/token takes a parameter that is there twice", "grant/repeated-parameter",
		on("createOAuthToken", before(form(parameterTwiceAccepted)))),
	row("unknown-parameter-refused", "/oauth/token refuses parameters that it does not know", "grant/tolerance",
		on("createOAuthToken", replaced(unknownParameterRefused, both(answerWith(400, "application/json", `{"error":"invalid_request"}`), head("Cache-Control", "no-store"), head("Pragma", "no-cache"))))),
	row("oauth-accepts-json", "/oauth/token takes JSON in place of a form", "grant/content-type",
		on("createOAuthToken", before(oauthAcceptsJSON))),
	row("two-authentications-accepted", "/oauth/token takes a client that authenticates in two ways", "client/two-methods",
		on("createOAuthToken", before(twoAuthenticationsAccepted))),
	row("missing-grant-401", "a request without grant_type is answered with 401", "grant/error-code",
		on("createOAuthToken", at(400, missingGrant401))),
	row("oauth-error-code-unknown", "the error of a token endpoint is not one of RFC 6749", "oauth/error-code",
		on("token", after(oauthErrorCodeUnknown))),
	row("token-type-mac", "token_type is not Bearer", "schema/pattern",
		on("token", good(body(set("token_type", "mac"))))),
	row("token-type-missing", "token answers lack token_type", "schema/required",
		on("token", good(body(drop("token_type"))))),
	row("same-token-twice", "every request gets the same access token", "token/reused",
		on("createServerToken", good(sameTokenTwice))),
	row("jwt-without-project", "access tokens lack the claim project_id", "jwt/claims", on("token", good(claimed(claim("project_id", nil))))),
	row("jwt-without-exp", "access tokens lack the claim exp", "jwt/claims", on("token", good(claimed(claim("exp", nil)))),
		on("users", accept(func(x *exchange) bool { return peek(x.bearer(), 1) != nil && peek(x.bearer(), 1)["exp"] == nil }))),
	row("jwt-without-jti", "access tokens lack the claim jti", "jwt/claims", on("token", good(claimed(claim("jti", nil))))),
	row("jwt-user-without-id", "access tokens of users lack user_id", "jwt/claims", on("createSDKToken createOAuthToken", good(claimed(claim("user_id", nil)))),
		on("users", accept(func(x *exchange) bool { return peek(x.bearer(), 1)["principal_type"] == "user" },
			func(c object) { c["user_id"] = c["sub"] }))),
	row("jwt-jti-constant", "all access tokens have one jti", "token/jti-unique", on("token", good(claimed(claim("jti", "1"))))),
	row("jwt-wrong-project", "access tokens are for another project than the path", "jwt/project",
		on("createServerToken", good(claimed(func(x *exchange, c object) { c["project_id"] = x.foreign().ID }))),
		on("users", accept(func(x *exchange) bool { return peek(x.bearer(), 1)["project_id"] != nil && !x.says("expired") },
			jwtWrongProject))),
	row("jwt-wider-scope", "the token has more scopes than were asked", "scope/granted",
		on("createServerToken", good(claimed(claim("scope", userScopes))))),
	row("jwt-issued-later", "access tokens are issued an hour from now", "jwt/times",
		on("token", good(claimed(later(time.Hour, "iat", "exp")))),
		on("users", accept(jwtIssuedLater))),
}

func crossProjectCredentials(x *exchange) {
	if x.header.Get("Authorization") == basicOf(x.foreign()) {
		x.header.Set("Authorization", basicOf(x.project()))
	}
}

func exchangeAcceptsBadToken(x *exchange) bool {
	if x.given()["grant"] != "exchange" {
		return false
	}
	sent(set("token", x.identity("anyone")))(x)
	return true
}

func exchangeAcceptsOtherAudience(x *exchange) bool {
	token, _ := x.given()["token"].(string)
	subject, _ := peek(token, 1)["sub"].(string)
	if x.given()["grant"] != "exchange" || subject == "" || x.says("expired") {
		return false
	}
	sent(set("token", x.identity(subject)))(x)
	return true
}

func serverAcceptWrongSecret(x *exchange) bool {
	x.header.Set("Authorization", basicOf(x.project()))
	return true
}

func oauthUnknownGrantAccepted(x *exchange) bool {
	if !x.says("unsupported_grant_type") {
		return false
	}
	form(func(_ *exchange, f url.Values) { f.Set("grant_type", "client_credentials") })(x)
	return true
}

func refreshTokenReusable(x *exchange) bool {
	if !x.says("used before") && !x.says("refresh token is not valid") {
		return false
	}
	user, known := x.state.remembered(refreshTokenOf(x))
	if !known {
		return false
	}
	sent(set("grant", "exchange"), set("token", x.identity(user)))(x)
	form(func(x *exchange, f url.Values) {
		f.Set("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
		f.Set("subject_token_type", "urn:ietf:params:oauth:token-type:id_token")
		f.Set("subject_token", x.identity(user))
	}).unlessJSON(x)
	return true
}

func refreshTokenReusable2(x *exchange) { // which refresh token is whose
	o := parse(x.text)
	access, _ := o["access_token"].(string)
	refresh, _ := o["refresh_token"].(string)
	user, _ := peek(access, 1)["user_id"].(string)
	x.state.remember(refresh, user)
}

func scopeUnknownAccepted(x *exchange, next func()) {
	next()
	if x.status != 400 || !x.says("invalid_scope") {
		return
	}
	asked := x.scope()
	x.withoutScope()
	if next(); x.status == 200 {
		claimed(claim("scope", asked))(x)
		body(drop("scope"))(x)
	}
}

func scopeNarrowedSilently(_ *exchange, c object) {
	scope, _ := c["scope"].(string)
	c["scope"], _, _ = strings.Cut(scope, " ")
}

func clientTellsUnknown(x *exchange) {
	if id, _, ok := basicPair(x.header.Get("Authorization")); ok && id != x.project().ClientID {
		x.status, x.text = 400, encode(object{"error": "invalid_request", "error_description": "there is no such client"})
	}
}

func refreshOtherUser(x *exchange, next func()) {
	next()
	if x.status == 200 && x.given()["grant"] == "refresh" {
		claimed(claim("sub", "somebody"), claim("user_id", "somebody"))(x)
	}
}

func secretEchoed(x *exchange) {
	if _, secret, ok := basicPair(x.header.Get("Authorization")); ok {
		x.text = encode(object{"error": "invalid_client", "error_description": "wrong secret: " + secret})
	}
}

func basicSchemeCaseSensitive(x *exchange) {
	if strings.HasPrefix(x.header.Get("Authorization"), "basic ") {
		x.header.Del("Authorization")
	}
}

func basicMalformed500(x *exchange) {
	if _, _, ok := basicPair(x.header.Get("Authorization")); !ok && x.header.Get("Authorization") != "" {
		failWith(500)(x)
	}
}

func tokenEndpointGet(x *exchange) bool {
	return x.method == "GET" && (x.op == "createOAuthToken" || x.op == "createServerToken")
}

func secretInQueryAccepted(x *exchange, f url.Values) {
	for name, values := range x.url.Query() {
		f[name] = values
	}
}

func parameterTwiceAccepted(_ *exchange, f url.Values) {
	for name := range f {
		f.Set(name, f.Get(name))
	}
}

func unknownParameterRefused(x *exchange) bool {
	f, _ := url.ParseQuery(string(x.body))
	for name := range f {
		if !strings.Contains("grant_type audience scope client_id client_secret refresh_token subject_token subject_token_type requested_token_type", name) {
			return true
		}
	}
	return false
}

func oauthAcceptsJSON(x *exchange) {
	o := x.given()
	if o == nil {
		return
	}
	f := make(url.Values)
	for name, v := range o {
		if s, ok := v.(string); ok {
			f.Set(name, s)
		}
	}
	x.body = []byte(f.Encode())
	x.header.Set("Content-Type", "application/x-www-form-urlencoded")
}

func twoAuthenticationsAccepted(x *exchange) {
	if f, err := url.ParseQuery(string(x.body)); err == nil && f.Get("client_secret") != "" {
		x.header.Del("Authorization")
	}
}

func missingGrant401(x *exchange) {
	if f, _ := url.ParseQuery(string(x.body)); f.Get("grant_type") == "" {
		x.status, x.text = 401, []byte(`{"error":"invalid_client"}`)
		x.answer.Set("WWW-Authenticate", `Basic realm="onvy"`)
	}
}

func oauthErrorCodeUnknown(x *exchange) {
	if x.status >= 400 {
		body(set("error", "bad_credentials"))(x)
	}
}

func sameTokenTwice(x *exchange) {
	o := parse(x.text)
	token, _ := o["access_token"].(string)
	key := x.project().ID + string(x.body)
	if old, ok := x.state.remembered(key); ok {
		o["access_token"] = old
	} else {
		x.state.remember(key, token)
	}
	x.text = encode(o)
}

func jwtWrongProject(c object) {
	if aud, ok := c["aud"].([]any); ok && len(aud) == 1 {
		c["project_id"] = strings.TrimPrefix(aud[0].(string), "urn:onvy:project:")
	}
}

func jwtIssuedLater(x *exchange) bool {
	iat, _ := peek(x.bearer(), 1)["iat"].(float64)
	return int64(iat) > time.Now().Unix()
}
