package faults

import "strings"

// bearerFaults are those of access tokens at the operations of users.
var bearerFaults = []Fault{
	row("accept-basic-on-users", "user operations take Basic credentials", "auth/credentials-needed",
		on("users", accept(func(x *exchange) bool { return strings.HasPrefix(x.header.Get("Authorization"), "Basic ") }))),
	row("accept-tampered-token", "user operations work with a changed copy of a token", "token/tampered",
		on("users", accept(acceptTamperedToken))),
	row("accept-tampered-signature", "the signature of a token is not looked at", "token/tampered",
		on("users", accept(acceptTamperedSignature))),
	row("accept-alg-none", "a token without signature is taken for alg none", "token/tampered",
		on("users", accept(acceptAlgNone))),
	row("accept-garbage-token", "user operations work with any bearer token", "token/garbage",
		on("users", accept(func(x *exchange) bool { return x.bearer() != "" }))),
	row("accept-no-token", "user operations work without a token", "auth/credentials-needed",
		on("users", accept(func(x *exchange) bool { return x.header.Get("Authorization") == "" }))),
	row("list-without-token", "the list of users needs no token", "auth/credentials-needed",
		on("listUsers", accept(func(x *exchange) bool { return x.header.Get("Authorization") == "" }))),
	row("delete-without-token", "deleting a user needs no token", "auth/credentials-needed",
		on("deleteUser", accept(func(x *exchange) bool { return x.header.Get("Authorization") == "" }))),
	row("expired-token-accepted", "a token that ran out still works", "token/expired",
		on("users", accept(func(x *exchange) bool { return x.says("expired") }))),
	row("api-key-accepted", "the retired X-API-Key still opens the door", "token/api-key",
		on("users", accept(func(x *exchange) bool { return x.header.Get("X-API-Key") != "" }))),
	row("token-in-query-accepted", "a token in the query is taken", "token/in-query",
		on("users", before(tokenInQueryAccepted))),
	row("identity-token-accepted", "an identity token works as an access token", "token/kind",
		on("users", accept(func(x *exchange) bool { return peek(x.bearer(), 0)["alg"] == "ES256" && peek(x.bearer(), 1) != nil }))),
	row("bearer-case-sensitive", "the scheme bearer in lower case is refused", "token/scheme-case",
		on("users", before(bearerCaseSensitive))),
	row("scope-not-enforced", "no operation looks at the scope", "scope/exceeded",
		on("users", instead(403, unscoped))),
	row("scope-not-enforced-on-create", "creating looks at no scope", "scope/exceeded",
		on("createUser", instead(403, unscoped))),
	row("scope-not-enforced-on-delete", "deleting looks at no scope", "scope/exceeded",
		on("deleteUser", instead(403, unscoped))),
	row("scope-create-is-enough", "changing and deleting work with the scope for creating", "scope/enforced",
		on("updateUserPut updateUserPatch deleteUser", instead(403, scopeCreateIsEnough))),
	row("scope-write-includes-read", "any scope of users is enough to read", "scope/exceeded",
		on("listUsers getUser", instead(403, unscoped))),
	row("scope-not-enforced-opaque", "tokens are no JWTs, and no operation looks at their scope", "scope/enforced",
		opaque, on("users", instead(403, unscoped))),
	row("scope-too-little-401", "a token with too little scope is answered with 401", "operation/refusal-status",
		on("users", at(403, both(status(401), body(set("error", "invalid_token")), head("WWW-Authenticate", `Bearer realm="onvy", error="invalid_token"`))))),
	row("scope-too-little-404", "a token with too little scope is answered with 404", "http/status-undocumented",
		on("users", at(403, both(status(404), head("WWW-Authenticate"))))),
	row("no-token-403", "no token is answered with 403", "auth/unauthenticated-status",
		on("users", at(401, both(status(403), head("WWW-Authenticate"))))),
	row("no-token-404", "no token is answered with 404", "auth/unauthenticated-status",
		on("users", at(401, both(status(404), head("WWW-Authenticate"))))),
	row("user-token-reads-others", "a user's token reads other users", "token/other-user",
		on("getUser", instead(404, asProject))),
	row("user-token-deletes-others", "a user's token deletes other users", "token/other-user",
		on("deleteUser", instead(404, asProject))),
	row("user-token-lists-all", "a user's token lists all users", "token/other-user",
		on("listUsers", before(func(x *exchange) { asProject(x) }))),
}

func acceptTamperedToken(x *exchange) bool {
	return peek(x.bearer(), 1) != nil && peek(x.bearer(), 0)["alg"] == "HS256" && !x.says("expired")
}

func acceptTamperedSignature(x *exchange) bool {
	return peek(x.bearer(), 1) != nil && !strings.HasSuffix(x.bearer(), ".") && !x.says("expired")
}

func acceptAlgNone(x *exchange) bool {
	alg, _ := peek(x.bearer(), 0)["alg"].(string)
	return strings.EqualFold(alg, "none")
}

func tokenInQueryAccepted(x *exchange) {
	if token := x.url.Query().Get("access_token"); token != "" {
		x.header.Set("Authorization", "Bearer "+token)
	}
}

func bearerCaseSensitive(x *exchange) {
	if strings.HasPrefix(x.header.Get("Authorization"), "bearer ") {
		x.header.Del("Authorization")
	}
}

func scopeCreateIsEnough(x *exchange) bool {
	scope, _ := peek(x.bearer(), 1)["scope"].(string)
	return strings.Contains(scope, "users:create") && unscoped(x)
}

func unscoped(x *exchange) bool {
	if !x.says("insufficient_scope") {
		return false
	}
	x.authorize(set("scope", userScopes))
	return true
}

// asProject gives the request of a user the rights of the project.
func asProject(x *exchange) bool {
	if peek(x.bearer(), 1)["principal_type"] != "user" {
		return false
	}
	x.authorize(set("principal_type", "client"), set("user_id", nil))
	return true
}
