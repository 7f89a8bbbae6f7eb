package faults

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"
)

const loginPage = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form></form></body></html>\n"

// robustnessFaults are servers that break, or answer as something else does.
var robustnessFaults = []Fault{
	row("empty-patch-500", "PATCH with an empty object gives 500", "http/server-error", on("updateUserPatch", at(200, emptyPatch500))),
	row("get-slow", "GET user is slow", "http/slow", on("getUser", before(wait(Slow)))),
	row("malformed-json-500", "a body that is not JSON gives 500", "http/server-error", on("users", at(400, malformedJSON500))),
	row("malformed-json-200", "a body that is not JSON is taken for an empty object", "input/malformed", on("updateUserPatch updateUserPut", before(malformedJSON200))),
	row("empty-body-500", "an empty body gives 500", "http/server-error", on("users", at(400, emptyBody500))),
	row("wrong-type-500", "a number where a text belongs gives 500", "http/server-error", on("users", at(400, wrongType500))),
	row("missing-id-500", "POST user without id gives 500", "http/server-error", on("createUser", at(400, missingID500))),
	row("limit-invalid-500", "a limit that is not valid gives 500", "http/server-error", on("listUsers", at(400, limitInvalid500))),
	row("big-number-500", "a number beyond its type gives 500", "http/server-error", on("user", at(400, bigNumber500))),
	row("garbage-token-500", "a token that is not a JWT gives 500", "http/server-error", on("users", at(401, garbageToken500))),
	row("wrong-content-type-500", "a content type that is not taken gives 500", "http/server-error", at(415, failWith(500))),
	row("wrong-content-type-accepted", "the content type of a request does not matter", "input/content-type", on("user", before(wrongContentTypeAccepted))),
	row("unknown-path-500", "an unknown path gives 500", "http/server-error", replaced(unknownPath500,
		failWith(500))),
	row("unknown-path-html", "an unknown path gives an HTML page", "http/unknown-path", at(404, unknownPathHtml)),
	row("unknown-user-400", "an unknown user gives 400", "operation/refusal-status", on("users", at(404, status(400)))),
	row("unknown-user-500", "an unknown user gives 500", "http/server-error", on("users", at(404, failWith(500)))),
	row("unknown-user-html", "an unknown user gives an HTML page", "http/content-type", on("users", at(404, answerWith(404, "text/html", "<html><body>Not Found</body></html>")))),
	row("unicode-create-500", "POST user with text outside ASCII gives 500", "http/server-error", on("createUser", replaced(unicodeCreate500, failWith(500)))),
	row("unicode-id-500", "a user whose id is outside ASCII gives 500", "http/server-error", on("getUser", replaced(unicodeID500, failWith(500)))),
	row("emoji-patch-500", "PATCH with an emoji gives 500", "http/server-error", on("updateUserPatch", replaced(emojiPatch500, failWith(500)))),
	row("redirect-to-login", "401 is a redirect to an HTML login page", "http/redirect", at(401, both(
		answerWith(302, "text/html", loginPage), head("WWW-Authenticate"), head("Location", "https://login.invalid/")))),
	row("login-page-200", "401 is an HTML login page with status 200", "auth/credentials-needed", on("users", at(401, both(
		answerWith(200, "text/html", loginPage), head("WWW-Authenticate"))))),
	row("redirect-trailing-slash", "GET user redirects to itself with a slash", "http/redirect", on("getUser", good(redirectTrailingSlash))),
	row("gateway-page", "every ninth request gives the 502 page of a gateway", "http/server-error", every(9, answerWith(502, "text/html", "<html><body>502 Bad Gateway</body></html>"))),
	row("throttle-1-in-5", "every fifth request gives 429", "http/throttled", every(5, answerWith(429, "application/json", `{"error":"rate_limited","message":"slow down"}`))),
	row("fail-1-in-7", "every seventh request gives 500", "http/server-error", every(7, failWith(500))),
	row("validation-flickers", "bad input is refused with 400 and 500 by turns", "http/server-error", on("createUser", at(400, validationFlickers))),
	row("stack-trace", "errors show where the program failed", "leak/stack-trace", on("users", at(400, body(set("message", "panic: runtime error\ngoroutine 1 [running]:\nmain.createUser(/srv/app/users.go:42)"))))),
	row("sql-in-error", "errors show a statement of the database", "leak/stack-trace", on("users", at(404, body(set("message", `pq: no rows in result set: SELECT * FROM users WHERE id = $1`))))),
	row("token-in-error", "401 repeats the token", "leak/reflected-secret", on("users", at(401, tokenInError))),
	row("never-throttled", "wrong secrets are never slowed down", "client/brute-force"), // as the sandbox is
	row("close-before-answer", "the connection is closed without an answer to DELETE", "http/closed", on("deleteUser", at(204, wired(func(*exchange) []byte { return nil })))),
	row("close-in-body", "the connection is closed in the middle of GET user", "http/incomplete", on("getUser", good(wired(closeInBody)))),
	row("close-in-header", "the connection is closed in the middle of the headers of the list", "http/closed", on("listUsers", good(wired(closeInHeader)))),
	row("get-hangs", "GET user never answers", "http/timeout", on("getUser", getHangs)),
	row("list-trickles", "the list comes a byte a second", "http/timeout", on("listUsers", good(listTrickles))),
	row("get-endless", "the body of GET user does not end", "http/too-large", on("getUser", good(getEndless))),
}

