package faults

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// controls are servers that are right in an unusual way.
var controls = []kit.Fault{
	kit.Row("opaque-tokens", "access tokens are no JWTs", "", kit.Opaque),
	kit.Row("invalid-422", "input that is not valid gives 422 in place of 400", "", kit.On(kit.Users, kit.At(400, kit.Status(422)))),
	kit.Row("foreign-user-403", "users of others give 403 in place of 404", "", kit.On(kit.Users, kit.At(404, foreignUser403))),
	kit.Row("infrastructure-headers", "answers have the headers of a gateway", "", kit.After(kit.Both(
		kit.Head("Server", "gateway"), kit.Head("Via", "1.1 gateway"), kit.Head("X-Request-ID", "01JQ7Y5V8M"), kit.Head("X-Amzn-Trace-ID", "Root=1-67891233-abcdef"),
		kit.Head("Strict-Transport-Security", "max-age=63072000"), kit.Head("X-Content-Type-Options", "nosniff"), kit.Head("Vary", "Origin")))),
	kit.Row("indented-json", "JSON is indented", "", kit.After(indentedJSON)),
	kit.Row("charset-utf8", "JSON says charset=utf-8", "", kit.After(charsetUtf8)),
	kit.Row("token-type-lower-case", "token_type is bearer", "", kit.On(kit.Tokens, kit.Good(kit.Body(kit.Set("token_type", "bearer"))))),
	kit.Row("other-key-order", "objects have another order of keys", "", kit.After(otherKeyOrder)),
	kit.Row("no-location", "POST user has no Location", "", kit.On(kit.Creating, kit.After(kit.Head("Location")))),
	kit.Row("absolute-location", "Location is an absolute URL", "", kit.On(kit.Creating, kit.At(201, absoluteLocation))),
	kit.Row("slower", "answers take a tenth of a second longer", "", kit.Before(wait(100*time.Millisecond))),
	kit.Row("next-page-absent-on-last", "next_page is absent on the last page", "", kit.On(kit.Listing, kit.Good(kit.Paging(nextPageAbsentOnLast)))),
	kit.Row("next-page-null-on-last", "the last page says next_page: null", "page/next-null", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Ensure("next_page", nil))))),
	kit.Row("next-page-empty-on-last", "next_page is empty on the last page", "", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Ensure("next_page", ""))))),
	kit.Row("page-null-on-first", "page is null on the first page", "", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Ensure("page", nil))))),
	kit.Row("pagination-without-total", "pagination has no total", "", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Drop("total"))))),
	kit.Row("list-other-order", "users are listed in another order within a page", "", kit.List(listOtherOrder)),
	kit.Row("times-with-offset", "times have an offset in place of Z", "", shown(kit.Change("created_at", kit.Mapped(inZone)), kit.Change("updated_at", kit.Mapped(inZone)))),
	kit.Row("times-in-milliseconds", "times have milliseconds", "", kit.On(kit.Users, kit.Before(wait(2*time.Millisecond))), shown(kit.Change("created_at", kit.Mapped(milliseconds)), kit.Change("updated_at", kit.Mapped(milliseconds)))),
	kit.Row("escaped-json", "texts outside ASCII are escaped", "", kit.After(func(x *kit.Exchange) { x.Text = kit.EscapedASCII(x.Text) })),
	kit.Row("no-data-syncs", "users have no data_syncs", "", shown(kit.Drop("data_syncs"))),
	kit.Row("scope-always-said", "token answers always say the scope", "", kit.On(kit.ServerToken, kit.Good(scopeAlwaysSaid))),
	kit.Row("users-no-store", "users may not be stored", "", kit.On(kit.Users, kit.After(kit.Head("Cache-Control", "private, no-store")))),
	kit.Row("error-description", "errors have a description too", "", kit.On(kit.Users, kit.Refused(kit.Body(kit.Set("error_description", "see the documentation"))))),
	kit.Row("method-404", "a method that a path does not have is answered with 404", "", kit.At(405, kit.Both(kit.Status(404), kit.Head("Allow")))),
	kit.Row("head-405", "HEAD is refused", "", kit.Replaced(isHead, kit.Both(kit.AnswerWith(405, "application/json", ""), kit.Head("Allow", "GET")))),
	kit.Row("challenge-without-code", "the challenge to a bad token has no error code", "", kit.On(kit.Users, kit.At(401, kit.Head("WWW-Authenticate", `Bearer realm="onvy"`)))),
	kit.Row("put-other-id-ignored", "PUT takes a body with another id and keeps the id", "", kit.On(kit.Replacing, kit.Before(kit.Sent(kit.Drop("id"))))),
	kit.Row("patch-empty-moves-time", "PATCH with an empty object moves updated_at", "", kit.On(kit.Patching, kit.Before(patchEmptyMovesTime))),
	kit.Row("close-each-connection", "every answer closes its connection", "", kit.After(kit.Head("Connection", "close"))),
}

func foreignUser403(x *kit.Exchange) {
	if x.Srv.Other.ID != "" && x.Ask("GET", "/users/"+x.UserID(), nil, x.AllForeign()).Code == 200 {
		x.Status, x.Text = 403, []byte(`{"error":"forbidden"}`)
	}
}

func indentedJSON(x *kit.Exchange) {
	var b bytes.Buffer
	if len(x.Text) > 0 && json.Indent(&b, x.Text, "", "    ") == nil {
		x.Text = b.Bytes()
	}
}

func charsetUtf8(x *kit.Exchange) {
	if x.Answer.Get("Content-Type") == "application/json" {
		x.Answer.Set("Content-Type", "application/json; charset=utf-8")
	}
}

func otherKeyOrder(x *kit.Exchange) {
	if o := kit.Parse(x.Text); o != nil {
		x.Text = kit.Encode(o) // by name
	}
}

func absoluteLocation(x *kit.Exchange) {
	x.Answer.Set("Location", "http://"+x.Req.Host+x.Answer.Get("Location"))
}

func nextPageAbsentOnLast(p kit.Object) {
	if p["next_page"] == nil {
		delete(p, "next_page")
	}
}

func listOtherOrder(_ *kit.Exchange, users []any, _ kit.Object) []any {
	for i, j := 0, len(users)-1; i < j; i, j = i+1, j-1 {
		users[i], users[j] = users[j], users[i]
	}
	return users
}

func scopeAlwaysSaid(x *kit.Exchange) {
	o := kit.Parse(x.Text)
	token, _ := o["access_token"].(string)
	if scope, ok := kit.Peek(token, 1)["scope"]; ok {
		o["scope"] = scope
		x.Text = kit.Encode(o)
	}
}

func patchEmptyMovesTime(x *kit.Exchange) {
	if o := x.Given(); o != nil && len(o) == 0 {
		w := x.Stored()
		x.Body = kit.Encode(kit.Object{"measurement_unit": kit.Parse(w.Body.Bytes())["measurement_unit"]})
	}
}

func inZone(s string) string {
	return kit.TimeOf(s).In(time.FixedZone("", 3600)).Format("2006-01-02T15:04:05.000000-07:00")
}

func milliseconds(s string) string { return kit.TimeOf(s).Format("2006-01-02T15:04:05.000Z") }
