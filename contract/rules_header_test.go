package contract_test

import (
	"net/http"
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

type exch = contract.Exchange

func headerRows() []exchangeRow {
	date := func(t time.Time) change { return header("Date", t.Format(http.TimeFormat)) }
	sent := `{"id":"user_123"}`
	return []exchangeRow{
		{
			rule: "http/header-missing",
			breaks: xs{
				serverToken(`{}`, token(), header("Cache-Control")),
				getUser("", refused(401, "invalid_token")),
				getUser("", refused(401, "invalid_token"), header("Www-Authenticate", " ")),
			},
			with:  nil,
			holds: xs{getUser("", refused(401, "invalid_token"), header("Www-Authenticate", `Bearer realm="onvy"`)), serverToken(`{}`, token())},
		}, {
			rule: "http/header-undocumented",
			breaks: xs{
				getUser(user(), header("X-Debug-User", "1")), getUser(user(), header("X-Secret-4711", "1")),
				getUser(user(), header("Set-Cookie", "session=1")),
			},
			holds: xs{
				getUser(user(), header("Set-Cookie", "AWSALB=x; Path=/", "__cf_bm=y")),
				getUser(user(), header("X-Request-Id", "1"), header("Via", "1.1 a"), header("CF-Ray", "1"), header("x-amzn-requestid", "1"), header("strict-transport-security", "max-age=1")),
				createUser(sent, user(), header("location", "/users/user_123")),
			},
		}, {
			rule:   "http/header-repeated",
			breaks: xs{getUser(user(), header("Content-Type", "application/json", "application/json")), getUser(user(), header("ETag", `"1"`, `"1"`))},
			holds:  xs{getUser(user(), header("Vary", "Accept", "Origin"))},
		}, {
			rule: "http/content-type",
			breaks: xs{
				getUser(user(), header("Content-Type", "text/plain")),
				getUser(user(), header("Content-Type")),
				getUser("<html>", header("Content-Type", "text/html")),
				getUser(refusal, status(404), header("Content-Type", "application/problem+json")),
			},
			holds: xs{
				getUser(user(), header("Content-Type", "application/json; charset=utf-8")),
				getUser(user(), header("Content-Type", `Application/JSON;charset="UTF-8"`)),
			},
		}, {
			rule: "http/charset",
			breaks: xs{
				getUser(user(), header("Content-Type", "application/json; charset=iso-8859-1")),
				getUser(user(), header("Content-Type", "application/json;charset=utf-16")),
			},
			holds: xs{getUser(user(), header("Content-Type", "application/json; charset=UTF-8"))},
		}, {
			rule: "http/content-encoding",
			breaks: xs{
				getUser(user(), requestHeader("Accept-Encoding", "identity"), header("Content-Encoding", "gzip")),
				getUser(user(), requestHeader("Accept-Encoding", "gzip"), header("Content-Encoding", "br")),
				getUser("\x1f\x8bgarbage", requestHeader("Accept-Encoding", "gzip"), header("Content-Encoding", "gzip")),
				getUser(user(), requestHeader("Accept-Encoding", "gzip"), header("Content-Encoding", "gzip"), notDecoded),
				getUser("<html>", requestHeader("Accept-Encoding", "gzip"), header("Content-Encoding", "gzip"), header("Content-Type", "application/json"), notDecoded),
			},
			holds: xs{
				getUser(user(), requestHeader("Accept-Encoding", "gzip, deflate"), header("Content-Encoding", "gzip")),
				getUser(user(), requestHeader("Accept-Encoding", "*"), header("Content-Encoding", "br")),
				getUser(user(), header("Content-Encoding", "gzip")), // a recording that does not say what was offered
			},
		}, {
			rule: "http/date",
			breaks: xs{
				getUser(user(), header("Date", "Thu, 01 Jan 1970 00:00:00 GMT")),
				getUser(user(), date(noon.Add(6*time.Minute))),
				getUser(user(), header("Date", "2026-03-05T12:00:00Z")),
			},
			holds: xs{
				getUser(user(), date(noon.Add(-2*time.Second))),
				getUser(user(), header("Date", "Thu, 01 Jan 1970 00:00:00 GMT"), func(x *exch) { x.Started = time.Time{} }),
			},
		}, {
			rule: "http/retry-after",
			breaks: xs{
				getUser("", refused(503, "unavailable"), header("Retry-After", "soon")),
				getUser("", refused(503, "unavailable"), header("Retry-After", "-1")),
				getUser("", refused(503, "unavailable"), header("Retry-After", "1.5")),
			},
			holds: xs{
				getUser("", refused(503, "unavailable"), header("Retry-After", "30")),
				getUser("", refused(503, "unavailable"), header("Retry-After", "Thu, 05 Mar 2026 12:00:30 GMT")),
			},
		}, {
			rule:   "http/allow",
			breaks: xs{exchange("DELETE", "/users", 405, refusal)},
			holds:  xs{exchange("DELETE", "/users", 405, refusal, header("Allow", "GET, POST"))},
		}, {
			rule: "http/location",
			breaks: xs{
				createUser(sent, user(), header("Location", "/users/another")),
				createUser(sent, user(), header("Location", "https://elsewhere.example/users/user_123")),
				createUser(sent, user(), header("Location", "/user_123")),
				createUser(sent, user(), header("Location", "http://[::1")),
			},
			holds: xs{
				createUser(sent, user()),
				createUser(sent, user(), header("Location", baseURL+"/users/user_123")),
				createUser(sent, user(), header("Location", "/users/user_123")),
				createUser(sent, user(), header("Location", "users/user_123")),
				createUser(`{"id":"a b/ü"}`, user("id", "a b/ü"), header("Location", "/users/a%20b%2F%C3%BC")),
			},
		}, {
			rule:   "http/cors",
			breaks: xs{getUser(user(), header("Access-Control-Allow-Origin", "*"), header("Access-Control-Allow-Credentials", "true"))},
			holds: xs{
				getUser(user(), header("Access-Control-Allow-Origin", "*")),
				getUser(user(), header("Access-Control-Allow-Origin", "https://app.example"), header("Access-Control-Allow-Credentials", "true")),
			},
		}, {
			rule:   "http/public-cache",
			breaks: xs{getUser(user(), header("Cache-Control", "public, max-age=60")), getUser(user(), header("Cache-Control", "S-MaxAge=60"))},
			holds:  xs{getUser(user(), header("Cache-Control", "private, max-age=60")), getUser(user(), header("Cache-Control", "no-store"))},
		},
	}
}

// notDecoded says that the body does not have the coding that it claims.
func notDecoded(x *contract.Exchange) { x.Response.Decoded = contract.NotDecoded }
