package access

import (
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// BearerFaults are those of access tokens at the operations of users.
var BearerFaults = []kit.Fault{
	kit.Row("accept-basic-on-users", "user operations take Basic credentials", "auth/credentials-needed",
		kit.On(kit.Users, kit.Accept(func(x *kit.Exchange) bool { return strings.HasPrefix(x.Header.Get("Authorization"), "Basic ") }))),
	kit.Row("accept-tampered-token", "user operations work with a changed copy of a token", "token/tampered",
		kit.On(kit.Users, kit.Accept(acceptTamperedToken))),
	kit.Row("accept-tampered-signature", "the signature of a token is not looked at", "token/tampered",
		kit.On(kit.Users, kit.Accept(acceptTamperedSignature))),
	kit.Row("accept-alg-none", "a token without signature is taken for alg none", "token/tampered",
		kit.On(kit.Users, kit.Accept(acceptAlgNone))),
	kit.Row("accept-garbage-token", "user operations work with any bearer token", "token/garbage",
		kit.On(kit.Users, kit.Accept(func(x *kit.Exchange) bool { return x.Bearer() != "" }))),
	kit.Row("accept-no-token", "user operations work without a token", "auth/credentials-needed",
		kit.On(kit.Users, kit.Accept(func(x *kit.Exchange) bool { return x.Header.Get("Authorization") == "" }))),
	kit.Row("list-without-token", "the list of users needs no token", "auth/credentials-needed",
		kit.On(kit.Listing, kit.Accept(func(x *kit.Exchange) bool { return x.Header.Get("Authorization") == "" }))),
	kit.Row("delete-without-token", "deleting a user needs no token", "auth/credentials-needed",
		kit.On(kit.Deleting, kit.Accept(func(x *kit.Exchange) bool { return x.Header.Get("Authorization") == "" }))),
	kit.Row("expired-token-accepted", "a token that ran out still works", "token/expired",
		kit.On(kit.Users, kit.Accept(func(x *kit.Exchange) bool { return x.Says("expired") }))),
	kit.Row("api-key-accepted", "the retired X-API-Key still opens the door", "token/api-key",
		kit.On(kit.Users, kit.Accept(func(x *kit.Exchange) bool { return x.Header.Get("X-API-Key") != "" }))),
	kit.Row("token-in-query-accepted", "a token in the query is taken", "token/in-query",
		kit.On(kit.Users, kit.Before(tokenInQueryAccepted))),
	kit.Row("identity-token-accepted", "an identity token works as an access token", "token/kind",
		kit.On(kit.Users, kit.Accept(func(x *kit.Exchange) bool {
			return kit.Peek(x.Bearer(), 0)["alg"] == "ES256" && kit.Peek(x.Bearer(), 1) != nil
		}))),
	kit.Row("bearer-case-sensitive", "the scheme bearer in lower case is refused", "token/scheme-case",
		kit.On(kit.Users, kit.Before(bearerCaseSensitive))),
	kit.Row("scope-not-enforced", "no operation looks at the scope", "scope/exceeded",
		kit.On(kit.Users, kit.Instead(403, unscoped))),
	kit.Row("scope-not-enforced-on-create", "creating looks at no scope", "scope/exceeded",
		kit.On(kit.Creating, kit.Instead(403, unscoped))),
	kit.Row("scope-not-enforced-on-delete", "deleting looks at no scope", "scope/exceeded",
		kit.On(kit.Deleting, kit.Instead(403, unscoped))),
	kit.Row("scope-create-is-enough", "changing and deleting work with the scope for creating", "scope/enforced",
		kit.On(kit.Replacing|kit.Patching|kit.Deleting, kit.Instead(403, scopeCreateIsEnough))),
	kit.Row("scope-write-includes-read", "any scope of users is enough to read", "scope/exceeded",
		kit.On(kit.Listing|kit.Reading, kit.Instead(403, unscoped))),
	kit.Row("scope-not-enforced-opaque", "tokens are no JWTs, and no operation looks at their scope", "scope/enforced",
		kit.Opaque, kit.On(kit.Users, kit.Instead(403, unscoped))),
	kit.Row("scope-too-little-401", "a token with too little scope is answered with 401", "operation/refusal-status",
		kit.On(kit.Users, kit.At(403, kit.Both(kit.Status(401), kit.Body(kit.Set("error", "invalid_token")), kit.Head("WWW-Authenticate", `Bearer realm="onvy", error="invalid_token"`))))),
	kit.Row("scope-too-little-404", "a token with too little scope is answered with 404", "http/status-undocumented",
		kit.On(kit.Users, kit.At(403, kit.Both(kit.Status(404), kit.Head("WWW-Authenticate"))))),
	kit.Row("no-token-403", "no token is answered with 403", "auth/unauthenticated-status",
		kit.On(kit.Users, kit.At(401, kit.Both(kit.Status(403), kit.Head("WWW-Authenticate"))))),
	kit.Row("no-token-404", "no token is answered with 404", "auth/unauthenticated-status",
		kit.On(kit.Users, kit.At(401, kit.Both(kit.Status(404), kit.Head("WWW-Authenticate"))))),
	kit.Row("user-token-reads-others", "a user's token reads other users", "token/other-user",
		kit.On(kit.Reading, kit.Instead(404, asProject))),
	kit.Row("user-token-deletes-others", "a user's token deletes other users", "token/other-user",
		kit.On(kit.Deleting, kit.Instead(404, asProject))),
	kit.Row("user-token-lists-all", "a user's token lists all users", "token/other-user",
		kit.On(kit.Listing, kit.Before(func(x *kit.Exchange) { asProject(x) }))),
}

func acceptTamperedToken(x *kit.Exchange) bool {
	return kit.Peek(x.Bearer(), 1) != nil && kit.Peek(x.Bearer(), 0)["alg"] == "HS256" && !x.Says("expired")
}

func acceptTamperedSignature(x *kit.Exchange) bool {
	return kit.Peek(x.Bearer(), 1) != nil && !strings.HasSuffix(x.Bearer(), ".") && !x.Says("expired")
}

func acceptAlgNone(x *kit.Exchange) bool {
	alg, _ := kit.Peek(x.Bearer(), 0)["alg"].(string)
	return strings.EqualFold(alg, "none")
}

func tokenInQueryAccepted(x *kit.Exchange) {
	if token := x.URL.Query().Get("access_token"); token != "" {
		x.Header.Set("Authorization", "Bearer "+token)
	}
}

func bearerCaseSensitive(x *kit.Exchange) {
	if strings.HasPrefix(x.Header.Get("Authorization"), "bearer ") {
		x.Header.Del("Authorization")
	}
}

func scopeCreateIsEnough(x *kit.Exchange) bool {
	scope, _ := kit.Peek(x.Bearer(), 1)["scope"].(string)
	return strings.Contains(scope, "users:create") && unscoped(x)
}

func unscoped(x *kit.Exchange) bool {
	if !x.Says("insufficient_scope") {
		return false
	}
	x.Authorize(kit.Set("scope", kit.UserScopes))
	return true
}

// asProject gives the request of a user the rights of the project.
func asProject(x *kit.Exchange) bool {
	if kit.Peek(x.Bearer(), 1)["principal_type"] != "user" {
		return false
	}
	x.Authorize(kit.Set("principal_type", "client"), kit.Set("user_id", nil))
	return true
}
