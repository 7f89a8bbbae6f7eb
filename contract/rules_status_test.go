package contract_test

func statusRows() []exchangeRow {
	return []exchangeRow{
		{
			rule:   "http/status-range",
			breaks: xs{getUser(user(), status(700)), getUser(user(), status(99)), getUser(user(), status(0))},
			holds:  xs{getUser(user(), status(299))},
			but:    []string{"http/status-undocumented"},
		}, {
			rule:   "http/server-error",
			breaks: xs{getUser("", refused(500, "internal_error")), getUser("", refused(503, "unavailable"))},
			holds:  xs{getUser("", refused(503, "unavailable"), header("Retry-After", "5")), getUser("", refused(404, "not_found"))},
		}, {
			rule:   "http/redirect",
			breaks: xs{getUser("", status(302), header("Location", "/login")), getUser("", status(308), header("Location", "/users/user_123/"))},
			holds:  xs{getUser("", status(304), requestHeader("If-None-Match", `"1"`)), getUser("", refused(401, "invalid_token"), header("Www-Authenticate", "Bearer"))},
		}, {
			rule: "http/not-modified",
			breaks: xs{
				getUser("", status(304)),
				createUser(`{"id":"user_123"}`, "", status(304), requestHeader("If-None-Match", `"1"`)),
			},
			holds: xs{
				getUser("", status(304), requestHeader("If-None-Match", `"1"`)),
				getUser("", status(304), method("HEAD"), requestHeader("If-Modified-Since", "Thu, 05 Mar 2026 11:00:00 GMT")),
			},
		}, {
			rule:   "http/throttled",
			breaks: xs{getUser("", refused(429, "rate_limited"), header("Retry-After", "1"))},
			holds:  xs{getUser(user(), header("RateLimit-Remaining", "3"))},
		}, {
			rule: "http/status-undocumented",
			breaks: xs{
				deleteUser(status(202)),
				deleteUser(status(200)),
				getUser(user(), status(203)),
				createUser(`{"id":"user_123"}`, user(), status(200)),
				getUser("", refused(418, "teapot")),
				exchange("GET", "/users", 404, refusal),
			},
			holds: xs{
				createUser(`{}`, "", refused(422, "invalid_request")),
				// These mean the same for any resource.
				getUser("", refused(410, "gone")), getUser("", refused(406, "not_acceptable")),
			},
		}, {
			rule: "http/no-content",
			breaks: xs{
				deleteUser(func(x *exch) { x.Response.Body = []byte("{}") }),
				deleteUser(header("Content-Length", "2")),
				deleteUser(header("Content-Length", "0")), // as drift only
				getUser("{}", status(304), requestHeader("If-None-Match", `"1"`)),
			},
			holds: xs{deleteUser()},
		}, {
			rule: "http/empty-body",
			breaks: xs{
				createUser(`{"id":"user_123"}`, ""), getUser(""), getUser(" \n", header("Content-Type", "application/json")),
				getUser("", status(404)),
			},
			holds: xs{deleteUser(), getUser("", method("HEAD"))},
		},
	}
}
