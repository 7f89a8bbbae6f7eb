package faults

import (
	"net/http"
	"strings"
)

// headerFaults are answers whose headers are wrong.
var headerFaults = []Fault{
	row("content-type-twice", "good user answers have two Content-Type headers", "http/header-repeated",
		on("users", good(head("Content-Type", "application/json", "text/html")))),
	row("location-wrong", "Location of a new user points to another one", "http/location", on("createUser", at(201, head("Location", "/users/someone-else")))),
	row("location-unescaped", "Location is not escaped", "http/location", on("createUser", at(201, locationUnescaped))),
	row("location-other-host", "Location leads to another host", "http/location", on("createUser", at(201, locationOtherHost))),
	row("location-twice", "there are two Locations that differ", "http/header-repeated", on("createUser", at(201, locationTwice))),
	row("token-cache-control-public", "/oauth/token answers may be cached by anyone", "oauth/no-store",
		on("createOAuthToken", after(head("Cache-Control", "public, max-age=900")))),
	row("token-cache-control-missing", "token answers have no Cache-Control", "http/header-missing", on("token", after(head("Cache-Control")))),
	row("token-cache-control-no-cache", "token answers may be stored", "oauth/no-store", on("token", after(head("Cache-Control", "no-cache")))),
	row("token-cache-control-twice", "token answers have no-store and max-age", "oauth/no-store", on("token", after(head("Cache-Control", "no-store", "max-age=900")))),
	row("token-pragma-missing", "token answers have no Pragma", "oauth/pragma", on("token", after(head("Pragma")))),
	row("token-set-cookie", "token answers set a cookie", "http/header-undocumented", on("token", good(head("Set-Cookie", "session=1")))),
	row("www-authenticate-basic", "401 of user operations challenges for Basic", "auth/bearer-challenge", on("users", at(401, head("WWW-Authenticate", `Basic realm="onvy"`)))),
	row("www-authenticate-missing", "401 of user operations has no challenge", "http/header-missing", on("users", at(401, head("WWW-Authenticate")))),
	row("www-authenticate-empty", "401 of user operations has an empty challenge", "http/header-missing", on("users", at(401, head("WWW-Authenticate", "")))),
	row("www-authenticate-garbled", "the challenge cannot be parsed", "auth/challenge", on("users", at(401, head("WWW-Authenticate", `Bearer realm="onvy`)))),
	row("www-authenticate-realm-twice", "the challenge has two realms", "auth/challenge", on("users", at(401, head("WWW-Authenticate", `Bearer realm="onvy", realm="other"`)))),
	row("www-authenticate-always-error", "the challenge to a request without token has an error code", "auth/no-error-without-token", on("users", at(401, wwwAuthenticateAlwaysError))),
	row("www-authenticate-wrong-error", "the challenge to a bad token says invalid_request", "auth/invalid-token", on("users", at(401, wwwAuthenticateWrongError))),
	row("insufficient-scope-unsaid", "403 for too little scope does not say insufficient_scope", "scope/insufficient-scope-code",
		on("users", at(403, both(head("WWW-Authenticate"), body(set("error", "forbidden")))))),
	row("insufficient-scope-other-code", "403 for too little scope says invalid_token", "scope/challenge",
		on("users", at(403, both(head("WWW-Authenticate", `Bearer realm="onvy", error="invalid_token"`), body(set("error", "invalid_token")))))),
	row("token-challenge-missing", "401 of auth/server has no challenge", "http/header-missing", on("createServerToken", at(401, head("WWW-Authenticate")))),
	row("token-challenge-bearer", "401 of auth/server challenges for Bearer", "oauth/basic-challenge", on("createServerToken", at(401, head("WWW-Authenticate", `Bearer realm="onvy"`)))),
	row("allow-missing", "405 has no Allow", "http/allow", at(405, head("Allow"))),
	row("allow-lists-refused", "405 allows the method that it refuses", "http/allow", at(405, func(x *exchange) { x.answer.Set("Allow", x.answer.Get("Allow")+", "+x.method) })),
	row("method-200", "a method that a path does not have is answered with 200", "http/method", at(405, both(status(200), head("Allow")))),
	row("head-other-type", "HEAD has another Content-Type than GET", "http/head", after(headOtherType)),
	row("head-other-length", "HEAD has another Content-Length than GET", "http/head", after(headOtherLength)),
	row("head-404", "HEAD does not find what GET finds", "http/head", after(head404)),
	row("retry-after-garbage", "429 has a Retry-After that is neither seconds nor a date", "http/retry-after",
		every(9, both(answerWith(429, "application/json", `{"error":"rate_limited"}`), head("Retry-After", "soon")))),
	row("user-set-cookie", "user answers set a cookie", "http/header-undocumented", on("users", after(head("Set-Cookie", "session=1; Path=/")))),
	row("user-cacheable", "users may be kept by shared caches", "http/public-cache", on("listUsers getUser", good(head("Cache-Control", "public, max-age=3600")))),
	row("cors-anybody", "any page of the web may read users with the visitor's credentials", "http/cors",
		on("users", after(both(head("Access-Control-Allow-Origin", "*"), head("Access-Control-Allow-Credentials", "true"))))),
	row("date-wrong", "Date is a day off", "http/date", after(head("Date", "Sun, 06 Nov 1994 08:49:37 GMT"))),
	row("date-garbled", "Date is not a date of HTTP", "http/date", after(head("Date", "1994-11-06T08:49:37Z"))),
	row("etag-constant", "every user has the same ETag", "http/etag", on("getUser", good(head("ETag", `"1"`)))),
	row("etag-unquoted", "ETag is not quoted", "http/etag", on("getUser", good(head("ETag", "abc")))),
	row("not-modified-unasked", "GET user answers 304 to a request without condition", "http/not-modified", on("getUser", at(200, answerWith(304, "", "")))),
}

func locationUnescaped(x *exchange) {
	id, _ := parse(x.text)["id"].(string)
	x.answer.Set("Location", "/users/"+strings.NewReplacer("\r", "", "\n", "").Replace(id))
}

func locationOtherHost(x *exchange) {
	x.answer.Set("Location", "https://internal.invalid"+x.answer.Get("Location"))
}

func locationTwice(x *exchange) {
	x.answer.Add("Location", "/users/someone-else")
}

func wwwAuthenticateAlwaysError(x *exchange) {
	if x.header.Get("Authorization") == "" {
		x.answer.Set("WWW-Authenticate", `Bearer realm="onvy", error="invalid_token"`)
	}
}

func wwwAuthenticateWrongError(x *exchange) {
	x.answer.Set("WWW-Authenticate", strings.Replace(x.answer.Get("WWW-Authenticate"), "invalid_token", "invalid_request", 1))
}

func headOtherType(x *exchange) {
	if isHead(x) {
		x.answer.Set("Content-Type", "text/plain")
	}
}

func headOtherLength(x *exchange) {
	if isHead(x) {
		x.answer.Set("Content-Length", "1")
	}
}

func head404(x *exchange) {
	if isHead(x) {
		x.status = 404
	}
}

func isHead(x *exchange) bool { return x.method == http.MethodHead }

// every n-th request is answered without being served.
func every(n int, s step) mutator {
	return replaced(func(x *exchange) bool {
		x.state.mu.Lock()
		defer x.state.mu.Unlock()
		x.state.count++
		return x.state.count%n == 0
	}, s)
}
