package faults

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// grantFaults hand out tokens for less than they should.
var grantFaults = []Fault{
	row("server-accept-no-client", "auth/server gives a token without credentials", "client/missing",
		on("createServerToken", instead(401, serverAcceptNoClient))),
	row("server-accept-bearer", "auth/server takes an access token for credentials", "client/bearer",
		on("createServerToken", instead(401, func(x *exchange) bool { return x.bearer() != "" && x.asClient() }))),
	row("server-accept-malformed-basic", "auth/server takes credentials that cannot be read", "client/malformed",
		on("createServerToken", instead(401, serverAcceptMalformedBasic))),
	row("server-accept-unknown-client", "auth/server takes any client id", "client/unknown",
		on("createServerToken", instead(401, serverAcceptUnknownClient))),
	row("unknown-project-accepted", "there are tokens for projects that do not exist", "client/unknown-project",
		on("createServerToken", instead(401, unknownProjectAccepted))),
	row("audience-ignored", "/oauth/token does not look at the audience", "grant/audience",
		on("createOAuthToken", before(form(audienceIgnored)))),
	row("refresh-token-any", "any refresh token is good", "grant/bad-refresh-token",
		on("createSDKToken", instead(400, refreshTokenAny))),
	row("token-body-ignored", "auth/server gives a token for a body that is no JSON", "grant/body",
		on("createServerToken", before(tokenBodyIgnored))),
	row("missing-parameter-accepted", "/oauth/token exchanges nothing for a token", "grant/missing-parameter",
		on("createOAuthToken", instead(400, missingParameterAccepted))),
	row("oauth-token-not-usable", "the tokens of /oauth/token do not work", "grant/token-usable",
		on("createOAuthToken", good(claimed(claim("iss", "urn:onvy:elsewhere"))))),
	row("oauth-token-refused-at-first", "a token of /oauth/token is refused the first time", "token/fresh",
		refusedAtFirst(func(x *exchange) bool { return x.op == "createOAuthToken" })),
	row("refreshed-token-refused", "a token that auth/sdk gives for a refresh token is refused the first time", "grant/token-usable",
		refusedAtFirst(func(x *exchange) bool { return x.op == "createSDKToken" && x.given()["grant"] == "refresh" })),
	row("unknown-sdk-client-accepted", "auth/sdk does not look at the client", "grant/unknown-client",
		on("createSDKToken", before(sent(set("client_id", "sdk"))))),
	row("jwt-issued-unsigned", "access tokens are not signed", "jwt/algorithm",
		on("token", good(body(change("access_token", mapped(unsigned))))),
		on("users", accept(func(x *exchange) bool { return peek(x.bearer(), 0)["alg"] == "none" && !x.says("expired") }))),
}

func serverAcceptNoClient(x *exchange) bool {
	return x.header.Get("Authorization") == "" && x.asClient()
}

func serverAcceptMalformedBasic(x *exchange) bool {
	_, _, ok := basicPair(x.header.Get("Authorization"))
	return !ok && strings.HasPrefix(x.header.Get("Authorization"), "Basic") && x.asClient()
}

func serverAcceptUnknownClient(x *exchange) bool {
	id, _, ok := basicPair(x.header.Get("Authorization"))
	return ok && id != x.project().ClientID && x.asClient()
}

func unknownProjectAccepted(x *exchange) bool {
	if x.header.Get("Authorization") != basicOf(x.srv.Project) || strings.Contains(x.url.Path, "/"+x.srv.Other.ID+"/") {
		return false
	}
	x.url.Path, x.url.RawPath = "/v1/projects/"+x.srv.Project.ID+"/auth/server", ""
	return true
}

func audienceIgnored(x *exchange, f url.Values) {
	f.Set("audience", "urn:onvy:project:"+x.srv.Project.ID)
}

func refreshTokenAny(x *exchange) bool {
	if x.given()["grant"] != "refresh" || !x.says("not valid") {
		return false
	}
	sent(set("grant", "exchange"), set("token", x.identity("anyone")))(x)
	return true
}

func tokenBodyIgnored(x *exchange) {
	if x.given() == nil {
		x.body = []byte("{}")
	}
}

func missingParameterAccepted(x *exchange) bool {
	if !x.says("is missing") {
		return false
	}
	x.header.Del("Authorization")
	x.body = []byte(url.Values{
		"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"client_id":          {x.project().SDKClientID},
		"audience":           {"urn:onvy:project:" + x.project().ID},
		"subject_token":      {x.identity("anyone")},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"},
	}.Encode())
	return true
}

// refusedAtFirst refuses a token that was given by some answers, once.
func refusedAtFirst(by func(*exchange) bool) mutator {
	return all(
		on("token", good(func(x *exchange) {
			if token, ok := parse(x.text)["access_token"].(string); ok && by(x) {
				x.state.mu.Lock()
				defer x.state.mu.Unlock()
				x.state.text[token] = "new"
			}
		})),
		on("users", before(func(x *exchange) {
			x.state.mu.Lock()
			defer x.state.mu.Unlock()
			if x.state.text[x.bearer()] == "new" {
				delete(x.state.text, x.bearer())
				x.header.Set("Authorization", "Bearer "+x.bearer()+"x")
			}
		})),
	)
}

// asClient gives the request the right credentials.
func (x *exchange) asClient() bool {
	x.header.Set("Authorization", basicOf(x.project()))
	return true
}

// unsigned is a token with the same claims and without signature.
func unsigned(token string) string {
	parts := strings.Split(token, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."
}
