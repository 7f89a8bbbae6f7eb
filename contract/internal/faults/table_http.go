package faults

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// httpFaults are those of methods, paths, negotiation and of requests at the
// same time.
var httpFaults = []Fault{
	row("trace-enabled", "TRACE repeats the request with its credentials", "http/trace",
		replaced(func(x *exchange) bool { return x.method == http.MethodTrace }, traceEnabled)),
	row("method-override", "X-HTTP-Method-Override turns one method into another", "auth/method-override",
		before(methodOverride)),
	row("path-spelling-open", "another spelling of /users needs no token", "auth/path-normalization",
		after(pathSpellingOpen)),
	row("accept-third-form", "a client that takes no JSON gets plain text", "http/accept",
		on("users", good(acceptThirdForm))),
	row("etag-never-304", "ETag is right, and If-None-Match never gives 304", "http/if-none-match",
		on("getUser", good(func(x *exchange) { x.answer.Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(x.text))) }))),
	row("header-injected", "a line break in the path becomes a header", "http/injected",
		on("getUser", after(headerInjected))),
	row("location-not-found", "Location leads to nothing", "http/location-leads",
		on("createUser", at(201, func(x *exchange) { x.answer.Set("Location", x.answer.Get("Location")+"/") }))),
	row("large-body-accepted", "a body of any size is taken", "input/large",
		on("createUser", instead(413, largeBodyAccepted))),
	row("concurrent-creates-all-win", "of two creates at the same time both get 201", "users/concurrent-create",
		on("createUser", concurrentCreatesAllWin)),
	row("duplicate-create-400", "creating a taken id gives 400", "users/duplicate-status",
		on("createUser", at(409, status(400)))),
	row("id-case-insensitive", "GET user finds a user by its id in any case", "users/id-case",
		on("getUser", at(404, idCaseInsensitive))),
	row("put-answer-loses-field", "the answer to PUT lacks weight", "users/write-answer",
		on("updateUserPut", good(body(drop("weight"))))),
	row("created-at-leap-second", "created_at is in a leap second, which typed clients cannot read", "model/decodes",
		shown(change("created_at", mapped(func(s string) string { return s[:17] + "60" + s[19:] })))),
}

func traceEnabled(x *exchange) {
	answerWith(200, "message/http", "TRACE "+x.url.RequestURI()+" HTTP/1.1\r\nAuthorization: "+x.header.Get("Authorization")+"\r\n\r\n")(x)
}

func methodOverride(x *exchange) {
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		if method := x.header.Get(name); method != "" {
			x.method = method
		}
	}
}

func pathSpellingOpen(x *exchange) {
	clean := strings.ToLower(path.Clean("/" + x.url.Path))
	if x.status == 404 && x.op == "" && x.method == http.MethodGet && x.srv.Operation("GET", clean) == "listUsers" {
		w := x.ask("GET", "/users", nil, x.all())
		x.status, x.answer, x.text = w.Code, w.Header(), w.Body.Bytes()
	}
}

func acceptThirdForm(x *exchange) {
	accept := x.header.Get("Accept")
	if accept != "" && !strings.Contains(accept, "json") && !strings.Contains(accept, "*/*") {
		answerWith(200, "text/plain", "a user\n")(x)
	}
}

func headerInjected(x *exchange) {
	if id, err := url.PathUnescape(x.userID()); err == nil && strings.Contains(id, "\r\n") {
		x.wire = func(x *exchange) []byte { return bytesOf(x, "X-User: "+id+"\r\n", x.text) }
	}
}

func largeBodyAccepted(x *exchange) bool {
	x.body = []byte(`{"id":"large"}`)
	x.header.Set("Content-Type", "application/json")
	return true
}

func concurrentCreatesAllWin(x *exchange, next func()) {
	next()
	id, _ := x.given()["id"].(string)
	key := x.project().ID + "/" + id
	switch x.status {
	case 201:
		x.state.remember(key, time.Now().Format(time.RFC3339Nano))
	case 409:
		first, _ := x.state.remembered(key)
		if time.Since(timeOf(first)) < 50*time.Millisecond {
			x.status, x.text = 201, x.ask("GET", userPath(id), nil, x.all()).Body.Bytes()
		}
	}
}

func idCaseInsensitive(x *exchange) {
	id, _ := url.PathUnescape(x.userID())
	for _, u := range x.everybody() {
		if other, _ := u["id"].(string); strings.EqualFold(other, id) {
			answerWith(200, "application/json", string(encode(u)))(x)
		}
	}
}
