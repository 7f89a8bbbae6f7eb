package access

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// GrantFaults hand out tokens for less than they should.
var GrantFaults = []kit.Fault{
	kit.Row("server-accept-no-client", "auth/server gives a token without credentials", "client/missing",
		kit.On(kit.ServerToken, kit.Instead(401, serverAcceptNoClient))),
	kit.Row("server-accept-bearer", "auth/server takes an access token for credentials", "client/bearer",
		kit.On(kit.ServerToken, kit.Instead(401, func(x *kit.Exchange) bool { return x.Bearer() != "" && x.AsClient() }))),
	kit.Row("server-accept-malformed-basic", "auth/server takes credentials that cannot be read", "client/malformed",
		kit.On(kit.ServerToken, kit.Instead(401, serverAcceptMalformedBasic))),
	kit.Row("server-accept-unknown-client", "auth/server takes any client id", "client/unknown",
		kit.On(kit.ServerToken, kit.Instead(401, serverAcceptUnknownClient))),
	kit.Row("unknown-project-accepted", "there are tokens for projects that do not exist", "client/unknown-project",
		kit.On(kit.ServerToken, kit.Instead(401, unknownProjectAccepted))),
	kit.Row("audience-ignored", "/oauth/token does not look at the audience", "grant/audience",
		kit.On(kit.OAuthToken, kit.Before(kit.Form(audienceIgnored)))),
	kit.Row("refresh-token-any", "any refresh token is good", "grant/bad-refresh-token",
		kit.On(kit.SDKToken, kit.Instead(400, refreshTokenAny))),
	kit.Row("token-body-ignored", "auth/server gives a token for a body that is no JSON", "grant/body",
		kit.On(kit.ServerToken, kit.Before(tokenBodyIgnored))),
	kit.Row("missing-parameter-accepted", "/oauth/token exchanges nothing for a token", "grant/missing-parameter",
		kit.On(kit.OAuthToken, kit.Instead(400, missingParameterAccepted))),
	kit.Row("oauth-token-not-usable", "the tokens of /oauth/token do not work", "grant/token-usable",
		kit.On(kit.OAuthToken, kit.Good(kit.Claimed(kit.Claim("iss", "urn:onvy:elsewhere"))))),
	kit.Row("oauth-token-refused-at-first", "a token of /oauth/token is refused the first time", "token/fresh",
		refusedAtFirst(func(x *kit.Exchange) bool { return x.Op == kit.OAuthToken })),
	kit.Row("refreshed-token-refused", "a token that auth/sdk gives for a refresh token is refused the first time", "grant/token-usable",
		refusedAtFirst(func(x *kit.Exchange) bool { return x.Op == kit.SDKToken && x.Given()["grant"] == "refresh" })),
	kit.Row("unknown-sdk-client-accepted", "auth/sdk does not look at the client", "grant/unknown-client",
		kit.On(kit.SDKToken, kit.Before(kit.Sent(kit.Set("client_id", "sdk"))))),
	kit.Row("jwt-issued-unsigned", "access tokens are not signed", "jwt/algorithm",
		kit.On(kit.Tokens, kit.Good(kit.Body(kit.Change("access_token", kit.Mapped(unsigned))))),
		kit.On(kit.Users, kit.Accept(func(x *kit.Exchange) bool { return kit.Peek(x.Bearer(), 0)["alg"] == "none" && !x.Says("expired") }))),
}

func serverAcceptNoClient(x *kit.Exchange) bool {
	return x.Header.Get("Authorization") == "" && x.AsClient()
}

func serverAcceptMalformedBasic(x *kit.Exchange) bool {
	_, _, ok := kit.BasicPair(x.Header.Get("Authorization"))
	return !ok && strings.HasPrefix(x.Header.Get("Authorization"), "Basic") && x.AsClient()
}

func serverAcceptUnknownClient(x *kit.Exchange) bool {
	id, _, ok := kit.BasicPair(x.Header.Get("Authorization"))
	return ok && id != x.Project().ClientID && x.AsClient()
}

func unknownProjectAccepted(x *kit.Exchange) bool {
	if x.Header.Get("Authorization") != kit.BasicOf(x.Srv.Project) || strings.Contains(x.URL.Path, "/"+x.Srv.Other.ID+"/") {
		return false
	}
	x.URL.Path, x.URL.RawPath = "/v1/projects/"+x.Srv.Project.ID+"/auth/server", ""
	return true
}

func audienceIgnored(x *kit.Exchange, f url.Values) {
	f.Set("audience", "urn:onvy:project:"+x.Srv.Project.ID)
}

func refreshTokenAny(x *kit.Exchange) bool {
	if x.Given()["grant"] != "refresh" || !x.Says("not valid") {
		return false
	}
	kit.Sent(kit.Set("grant", "exchange"), kit.Set("token", x.Identity("anyone")))(x)
	return true
}

func tokenBodyIgnored(x *kit.Exchange) {
	if x.Given() == nil {
		x.Body = []byte("{}")
	}
}

func missingParameterAccepted(x *kit.Exchange) bool {
	if !x.Says("is missing") {
		return false
	}
	x.Header.Del("Authorization")
	x.Body = []byte(url.Values{
		"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"client_id":          {x.Project().SDKClientID},
		"audience":           {"urn:onvy:project:" + x.Project().ID},
		"subject_token":      {x.Identity("anyone")},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:id_token"},
	}.Encode())
	return true
}

// refusedAtFirst refuses a token that was given by some answers, once.
func refusedAtFirst(by func(*kit.Exchange) bool) kit.Mutator {
	return kit.All(
		kit.On(kit.Tokens, kit.Good(func(x *kit.Exchange) {
			if token, ok := kit.Parse(x.Text)["access_token"].(string); ok && by(x) {
				x.State.Mu.Lock()
				defer x.State.Mu.Unlock()
				x.State.Text[token] = "new"
			}
		})),
		kit.On(kit.Users, kit.Before(func(x *kit.Exchange) {
			x.State.Mu.Lock()
			defer x.State.Mu.Unlock()
			if x.State.Text[x.Bearer()] == "new" {
				delete(x.State.Text, x.Bearer())
				x.Header.Set("Authorization", "Bearer "+x.Bearer()+"x")
			}
		})),
	)
}

// unsigned is a token with the same claims and without signature.
func unsigned(token string) string {
	parts := strings.Split(token, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."
}
