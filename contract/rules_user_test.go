package contract_test

import "time"

func userRows() []exchangeRow {
	unknown := func(x *exch) { x.Started = time.Time{} }
	return []exchangeRow{
		{
			rule: "users/id",
			breaks: xs{
				getUser(user("id", "User_123")), getUser(user("id", "another")), createUser(`{"id":" a "}`, user("id", "a")),
				putUser(`{}`, user("id", "another")),
			},
			holds: xs{
				createUser(`{"id":" a/b%20 李 "}`, user("id", " a/b%20 李 ")),
				exchange("GET", "/users/%20a%2Fb%2520%20%E6%9D%8E%20", 200, user("id", " a/b%20 李 ")),
			},
		}, {
			rule: "users/timestamps",
			breaks: xs{
				getUser(user("updated_at", "2026-03-05T10:59:59Z")), listUsers("", `{"limit":100}`, user("created_at", "2026-03-05T11:30:00Z")),
				getUser(user("updated_at", "2026-03-06T11:00:00Z")),
			},
			holds: xs{
				getUser(user()), getUser(user("created_at", "2026-03-05T11:00:00.9Z")), // a second is how coarse many are
				getUser(user("updated_at", "2026-03-05T12:04:00Z")), getUser(user("updated_at", "2036-03-06T11:00:00Z"), unknown),
				getUser(user("created_at", "2026-03-05T12:00:00+01:00")),
			},
		}, {
			rule:   "users/default",
			breaks: xs{createUser(`{"id":"user_123"}`, user("measurement_unit", "imperial"))},
			holds: xs{
				createUser(`{"id":"user_123"}`, user("measurement_unit", "metric")), createUser(`{"id":"user_123"}`, user()),
				createUser(`{"id":"user_123","measurement_unit":"imperial"}`, user("measurement_unit", "imperial")),
			},
		},
	}
}

func listRows() []exchangeRow {
	a, b, c := user("id", "a"), user("id", "b"), user("id", "c")
	return []exchangeRow{
		{
			rule: "page/limit", breaks: xs{listUsers("?limit=2", `{"limit":2}`, a, b, c), listUsers("", `{"limit":100}`, manyUsers(101)...)},
			holds: xs{listUsers("?limit=2", `{"limit":2}`, a, b), listUsers("?limit=3", `{"limit":3}`, a), listUsers("", `{"limit":100}`, manyUsers(100)...)},
		}, {
			rule: "page/limit-echo", breaks: xs{listUsers("", `{"limit":10}`), listUsers("?limit=7", `{"limit":100}`)},
			holds: xs{listUsers("?limit=7", `{"limit":7}`), listUsers("", `{"limit":100}`)},
		}, {
			rule: "page/limit-range",
			breaks: xs{
				listUsers("?limit=1001", `{"limit":1000}`), listUsers("?limit=0", `{"limit":100}`), listUsers("?limit=x", `{"limit":100}`),
				listUsers("?limit=", `{"limit":100}`), listUsers("?limit=-1", `{"limit":1}`),
			},
			holds: xs{exchange("GET", "/users?limit=1001", 400, refusal), exchange("GET", "/users?limit=x", 422, refusal), listUsers("?limit=1000", `{"limit":1000}`)},
		}, {
			rule: "page/total", breaks: xs{listUsers("", `{"limit":100,"total":1}`, a, b)},
			holds: xs{listUsers("", `{"limit":100,"total":2}`, a, b), listUsers("", `{"limit":100,"total":240}`, a), listUsers("", `{"limit":100}`, a)},
		}, {
			rule: "page/repeats", breaks: xs{listUsers("", `{"limit":100}`, a, b, a)},
			holds: xs{listUsers("", `{"limit":100}`, user("id", "a", "firstname", "A"), user("id", "b", "firstname", "A"), user("id", "A"))},
		}, {
			rule: "page/next-null", breaks: xs{listUsers("", `{"limit":100,"next_page":null}`, a)},
			holds: xs{listUsers("", `{"limit":100,"next_page":""}`, a), listUsers("", `{"limit":100}`, a)},
		}, {
			rule: "page/next-is-self", breaks: xs{listUsers("?page=x%2B", `{"limit":100,"next_page":"x+"}`, a)},
			holds: xs{
				listUsers("?page=x", `{"limit":100,"next_page":"y"}`, a),
				listUsers("", `{"limit":100,"next_page":""}`, a), listUsers("", `{"limit":100}`, a),
			},
		},
	}
}

func leakRows() []exchangeRow {
	sdk := `{"grant":"exchange","token":"an-identity-token","client_id":"sdk"}`
	return []exchangeRow{
		{
			rule: "leak/reflected-secret",
			breaks: xs{
				serverToken(`{}`, `{"error":"invalid_request","error_description":"secret-of-the-client"}`, status(400)),
				sdkToken(sdk, `{"error":"invalid_request","error_description":"an-identity-token"}`, status(400)),
				getUser(`{"error":"not_found","message":"opaque-access-token"}`, status(404)),
				getUser(user(), header("Warning", "299 - opaque-access-token")),
				oauthToken("grant_type=client_credentials&client_secret=in-the-form", `{"error":"invalid_request","error_description":"in-the-form"}`, status(400)),
			},
			holds: xs{serverToken(`{}`, `{"error":"invalid_request","error_description":"server"}`, status(400))},
		}, {
			rule: "leak/stack-trace",
			breaks: xs{
				getUser(`{"error":"x","message":"Traceback (most recent call last)"}`, status(404)),
				getUser(`{"error":"x","message":"main.go:12 panic"}`, status(400)),
				getUser(`{"error":"x","message":"ERROR: syntax error at or near"}`, status(404)),
			},
			holds: xs{getUser(`{"error":"x","message":"request 7f3a"}`, status(404)), getUser(user("firstname", "main.go:12"))},
		},
	}
}
