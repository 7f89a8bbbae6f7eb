package faults

import (
	"net/http"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// headerFaults are answers whose headers are wrong.
var headerFaults = []kit.Fault{
	kit.Row("content-type-twice", "good user answers have two Content-Type headers", "http/header-repeated",
		kit.On(kit.Users, kit.Good(kit.Head("Content-Type", "application/json", "text/html")))),
	kit.Row("location-wrong", "Location of a new user points to another one", "http/location", kit.On(kit.Creating, kit.At(201, kit.Head("Location", "/users/someone-else")))),
	kit.Row("location-unescaped", "Location is not escaped", "http/location", kit.On(kit.Creating, kit.At(201, locationUnescaped))),
	kit.Row("location-other-host", "Location leads to another host", "http/location", kit.On(kit.Creating, kit.At(201, locationOtherHost))),
	kit.Row("location-twice", "there are two Locations that differ", "http/header-repeated", kit.On(kit.Creating, kit.At(201, locationTwice))),
	kit.Row("token-cache-control-public", "/oauth/token answers may be cached by anyone", "oauth/no-store",
		kit.On(kit.OAuthToken, kit.After(kit.Head("Cache-Control", "public, max-age=900")))),
	kit.Row("token-cache-control-missing", "token answers have no Cache-Control", "http/header-missing", kit.On(kit.Tokens, kit.After(kit.Head("Cache-Control")))),
	kit.Row("token-cache-control-no-cache", "token answers may be stored", "oauth/no-store", kit.On(kit.Tokens, kit.After(kit.Head("Cache-Control", "no-cache")))),
	kit.Row("token-cache-control-twice", "token answers have no-store and max-age", "oauth/no-store", kit.On(kit.Tokens, kit.After(kit.Head("Cache-Control", "no-store", "max-age=900")))),
	kit.Row("token-pragma-missing", "token answers have no Pragma", "oauth/pragma", kit.On(kit.Tokens, kit.After(kit.Head("Pragma")))),
	kit.Row("token-set-cookie", "token answers set a cookie", "http/header-undocumented", kit.On(kit.Tokens, kit.Good(kit.Head("Set-Cookie", "session=1")))),
	kit.Row("www-authenticate-basic", "401 of user operations challenges for Basic", "auth/bearer-challenge", kit.On(kit.Users, kit.At(401, kit.Head("WWW-Authenticate", `Basic realm="onvy"`)))),
	kit.Row("www-authenticate-missing", "401 of user operations has no challenge", "http/header-missing", kit.On(kit.Users, kit.At(401, kit.Head("WWW-Authenticate")))),
	kit.Row("www-authenticate-empty", "401 of user operations has an empty challenge", "http/header-missing", kit.On(kit.Users, kit.At(401, kit.Head("WWW-Authenticate", "")))),
	kit.Row("www-authenticate-garbled", "the challenge cannot be parsed", "auth/challenge", kit.On(kit.Users, kit.At(401, kit.Head("WWW-Authenticate", `Bearer realm="onvy`)))),
	kit.Row("www-authenticate-realm-twice", "the challenge has two realms", "auth/challenge", kit.On(kit.Users, kit.At(401, kit.Head("WWW-Authenticate", `Bearer realm="onvy", realm="other"`)))),
	kit.Row("www-authenticate-always-error", "the challenge to a request without token has an error code", "auth/no-error-without-token", kit.On(kit.Users, kit.At(401, wwwAuthenticateAlwaysError))),
	kit.Row("www-authenticate-wrong-error", "the challenge to a bad token says invalid_request", "auth/invalid-token", kit.On(kit.Users, kit.At(401, wwwAuthenticateWrongError))),
	kit.Row("insufficient-scope-unsaid", "403 for too little scope does not say insufficient_scope", "scope/insufficient-scope-code",
		kit.On(kit.Users, kit.At(403, kit.Both(kit.Head("WWW-Authenticate"), kit.Body(kit.Set("error", "forbidden")))))),
	kit.Row("insufficient-scope-other-code", "403 for too little scope says invalid_token", "scope/challenge",
		kit.On(kit.Users, kit.At(403, kit.Both(kit.Head("WWW-Authenticate", `Bearer realm="onvy", error="invalid_token"`), kit.Body(kit.Set("error", "invalid_token")))))),
	kit.Row("token-challenge-missing", "401 of auth/server has no challenge", "http/header-missing", kit.On(kit.ServerToken, kit.At(401, kit.Head("WWW-Authenticate")))),
	kit.Row("token-challenge-bearer", "401 of auth/server challenges for Bearer", "oauth/basic-challenge", kit.On(kit.ServerToken, kit.At(401, kit.Head("WWW-Authenticate", `Bearer realm="onvy"`)))),
	kit.Row("allow-missing", "405 has no Allow", "http/allow", kit.At(405, kit.Head("Allow"))),
	kit.Row("allow-lists-refused", "405 allows the method that it refuses", "http/allow", kit.At(405, func(x *kit.Exchange) { x.Answer.Set("Allow", x.Answer.Get("Allow")+", "+x.Method) })),
	kit.Row("method-200", "a method that a path does not have is answered with 200", "http/method", kit.At(405, kit.Both(kit.Status(200), kit.Head("Allow")))),
	kit.Row("head-other-type", "HEAD has another Content-Type than GET", "http/head", kit.After(headOtherType)),
	kit.Row("head-other-length", "HEAD has another Content-Length than GET", "http/head", kit.After(headOtherLength)),
	kit.Row("head-404", "HEAD does not find what GET finds", "http/head", kit.After(head404)),
	kit.Row("retry-after-garbage", "429 has a Retry-After that is neither seconds nor a date", "http/retry-after",
		every(9, kit.Both(kit.AnswerWith(429, "application/json", `{"error":"rate_limited"}`), kit.Head("Retry-After", "soon")))),
	kit.Row("user-set-cookie", "user answers set a cookie", "http/header-undocumented", kit.On(kit.Users, kit.After(kit.Head("Set-Cookie", "session=1; Path=/")))),
	kit.Row("user-cacheable", "users may be kept by shared caches", "http/public-cache", kit.On(kit.Listing|kit.Reading, kit.Good(kit.Head("Cache-Control", "public, max-age=3600")))),
	kit.Row("cors-anybody", "any page of the web may read users with the visitor's credentials", "http/cors",
		kit.On(kit.Users, kit.After(kit.Both(kit.Head("Access-Control-Allow-Origin", "*"), kit.Head("Access-Control-Allow-Credentials", "true"))))),
	kit.Row("date-wrong", "Date is a day off", "http/date", kit.After(kit.Head("Date", "Sun, 06 Nov 1994 08:49:37 GMT"))),
	kit.Row("date-garbled", "Date is not a date of HTTP", "http/date", kit.After(kit.Head("Date", "1994-11-06T08:49:37Z"))),
	kit.Row("etag-constant", "every user has the same ETag", "http/etag", kit.On(kit.Reading, kit.Good(kit.Head("ETag", `"1"`)))),
	kit.Row("etag-unquoted", "ETag is not quoted", "http/etag", kit.On(kit.Reading, kit.Good(kit.Head("ETag", "abc")))),
	kit.Row("not-modified-unasked", "GET user answers 304 to a request without condition", "http/not-modified", kit.On(kit.Reading, kit.At(200, kit.AnswerWith(304, "", "")))),
}

func locationUnescaped(x *kit.Exchange) {
	id, _ := kit.Parse(x.Text)["id"].(string)
	x.Answer.Set("Location", "/users/"+strings.NewReplacer("\r", "", "\n", "").Replace(id))
}

func locationOtherHost(x *kit.Exchange) {
	x.Answer.Set("Location", "https://internal.invalid"+x.Answer.Get("Location"))
}

func locationTwice(x *kit.Exchange) {
	x.Answer.Add("Location", "/users/someone-else")
}

func wwwAuthenticateAlwaysError(x *kit.Exchange) {
	if x.Header.Get("Authorization") == "" {
		x.Answer.Set("WWW-Authenticate", `Bearer realm="onvy", error="invalid_token"`)
	}
}

func wwwAuthenticateWrongError(x *kit.Exchange) {
	x.Answer.Set("WWW-Authenticate", strings.Replace(x.Answer.Get("WWW-Authenticate"), "invalid_token", "invalid_request", 1))
}

func headOtherType(x *kit.Exchange) {
	if isHead(x) {
		x.Answer.Set("Content-Type", "text/plain")
	}
}

func headOtherLength(x *kit.Exchange) {
	if isHead(x) {
		x.Answer.Set("Content-Length", "1")
	}
}

func head404(x *kit.Exchange) {
	if isHead(x) {
		x.Status = 404
	}
}

func isHead(x *kit.Exchange) bool { return x.Method == http.MethodHead }

// every n-th request is answered without being served.
func every(n int, s kit.Step) kit.Mutator {
	return kit.Replaced(func(x *kit.Exchange) bool {
		x.State.Mu.Lock()
		defer x.State.Mu.Unlock()
		x.State.Count++
		return x.State.Count%n == 0
	}, s)
}
