package contract_test

func clientRows() []exchangeRow {
	bare := authorization("")
	return []exchangeRow{
		{
			rule:   "client/missing",
			breaks: xs{serverToken(`{}`, token(), bare), oauthToken("grant_type=client_credentials&audience=urn:onvy:project:proj_1", token(), bare)},
			holds: xs{
				serverToken(`{}`, token()), serverToken(`{}`, "", refused(401, "invalid_client"), bare, header("Www-Authenticate", `Basic realm="onvy"`)),
				oauthToken("grant_type=client_credentials&client_id=c&client_secret=s", token(), bare),
				oauthToken("grant_type=refresh_token&refresh_token=r", token(), bare), // of a public client
				serverToken(`{}`, token(), bare, requestHeader("Cookie", "session=1")),
			},
		},
	}
}
