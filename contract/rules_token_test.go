package contract_test

func tokenRows() []exchangeRow {
	exchangeForm := "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
	issued := "urn:ietf:params:oauth:token-type:access_token"
	sdkExchange := `{"grant":"exchange","token":"an-identity-token","client_id":"sdk"}`
	sdkRefresh := `{"grant":"refresh","token":"a-refresh-token","client_id":"sdk"}`
	userClaims := []any{"principal_type", "user", "user_id", "user_123", "sub", "user_123"}
	return []exchangeRow{
		{
			rule: "oauth/no-store",
			breaks: xs{
				serverToken(`{}`, token(), header("Cache-Control", "public, max-age=900")), serverToken(`{}`, token(), header("Cache-Control", "no-cache")),
				serverToken(`{}`, token(), header("Cache-Control", "no-store, public")),
			},
			holds: xs{serverToken(`{}`, token(), header("Cache-Control", "No-Store, max-age=0")), serverToken(`{}`, token(), header("Cache-Control", "private", "no-store"))},
		}, {
			rule:   "oauth/pragma",
			breaks: xs{serverToken(`{}`, token(), header("Pragma"))},
			holds:  xs{serverToken(`{}`, token())},
		}, {
			rule:   "oauth/refresh-token",
			breaks: xs{serverToken(`{}`, token("refresh_token", "rt")), oauthToken("grant_type=client_credentials", token("refresh_token", "rt"))},
			holds:  xs{sdkToken(sdkExchange, token("refresh_token", "rt")), oauthToken("grant_type=refresh_token&refresh_token=abc", token("refresh_token", "rt"))},
		}, {
			rule:   "oauth/exchange-refresh-token",
			breaks: xs{sdkToken(sdkExchange, token())},
			holds:  xs{sdkToken(sdkExchange, token("refresh_token", "rt")), sdkToken(sdkRefresh, token())},
		}, {
			rule:   "oauth/issued-token-type",
			breaks: xs{oauthToken(exchangeForm, token())},
			holds:  xs{oauthToken(exchangeForm, token("issued_token_type", issued)), sdkToken(sdkExchange, token("refresh_token", "rt")), oauthToken("grant_type=client_credentials", token())},
		}, {
			rule: "oauth/expires-in",
			breaks: xs{
				serverToken(`{}`, token("access_token", jwt(), "expires_in", 900_000)),
				serverToken(`{}`, token("access_token", jwt("exp", noon.Unix()+60))),
				serverToken(`{}`, token("expires_in", 900_000)), // drift only: it may be ten days
			},
			holds: xs{
				serverToken(`{}`, token("access_token", jwt(), "expires_in", 899)), serverToken(`{}`, token("expires_in", 3600)),
				serverToken(`{}`, token("access_token", jwt("exp", noon.Unix()+86400), "expires_in", 86400)),
			},
		}, {
			rule: "scope/granted",
			breaks: xs{
				serverToken(`{"scope":"users:read"}`, token("access_token", jwt())),
				serverToken(`{"scope":"users:read"}`, token("scope", "")),
				serverToken(`{"scope":"users:read users:create"}`, token("access_token", jwt("scope", "users:read"))),
				serverToken(`{"scope":"users:read users:create"}`, token("access_token", jwt("scope", "users:read"), "scope", "users:read users:create")),
			},
			holds: xs{
				serverToken(`{}`, token("access_token", jwt())),
				serverToken(`{"scope":"users:read users:create"}`, token("access_token", jwt("scope", "users:read"), "scope", "users:read")),
				serverToken(`{"scope":"users:read users:create"}`, token("access_token", jwt("scope", []string{"users:create", "users:read"}))),
				serverToken(`{"scope":"users:read"}`, token()), // opaque, and it says nothing
				oauthToken("grant_type=client_credentials&scope=users:read", token("scope", "users:read")),
				serverToken(`{"scope":"users:read"}`, token("scope", "users:read users:create")), // another scope, and it says so
			},
			but: []string{"jwt/claims"}, // a list of scopes in place of a text
		}, {
			rule: "oauth/error-code",
			breaks: xs{oauthToken("grant_type=x", "", refused(400, "oops")), serverToken(`{}`, "", refused(401, "nope"), header("Www-Authenticate", `Basic realm="onvy"`)),
				oauthToken("grant_type=refresh_token", "", refused(401, "invalid_grant"), header("Www-Authenticate", `Basic realm="onvy"`))},
			holds: xs{
				oauthToken("grant_type=x", "", refused(400, "unsupported_grant_type")),
				serverToken(`{}`, "", refused(401, "invalid_client"), header("Www-Authenticate", `Basic realm="onvy"`)),
				serverToken(`{}`, "", refused(404, "not_found")), serverToken(`{}`, "", refused(415, "unsupported_media_type")),
			},
		}, {
			rule: "oauth/basic-challenge",
			breaks: xs{
				oauthToken("grant_type=client_credentials", "", refused(401, "invalid_client"), header("Www-Authenticate", "Bearer")),
				serverToken(`{}`, "", refused(401, "invalid_client"), header("Www-Authenticate", "Bearer")),
			},
			holds: xs{
				oauthToken("grant_type=client_credentials", "", refused(401, "invalid_client"), header("Www-Authenticate", `Basic realm="onvy"`)),
				sdkToken(sdkExchange, "", refused(401, "invalid_grant"), header("Www-Authenticate", "Bearer")),
			},
		}, {
			rule: "jwt/algorithm",
			breaks: xs{
				serverToken(`{}`, token("access_token", jwtWith(map[string]any{"alg": "none"}))),
				serverToken(`{}`, token("access_token", jwtWith(map[string]any{"alg": "NoNe"}))),
				serverToken(`{}`, token("access_token", jwtWith(map[string]any{"typ": "JWT"}))),
			},
			holds: xs{serverToken(`{}`, token("access_token", jwt())), serverToken(`{}`, token("access_token", jwtWith(map[string]any{"alg": "EdDSA"})))},
		}, {
			rule: "jwt/claims",
			breaks: xs{
				serverToken(`{}`, token("access_token", jwt("project_id", nil))), serverToken(`{}`, token("access_token", jwt("jti", ""))),
				serverToken(`{}`, token("access_token", jwt("principal_type", "user"))),
				sdkToken(sdkRefresh, token("access_token", jwt("principal_type", "client"))),
				serverToken(`{}`, token("access_token", jwt("exp", "later"))),
				serverToken(`{}`, token("access_token", jwt("scope", []string{"users:read"}))), // an assumption
			},
			holds: xs{
				serverToken(`{}`, token()), serverToken(`{}`, token("access_token", jwt())),
				sdkToken(sdkRefresh, token("access_token", jwt(userClaims...))),
				serverToken(`{}`, token("access_token", jwt("aud", []string{"a", "b"}))),
			},
		}, {
			rule: "jwt/times",
			breaks: xs{
				serverToken(`{}`, token("access_token", jwt("nbf", noon.Unix()+3600))),
				serverToken(`{}`, token("access_token", jwt("iat", noon.Unix()-7200, "nbf", noon.Unix()-7200, "exp", noon.Unix()-6300))), // the clock is off: drift
			},
			holds: xs{serverToken(`{}`, token("access_token", jwt())), serverToken(`{}`, token("access_token", jwt("nbf", noon.Unix()-30)))},
		}, {
			rule:   "jwt/project",
			breaks: xs{serverToken(`{}`, token("access_token", jwt("project_id", "proj_2"))), oauthToken("grant_type=client_credentials&audience=urn:onvy:project:proj_2", token("access_token", jwt()))},
			holds: xs{
				serverToken(`{}`, token("access_token", jwt())), oauthToken("grant_type=client_credentials", token("access_token", jwt())),
				oauthToken("grant_type=client_credentials&audience=urn:onvy:project:proj_1", token("access_token", jwt())),
			},
		},
	}
}
