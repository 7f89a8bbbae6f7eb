package contract_test

func bearerRows() []exchangeRow {
	challenge := func(value string) change { return header("Www-Authenticate", value) }
	scoped := func(scope any) change { return authorization("Bearer " + jwt("scope", scope)) }
	sent := `{"id":"user_123"}`
	return []exchangeRow{
		{
			rule: "auth/credentials-needed",
			breaks: xs{
				getUser(user(), authorization("")), getUser(user(), authorization(basicCredentials)),
				getUser(user(), authorization("Bearer ")), getUser(user(), authorization("opaque-access-token")),
			},
			holds: xs{
				getUser(user()), getUser(user(), authorization("bearer opaque-access-token")),
				getUser(user(), authorization(""), requestHeader("Cookie", "session=1")), // a recording of a browser
			},
		}, {
			rule:   "auth/unauthenticated-status",
			breaks: xs{getUser("", refused(403, "forbidden"), authorization("")), getUser("", refused(404, "not_found"), authorization(""))},
			holds:  xs{getUser("", refused(401, "unauthorized"), authorization(""), challenge(`Bearer realm="onvy"`)), getUser("", refused(403, "forbidden")), getUser("", method("HEAD"), status(405), authorization(""), header("Allow", "GET"))},
		}, {
			rule: "scope/exceeded",
			breaks: xs{
				createUser(sent, user(), scoped("users:read")), getUser(user(), scoped("users:create")),
				putUser(`{}`, user(), scoped("users:read")), deleteUser(scoped([]string{"users:read"})),
			},
			holds: xs{
				createUser(sent, user(), scoped("users:create")), getUser(user(), scoped([]string{"users:read"})),
				// users:update and users:delete are guesses.
				putUser(`{}`, user(), scoped("users:read users:create")), deleteUser(scoped("users:write")),
				getUser(user()), getUser(user(), scoped("")),
				createUser(sent, "", refused(403, "insufficient_scope"), scoped("users:read")),
			},
		}, {
			rule: "auth/challenge",
			breaks: xs{
				getUser("", refused(401, "x"), challenge(`Bearer realm="a", realm="b"`)),
				getUser("", refused(401, "x"), challenge(`Bearer realm="a`)),
				getUser("", refused(401, "x"), challenge(`"Bearer"`)),
				serverToken(`{}`, "", refused(401, "invalid_client"), header("Www-Authenticate", `Basic error="invalid_client"`)),
			},
			holds: xs{
				getUser("", refused(401, "x"), challenge(`Bearer realm="onvy", error="invalid_token"`)),
				getUser("", refused(401, "x"), header("Www-Authenticate", `Basic realm="a\"b"`, `Bearer`)),
				getUser("", refused(401, "x"), challenge(`Negotiate, Bearer realm = "onvy" , scope="a b"`)),
			},
		}, {
			rule:   "auth/bearer-challenge",
			breaks: xs{getUser("", refused(401, "x"), challenge(`Basic realm="onvy"`))},
			holds:  xs{getUser("", refused(401, "x"), challenge(`bearer realm="onvy"`)), getUser("", refused(401, "x"), challenge(`Basic realm="a", Bearer realm="b"`))},
		}, {
			rule:   "auth/no-error-without-token",
			breaks: xs{getUser("", refused(401, "x"), authorization(""), challenge(`Bearer error="invalid_token"`))},
			holds:  xs{getUser("", refused(401, "x"), authorization(""), challenge(`Bearer realm="onvy"`)), getUser("", refused(401, "x"), challenge(`Bearer error="invalid_token"`))},
		}, {
			rule:   "auth/invalid-token",
			breaks: xs{getUser("", refused(401, "x"), challenge(`Bearer error="server_error"`))},
			holds:  xs{getUser("", refused(401, "x"), challenge(`Bearer error="invalid_token"`)), getUser("", refused(401, "x"), challenge(`Bearer realm="onvy"`))},
		}, {
			rule:   "scope/challenge",
			breaks: xs{getUser("", refused(403, "x"), challenge(`Bearer error="invalid_token"`))},
			holds:  xs{getUser("", refused(403, "x"), challenge(`Bearer error="insufficient_scope"`)), getUser("", refused(403, "x"))},
		},
	}
}
