package faults

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

const loginPage = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form></form></body></html>\n"

// robustnessFaults are servers that break, or answer as something else does.
var robustnessFaults = []kit.Fault{
	kit.Row("empty-patch-500", "PATCH with an empty object gives 500", "http/server-error", kit.On(kit.Patching, kit.At(200, emptyPatch500))),
	kit.Row("get-slow", "GET user is slow", "http/slow", kit.On(kit.Reading, kit.Before(wait(Slow)))),
	kit.Row("malformed-json-500", "a body that is not JSON gives 500", "http/server-error", kit.On(kit.Users, kit.At(400, malformedJSON500))),
	kit.Row("malformed-json-200", "a body that is not JSON is taken for an empty object", "input/malformed", kit.On(kit.Patching|kit.Replacing, kit.Before(malformedJSON200))),
	kit.Row("empty-body-500", "an empty body gives 500", "http/server-error", kit.On(kit.Users, kit.At(400, emptyBody500))),
	kit.Row("wrong-type-500", "a number where a text belongs gives 500", "http/server-error", kit.On(kit.Users, kit.At(400, wrongType500))),
	kit.Row("missing-id-500", "POST user without id gives 500", "http/server-error", kit.On(kit.Creating, kit.At(400, missingID500))),
	kit.Row("limit-invalid-500", "a limit that is not valid gives 500", "http/server-error", kit.On(kit.Listing, kit.At(400, limitInvalid500))),
	kit.Row("big-number-500", "a number beyond its type gives 500", "http/server-error", kit.On(kit.One, kit.At(400, bigNumber500))),
	kit.Row("garbage-token-500", "a token that is not a JWT gives 500", "http/server-error", kit.On(kit.Users, kit.At(401, garbageToken500))),
	kit.Row("wrong-content-type-500", "a content type that is not taken gives 500", "http/server-error", kit.At(415, kit.FailWith(500))),
	kit.Row("wrong-content-type-accepted", "the content type of a request does not matter", "input/content-type", kit.On(kit.One, kit.Before(wrongContentTypeAccepted))),
	kit.Row("unknown-path-500", "an unknown path gives 500", "http/server-error", kit.Replaced(unknownPath500,
		kit.FailWith(500))),
	kit.Row("unknown-path-html", "an unknown path gives an HTML page", "http/unknown-path", kit.At(404, unknownPathHtml)),
	kit.Row("unknown-user-400", "an unknown user gives 400", "operation/refusal-status", kit.On(kit.Users, kit.At(404, kit.Status(400)))),
	kit.Row("unknown-user-500", "an unknown user gives 500", "http/server-error", kit.On(kit.Users, kit.At(404, kit.FailWith(500)))),
	kit.Row("unknown-user-html", "an unknown user gives an HTML page", "http/content-type", kit.On(kit.Users, kit.At(404, kit.AnswerWith(404, "text/html", "<html><body>Not Found</body></html>")))),
	kit.Row("unicode-create-500", "POST user with text outside ASCII gives 500", "http/server-error", kit.On(kit.Creating, kit.Replaced(unicodeCreate500, kit.FailWith(500)))),
	kit.Row("unicode-id-500", "a user whose id is outside ASCII gives 500", "http/server-error", kit.On(kit.Reading, kit.Replaced(unicodeID500, kit.FailWith(500)))),
	kit.Row("emoji-patch-500", "PATCH with an emoji gives 500", "http/server-error", kit.On(kit.Patching, kit.Replaced(emojiPatch500, kit.FailWith(500)))),
	kit.Row("redirect-to-login", "401 is a redirect to an HTML login page", "http/redirect", kit.At(401, kit.Both(
		kit.AnswerWith(302, "text/html", loginPage), kit.Head("WWW-Authenticate"), kit.Head("Location", "https://login.invalid/")))),
	kit.Row("login-page-200", "401 is an HTML login page with status 200", "auth/credentials-needed", kit.On(kit.Users, kit.At(401, kit.Both(
		kit.AnswerWith(200, "text/html", loginPage), kit.Head("WWW-Authenticate"))))),
	kit.Row("redirect-trailing-slash", "GET user redirects to itself with a slash", "http/redirect", kit.On(kit.Reading, kit.Good(redirectTrailingSlash))),
	kit.Row("gateway-page", "every ninth request gives the 502 page of a gateway", "http/server-error", every(9, kit.AnswerWith(502, "text/html", "<html><body>502 Bad Gateway</body></html>"))),
	kit.Row("throttle-1-in-5", "every fifth request gives 429", "http/throttled", every(5, kit.AnswerWith(429, "application/json", `{"error":"rate_limited","message":"slow down"}`))),
	kit.Row("fail-1-in-7", "every seventh request gives 500", "http/server-error", every(7, kit.FailWith(500))),
	kit.Row("validation-flickers", "bad input is refused with 400 and 500 by turns", "http/server-error", kit.On(kit.Creating, kit.At(400, validationFlickers))),
	kit.Row("stack-trace", "errors show where the program failed", "leak/stack-trace", kit.On(kit.Users, kit.At(400, kit.Body(kit.Set("message", "panic: runtime error\ngoroutine 1 [running]:\nmain.createUser(/srv/app/users.go:42)"))))),
	kit.Row("sql-in-error", "errors show a statement of the database", "leak/stack-trace", kit.On(kit.Users, kit.At(404, kit.Body(kit.Set("message", `pq: no rows in result set: SELECT * FROM users WHERE id = $1`))))),
	kit.Row("token-in-error", "401 repeats the token", "leak/reflected-secret", kit.On(kit.Users, kit.At(401, tokenInError))),
	kit.Row("never-throttled", "wrong secrets are never slowed down", "client/brute-force"), // as the sandbox is
	kit.Row("close-before-answer", "the connection is closed without an answer to DELETE", "http/closed", kit.On(kit.Deleting, kit.At(204, kit.Wired(func(*kit.Exchange) []byte { return nil })))),
	kit.Row("close-in-body", "the connection is closed in the middle of GET user", "http/incomplete", kit.On(kit.Reading, kit.Good(kit.Wired(closeInBody)))),
	kit.Row("close-in-header", "the connection is closed in the middle of the headers of the list", "http/closed", kit.On(kit.Listing, kit.Good(kit.Wired(closeInHeader)))),
	kit.Row("get-hangs", "GET user never answers", "http/timeout", kit.On(kit.Reading, getHangs)),
	kit.Row("list-trickles", "the list comes a byte a second", "http/timeout", kit.On(kit.Listing, kit.Good(listTrickles))),
	kit.Row("get-endless", "the body of GET user does not end", "http/too-large", kit.On(kit.Reading, kit.Good(getEndless))),
}

