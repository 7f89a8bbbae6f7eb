package faults

import (
	"bytes"
	"encoding/json"
	"time"
)

// controls are servers that are right in an unusual way.
var controls = []Fault{
	row("opaque-tokens", "access tokens are no JWTs", "", opaque),
	row("invalid-422", "input that is not valid gives 422 in place of 400", "", on("users", at(400, status(422)))),
	row("foreign-user-403", "users of others give 403 in place of 404", "", on("users", at(404, foreignUser403))),
	row("infrastructure-headers", "answers have the headers of a gateway", "", after(both(
		head("Server", "gateway"), head("Via", "1.1 gateway"), head("X-Request-Id", "01JQ7Y5V8M"), head("X-Amzn-Trace-Id", "Root=1-67891233-abcdef"),
		head("Strict-Transport-Security", "max-age=63072000"), head("X-Content-Type-Options", "nosniff"), head("Vary", "Origin")))),
	row("indented-json", "JSON is indented", "", after(indentedJSON)),
	row("charset-utf8", "JSON says charset=utf-8", "", after(charsetUtf8)),
	row("token-type-lower-case", "token_type is bearer", "", on("token", good(body(set("token_type", "bearer"))))),
	row("other-key-order", "objects have another order of keys", "", after(otherKeyOrder)),
	row("no-location", "POST user has no Location", "", on("createUser", after(head("Location")))),
	row("absolute-location", "Location is an absolute URL", "", on("createUser", at(201, absoluteLocation))),
	row("slower", "answers take a tenth of a second longer", "", before(wait(100*time.Millisecond))),
	row("next-page-absent-on-last", "next_page is absent on the last page", "", on("listUsers", good(paging(nextPageAbsentOnLast)))),
	row("next-page-null-on-last", "the last page says next_page: null", "page/next-null", on("listUsers", good(paging(ensure("next_page", nil))))),
	row("next-page-empty-on-last", "next_page is empty on the last page", "", on("listUsers", good(paging(ensure("next_page", ""))))),
	row("page-null-on-first", "page is null on the first page", "", on("listUsers", good(paging(ensure("page", nil))))),
	row("pagination-without-total", "pagination has no total", "", on("listUsers", good(paging(drop("total"))))),
	row("list-other-order", "users are listed in another order within a page", "", list(listOtherOrder)),
	row("times-with-offset", "times have an offset in place of Z", "", shown(change("created_at", mapped(inZone)), change("updated_at", mapped(inZone)))),
	row("times-in-milliseconds", "times have milliseconds", "", on("users", before(wait(2*time.Millisecond))), shown(change("created_at", mapped(milliseconds)), change("updated_at", mapped(milliseconds)))),
	row("escaped-json", "texts outside ASCII are escaped", "", after(func(x *exchange) { x.text = escapedASCII(x.text) })),
	row("no-data-syncs", "users have no data_syncs", "", shown(drop("data_syncs"))),
	row("scope-always-said", "token answers always say the scope", "", on("createServerToken", good(scopeAlwaysSaid))),
	row("users-no-store", "users may not be stored", "", on("users", after(head("Cache-Control", "private, no-store")))),
	row("error-description", "errors have a description too", "", on("users", after(errorDescription))),
	row("method-404", "a method that a path does not have is answered with 404", "", at(405, both(status(404), head("Allow")))),
	row("head-405", "HEAD is refused", "", replaced(isHead, both(answerWith(405, "application/json", ""), head("Allow", "GET")))),
	row("challenge-without-code", "the challenge to a bad token has no error code", "", on("users", at(401, head("WWW-Authenticate", `Bearer realm="onvy"`)))),
	row("put-other-id-ignored", "PUT takes a body with another id and keeps the id", "", on("updateUserPut", before(sent(drop("id"))))),
	row("patch-empty-moves-time", "PATCH with an empty object moves updated_at", "", on("updateUserPatch", before(patchEmptyMovesTime))),
	row("close-each-connection", "every answer closes its connection", "", after(head("Connection", "close"))),
}

func foreignUser403(x *exchange) {
	if x.srv.Other.ID != "" && x.ask("GET", "/users/"+x.userID(), nil, x.allForeign()).Code == 200 {
		x.status, x.text = 403, []byte(`{"error":"forbidden"}`)
	}
}

func indentedJSON(x *exchange) {
	var b bytes.Buffer
	if len(x.text) > 0 && json.Indent(&b, x.text, "", "    ") == nil {
		x.text = b.Bytes()
	}
}

func charsetUtf8(x *exchange) {
	if x.answer.Get("Content-Type") == "application/json" {
		x.answer.Set("Content-Type", "application/json; charset=utf-8")
	}
}

func otherKeyOrder(x *exchange) {
	if o := parse(x.text); o != nil {
		x.text = encode(o) // by name
	}
}

func absoluteLocation(x *exchange) {
	x.answer.Set("Location", "http://"+x.req.Host+x.answer.Get("Location"))
}

func nextPageAbsentOnLast(p object) {
	if p["next_page"] == nil {
		delete(p, "next_page")
	}
}

func listOtherOrder(_ *exchange, users []any, _ object) []any {
	for i, j := 0, len(users)-1; i < j; i, j = i+1, j-1 {
		users[i], users[j] = users[j], users[i]
	}
	return users
}

func scopeAlwaysSaid(x *exchange) {
	o := parse(x.text)
	token, _ := o["access_token"].(string)
	if scope, ok := peek(token, 1)["scope"]; ok {
		o["scope"] = scope
		x.text = encode(o)
	}
}

func errorDescription(x *exchange) {
	if x.status >= 400 {
		body(set("error_description", "see the documentation"))(x)
	}
}

func patchEmptyMovesTime(x *exchange) {
	if o := x.given(); o != nil && len(o) == 0 {
		w := x.stored()
		x.body = encode(object{"measurement_unit": parse(w.Body.Bytes())["measurement_unit"]})
	}
}

// opaque gives the tokens other names, which say nothing.
func opaque(x *exchange, next func()) {
	on("token", good(func(x *exchange) {
		body(change("access_token", func(token string) any { return x.state.alias(token) }))(x)
	}))(x, func() {
		if token, ok := x.state.remembered(x.bearer()); ok && x.bearer() != "" {
			x.header.Set("Authorization", "Bearer "+token)
		}
		next()
	})
}

// alias is another name for a token, which says nothing.
func (s *state) alias(token string) string {
	name := "at_" + randomText()
	s.remember(name, token)
	return name
}

func inZone(s string) string {
	return timeOf(s).In(time.FixedZone("", 3600)).Format("2006-01-02T15:04:05.000000-07:00")
}

func milliseconds(s string) string { return timeOf(s).Format("2006-01-02T15:04:05.000Z") }
