package faults

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// httpFaults are those of methods, paths, negotiation and of requests at the
// same time.
var httpFaults = []kit.Fault{
	kit.Row("trace-enabled", "TRACE repeats the request with its credentials", "http/trace",
		kit.Replaced(func(x *kit.Exchange) bool { return x.Method == http.MethodTrace }, traceEnabled)),
	kit.Row("method-override", "X-HTTP-Method-Override turns one method into another", "auth/method-override",
		kit.Before(methodOverride)),
	kit.Row("path-spelling-open", "another spelling of /users needs no token", "auth/path-normalization",
		kit.After(pathSpellingOpen)),
	kit.Row("accept-third-form", "a client that takes no JSON gets plain text", "http/accept",
		kit.On(kit.Users, kit.Good(acceptThirdForm))),
	kit.Row("etag-never-304", "ETag is right, and If-None-Match never gives 304", "http/if-none-match",
		kit.On(kit.Reading, kit.Good(func(x *kit.Exchange) { x.Answer.Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(x.Text))) }))),
	kit.Row("header-injected", "a line break in the path becomes a header", "http/injected",
		kit.On(kit.Reading, kit.After(headerInjected))),
	kit.Row("location-not-found", "Location leads to nothing", "http/location-leads",
		kit.On(kit.Creating, kit.At(201, func(x *kit.Exchange) { x.Answer.Set("Location", x.Answer.Get("Location")+"/") }))),
	kit.Row("large-body-accepted", "a body of any size is taken", "input/large",
		kit.On(kit.Creating, kit.Instead(413, largeBodyAccepted))),
	kit.Row("concurrent-creates-all-win", "of two creates at the same time both get 201", "users/concurrent-create",
		kit.On(kit.Creating, concurrentCreatesAllWin)),
	kit.Row("duplicate-create-400", "creating a taken id gives 400", "users/duplicate-status",
		kit.On(kit.Creating, kit.At(409, kit.Status(400)))),
	kit.Row("id-case-insensitive", "GET user finds a user by its id in any case", "users/id-case",
		kit.On(kit.Reading, kit.At(404, idCaseInsensitive))),
	kit.Row("put-answer-loses-field", "the answer to PUT lacks weight", "users/write-answer",
		kit.On(kit.Replacing, kit.Good(kit.Body(kit.Drop("weight"))))),
	kit.Row("created-at-leap-second", "created_at is in a leap second, which typed clients cannot read", "model/decodes",
		shown(kit.Change("created_at", kit.Mapped(func(s string) string { return s[:17] + "60" + s[19:] })))),
}

func traceEnabled(x *kit.Exchange) {
	kit.AnswerWith(200, "message/http", "TRACE "+x.URL.RequestURI()+" HTTP/1.1\r\nAuthorization: "+x.Header.Get("Authorization")+"\r\n\r\n")(x)
}

func methodOverride(x *kit.Exchange) {
	for _, name := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		if method := x.Header.Get(name); method != "" {
			x.Method = method
		}
	}
}

func pathSpellingOpen(x *kit.Exchange) {
	clean := strings.ToLower(path.Clean("/" + x.URL.Path))
	if x.Status == 404 && x.Op == 0 && x.Method == http.MethodGet && kit.KindOf(x.Srv.Operation("GET", clean)) == kit.Listing {
		w := x.Ask("GET", "/users", nil, x.All())
		x.Status, x.Answer, x.Text = w.Code, w.Header(), w.Body.Bytes()
	}
}

func acceptThirdForm(x *kit.Exchange) {
	accept := x.Header.Get("Accept")
	if accept != "" && !strings.Contains(accept, "json") && !strings.Contains(accept, "*/*") {
		kit.AnswerWith(200, "text/plain", "a user\n")(x)
	}
}

func headerInjected(x *kit.Exchange) {
	if id, err := url.PathUnescape(x.UserID()); err == nil && strings.Contains(id, "\r\n") {
		x.Wire = func(x *kit.Exchange) []byte { return kit.BytesOf(x, "X-User: "+id+"\r\n", x.Text) }
	}
}

func largeBodyAccepted(x *kit.Exchange) bool {
	x.Body = []byte(`{"id":"large"}`)
	x.Header.Set("Content-Type", "application/json")
	return true
}

func concurrentCreatesAllWin(x *kit.Exchange, next func()) {
	next()
	id, _ := x.Given()["id"].(string)
	key := x.Project().ID + "/" + id
	switch x.Status {
	case 201:
		x.State.Remember(key, time.Now().Format(time.RFC3339Nano))
	case 409:
		first, _ := x.State.Remembered(key)
		if time.Since(kit.TimeOf(first)) < 50*time.Millisecond {
			x.Status, x.Text = 201, x.Ask("GET", kit.UserPath(id), nil, x.All()).Body.Bytes()
		}
	}
}

func idCaseInsensitive(x *kit.Exchange) {
	id, _ := url.PathUnescape(x.UserID())
	for _, u := range x.Everybody() {
		if other, _ := u["id"].(string); strings.EqualFold(other, id) {
			kit.AnswerWith(200, "application/json", string(kit.Encode(u)))(x)
		}
	}
}