func emptyPatch500(x *exchange) {
	if o := x.given(); o != nil && len(o) == 0 {
		failWith(500)(x)
	}
}

func malformedJSON500(x *exchange) {
	if !json.Valid(x.body) {
		failWith(500)(x)
	}
}

func malformedJSON200(x *exchange) {
	if !json.Valid(x.body) && strings.HasPrefix(x.header.Get("Content-Type"), "application/json") {
		x.body = []byte("{}")
	}
}

func emptyBody500(x *exchange) {
	if len(x.body) == 0 {
		failWith(500)(x)
	}
}

func wrongType500(x *exchange) {
	if x.says("wrong type") {
		failWith(500)(x)
	}
}

func missingID500(x *exchange) {
	if x.says("id is missing") {
		failWith(500)(x)
	}
}

func limitInvalid500(x *exchange) {
	if x.says("limit") {
		failWith(500)(x)
	}
}

func bigNumber500(x *exchange) {
	if bigNumber.Match(x.body) {
		failWith(500)(x)
	}
}

func garbageToken500(x *exchange) {
	if x.bearer() != "" && strings.Count(x.bearer(), ".") != 2 {
		failWith(500)(x)
	}
}

func wrongContentTypeAccepted(x *exchange) {
	if json.Valid(x.body) {
		x.header.Set("Content-Type", "application/json")
	}
}

func unknownPath500(x *exchange) bool {
	return x.op == "" && x.method == "GET" && !strings.HasPrefix(x.url.Path, "/v1/") && x.url.Path != "/users"
}

func unknownPathHtml(x *exchange) {
	if x.op == "" {
		answerWith(404, "text/html", "<html><body>Not Found</body></html>")(x)
	}
}

func unicodeCreate500(x *exchange) bool {
	return asciiOnly(string(encode(x.given()))) != string(encode(x.given()))
}

func unicodeID500(x *exchange) bool {
	return asciiOnly(x.url.Path) != x.url.Path
}

func emojiPatch500(x *exchange) bool {
	return withoutAstral(string(x.body)) != string(x.body)
}

func redirectTrailingSlash(x *exchange) {
	answerWith(308, "", "")(x)
	x.answer.Set("Location", x.url.EscapedPath()+"/")
}

func validationFlickers(x *exchange) {
	x.state.mu.Lock()
	defer x.state.mu.Unlock()
	if x.state.count++; x.state.count%2 == 0 {
		failWith(500)(x)
	}
}

func tokenInError(x *exchange) {
	if x.bearer() != "" {
		body(set("message", "not a good token: "+x.bearer()))(x)
	}
}

func closeInBody(x *exchange) []byte {
	whole := bytesOf(x, "", x.text)
	return whole[:len(whole)-len(x.text)/2]
}

func closeInHeader(x *exchange) []byte {
	return bytesOf(x, "", x.text)[:40]
}

func getHangs(x *exchange, _ func()) {
	<-x.req.Context().Done()
	panic(http.ErrAbortHandler)
}

func listTrickles(x *exchange) {
	x.pause = func(w http.ResponseWriter) {
		w.WriteHeader(x.status)
		for i := range x.text {
			if _, err := w.Write(x.text[i : i+1]); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			wait(time.Second)(x)
			if x.req.Context().Err() != nil {
				panic(http.ErrAbortHandler)
			}
		}
	}
}

func getEndless(x *exchange) {
	x.answer.Del("Content-Length")
	x.pause = func(w http.ResponseWriter) {
		w.Header().Del("Content-Length")
		w.WriteHeader(x.status)
		for _, err := w.Write([]byte(`{"x":"`)); err == nil && x.req.Context().Err() == nil; {
			_, err = w.Write([]byte(strings.Repeat("x", 1<<16)))
		}
		panic(http.ErrAbortHandler)
	}
}

// bigNumber is a number that some type cannot hold.
var bigNumber = regexp.MustCompile(`[0-9][eE]\+?[0-9]{3}|:\s*-?[0-9]{10}`)

// wait takes a while, or until the client is gone.
func wait(d time.Duration) step {
	return func(x *exchange) {
		select {
		case <-time.After(d):
		case <-x.req.Context().Done():
		}
	}
}