func emptyPatch500(x *kit.Exchange) {
	if o := x.Given(); o != nil && len(o) == 0 {
		kit.FailWith(500)(x)
	}
}

func malformedJSON500(x *kit.Exchange) {
	if !json.Valid(x.Body) {
		kit.FailWith(500)(x)
	}
}

func malformedJSON200(x *kit.Exchange) {
	if !json.Valid(x.Body) && strings.HasPrefix(x.Header.Get("Content-Type"), "application/json") {
		x.Body = []byte("{}")
	}
}

func emptyBody500(x *kit.Exchange) {
	if len(x.Body) == 0 {
		kit.FailWith(500)(x)
	}
}

func wrongType500(x *kit.Exchange) {
	if x.Says("wrong type") {
		kit.FailWith(500)(x)
	}
}

func missingID500(x *kit.Exchange) {
	if x.Says("id is missing") {
		kit.FailWith(500)(x)
	}
}

func limitInvalid500(x *kit.Exchange) {
	if x.Says("limit") {
		kit.FailWith(500)(x)
	}
}

func bigNumber500(x *kit.Exchange) {
	if bigNumber.Match(x.Body) {
		kit.FailWith(500)(x)
	}
}

func garbageToken500(x *kit.Exchange) {
	if x.Bearer() != "" && strings.Count(x.Bearer(), ".") != 2 {
		kit.FailWith(500)(x)
	}
}

func wrongContentTypeAccepted(x *kit.Exchange) {
	if json.Valid(x.Body) {
		x.Header.Set("Content-Type", "application/json")
	}
}

func unknownPath500(x *kit.Exchange) bool {
	return x.Op == 0 && x.Method == "GET" && !strings.HasPrefix(x.URL.Path, "/v1/") && x.URL.Path != "/users"
}

func unknownPathHtml(x *kit.Exchange) {
	if x.Op == 0 {
		kit.AnswerWith(404, "text/html", "<html><body>Not Found</body></html>")(x)
	}
}

func unicodeCreate500(x *kit.Exchange) bool {
	return kit.AsciiOnly(string(kit.Encode(x.Given()))) != string(kit.Encode(x.Given()))
}

func unicodeID500(x *kit.Exchange) bool {
	return kit.AsciiOnly(x.URL.Path) != x.URL.Path
}

func emojiPatch500(x *kit.Exchange) bool {
	return kit.WithoutAstral(string(x.Body)) != string(x.Body)
}

func redirectTrailingSlash(x *kit.Exchange) {
	kit.AnswerWith(308, "", "")(x)
	x.Answer.Set("Location", x.URL.EscapedPath()+"/")
}

func validationFlickers(x *kit.Exchange) {
	x.State.Mu.Lock()
	defer x.State.Mu.Unlock()
	if x.State.Count++; x.State.Count%2 == 0 {
		kit.FailWith(500)(x)
	}
}

func tokenInError(x *kit.Exchange) {
	if x.Bearer() != "" {
		kit.Body(kit.Set("message", "not a good token: "+x.Bearer()))(x)
	}
}

func closeInBody(x *kit.Exchange) []byte {
	whole := kit.BytesOf(x, "", x.Text)
	return whole[:len(whole)-len(x.Text)/2]
}

func closeInHeader(x *kit.Exchange) []byte {
	return kit.BytesOf(x, "", x.Text)[:40]
}

func getHangs(x *kit.Exchange, _ func()) {
	<-x.Req.Context().Done()
	panic(http.ErrAbortHandler)
}

func listTrickles(x *kit.Exchange) {
	x.Pause = func(w http.ResponseWriter) {
		w.WriteHeader(x.Status)
		for i := range x.Text {
			if _, err := w.Write(x.Text[i : i+1]); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			wait(time.Second)(x)
			if x.Req.Context().Err() != nil {
				panic(http.ErrAbortHandler)
			}
		}
	}
}

func getEndless(x *kit.Exchange) {
	x.Answer.Del("Content-Length")
	x.Pause = func(w http.ResponseWriter) {
		w.Header().Del("Content-Length")
		w.WriteHeader(x.Status)
		for _, err := w.Write([]byte(`{"x":"`)); err == nil && x.Req.Context().Err() == nil; {
			_, err = w.Write([]byte(strings.Repeat("x", 1<<16)))
		}
		panic(http.ErrAbortHandler)
	}
}

// bigNumber is a number that some type cannot hold.
var bigNumber = regexp.MustCompile(`[0-9][eE]\+?[0-9]{3}|:\s*-?[0-9]{10}`)

// wait takes a while, or until the client is gone.
func wait(d time.Duration) kit.Step {
	return func(x *kit.Exchange) {
		select {
		case <-time.After(d):
		case <-x.Req.Context().Done():
		}
	}
}
