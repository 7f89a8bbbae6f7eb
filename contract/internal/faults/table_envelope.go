package faults

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

// envelopeFaults are answers that are wrong as text, before any schema.
var envelopeFaults = []kit.Fault{
	kit.Row("content-type-charset", "good user answers claim charset=iso-8859-1", "http/charset",
		kit.On(kit.Users, kit.Good(kit.Head("Content-Type", "application/json; charset=iso-8859-1")))),
	kit.Row("content-type-text", "good user answers say text/plain", "http/content-type", kit.On(kit.Users, kit.Good(kit.Head("Content-Type", "text/plain")))),
	kit.Row("content-type-missing", "good user answers have no Content-Type", "http/content-type", kit.On(kit.Users, kit.Good(withoutType))),
	kit.Row("content-type-token-html", "token answers say text/html", "http/content-type", kit.On(kit.Tokens, kit.Good(kit.Head("Content-Type", "text/html")))),
	kit.Row("create-body-empty", "POST user has an empty body", "http/empty-body", kit.On(kit.Creating, kit.Good(kit.AnswerWith(201, "application/json", "")))),
	kit.Row("get-body-empty", "GET user has an empty body", "http/empty-body", kit.On(kit.Reading, kit.Good(kit.AnswerWith(200, "application/json", "")))),
	kit.Row("get-body-blank", "the body of GET user is white space", "http/empty-body", kit.On(kit.Reading, kit.Good(kit.AnswerWith(200, "application/json", " \n")))),
	kit.Row("put-204", "PUT answers 204", "http/status-undocumented", kit.On(kit.Replacing, kit.At(200, kit.AnswerWith(204, "", "")))),
	kit.Row("patch-204", "PATCH answers 204", "http/status-undocumented", kit.On(kit.Patching, kit.At(200, kit.AnswerWith(204, "", "")))),
	kit.Row("create-200", "POST user answers 200", "http/status-undocumented", kit.On(kit.Creating, kit.At(201, kit.Both(kit.Status(200), kit.Head("Location"))))),
	kit.Row("get-201", "GET user answers 201", "http/status-undocumented", kit.On(kit.Reading, kit.At(200, kit.Status(201)))),
	kit.Row("list-206", "list answers 206", "http/status-undocumented", kit.On(kit.Listing, kit.At(200, kit.Status(206)))),
	kit.Row("get-299", "GET user answers 299", "http/status-undocumented", kit.On(kit.Reading, kit.At(200, kit.Status(299)))),
	kit.Row("delete-200-body", "DELETE answers 200 with a body", "http/status-undocumented", kit.On(kit.Deleting, kit.At(204, kit.AnswerWith(200, "application/json", `{"deleted":true}`)))),
	kit.Row("delete-202", "DELETE answers 202", "http/status-undocumented", kit.On(kit.Deleting, kit.At(204, kit.Status(202)))),
	kit.Row("delete-204-content-type", "the 204 of DELETE has a Content-Type", "http/no-content", kit.On(kit.Deleting, kit.At(204, kit.Head("Content-Type", "application/json")))),
	kit.Row("unknown-user-200", "an unknown user is answered with 200 and an error", "users/not-found", kit.On(kit.Reading, kit.At(404, kit.Status(200)))),
	kit.Row("unknown-user-204", "an unknown user is answered with 204", "users/not-found", kit.On(kit.Reading, kit.At(404, kit.AnswerWith(204, "", "")))),
	kit.Row("error-content-type-html", "errors are JSON but say text/html", "http/content-type", kit.Refused(kit.Head("Content-Type", "text/html"))),
	kit.Row("error-body-empty", "errors have no body", "http/empty-body", kit.Refused(errorBodyEmpty)),
	kit.Row("error-body-text", "errors are plain text", "http/content-type", kit.Refused(errorBodyText)),
	kit.Row("expires-in-float", "expires_in is 900.5", "schema/type", kit.On(kit.Tokens, kit.Good(kit.Body(kit.Set("expires_in", kit.Literal("900.5")))))),
	kit.Row("expires-in-exponent", "expires_in is 9e2", "json/integer-form", kit.On(kit.Tokens, kit.Good(kit.Body(kit.Set("expires_in", kit.Literal("9e2")))))),
	kit.Row("tz-offset-float", "tz_offset is 3600.5", "schema/type", shown(kit.Set("tz_offset", kit.Literal("3600.5")))),
	kit.Row("tz-offset-exponent", "tz_offset is 3.6e3", "json/integer-form", shown(kit.Set("tz_offset", kit.Literal("3.6e3")))),
	kit.Row("total-beyond-int64", "pagination.total does not fit into 64 bits", "json/number-range", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Set("total", kit.Literal("18446744073709551616")))))),
	kit.Row("total-exponent", "pagination.total is 1e3", "json/integer-form", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Set("total", kit.Literal("1e3")))))),
	kit.Row("total-float", "pagination.total has a fraction of nothing", "json/integer-form", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Change("total", func(v json.Number) any { return kit.Literal(v.String() + ".0") }))))),
	kit.Row("weight-huge", "weight is 1e400", "json/number-range", shown(kit.Set("weight", kit.Literal("1e400")))),
	kit.Row("weight-nan", "weight is NaN", "json/syntax", kit.On(shownUser, kit.Good(kit.Open(`"weight":NaN,`)))),
	kit.Row("height-string", "height is a string", "schema/type", shown(kit.Change("height", kit.Quoted), kit.Ensure("height", "172.5"))),
	kit.Row("height-leading-zero", "height has a leading zero", "json/syntax", kit.On(kit.One, kit.Good(kit.Both(kit.Body(kit.Drop("height")), kit.Open(`"height":0172.5,`))))),
	kit.Row("get-duplicate-keys", "GET user has id twice, the first one wrong", "json/duplicate-name", kit.On(kit.Reading, kit.Good(kit.Open(`"id":"someone-else",`)))),
	kit.Row("list-duplicate-keys", "list has users twice", "json/duplicate-name", kit.On(kit.Listing, kit.Good(kit.Open(`"users":[],`)))),
	kit.Row("token-duplicate-keys", "token answers have expires_in twice", "json/duplicate-name", kit.On(kit.Tokens, kit.Good(kit.Open(`"expires_in":1,`)))),
	kit.Row("nested-duplicate-keys", "location has lat twice", "json/duplicate-name", kit.On(kit.One, kit.Good(kit.Both(kit.Body(kit.Drop("location")), kit.Open(`"location":{"lat":1,"lat":2},`))))),
	kit.Row("get-invalid-utf8", "GET user has a byte that is not UTF-8", "json/utf-8", kit.On(kit.Reading, kit.Good(kit.Both(kit.Body(kit.Drop("firstname")), kit.Open("\"firstname\":\"Zo\xeb\","))))),
	kit.Row("list-invalid-utf8", "list has a byte that is not UTF-8", "json/utf-8", kit.On(kit.Listing, kit.Good(kit.Both(kit.Paging(kit.Drop("page")), kit.Replace(`"limit":`, "\"page\":\"\xff\",\"limit\":"))))),
	kit.Row("get-lone-surrogate", "GET user has half a surrogate pair", "json/surrogate", kit.On(kit.Reading, kit.Good(kit.Both(kit.Body(kit.Drop("firstname")), kit.Open(`"firstname":"\ud83d",`))))),
	kit.Row("get-control-character", "GET user has a raw tab in a string", "json/syntax", kit.On(kit.Reading, kit.Good(kit.Both(kit.Body(kit.Drop("firstname")), kit.Open("\"firstname\":\"a\tb\","))))),
	kit.Row("get-byte-order-mark", "GET user starts with a byte order mark", "json/bom", kit.On(kit.Reading, kit.Good(kit.Text(func(b []byte) []byte { return append([]byte("\ufeff"), b...) })))),
	kit.Row("token-byte-order-mark", "token answers start with a byte order mark", "json/bom", kit.On(kit.Tokens, kit.Good(kit.Text(func(b []byte) []byte { return append([]byte("\ufeff"), b...) })))),
	kit.Row("get-trailing-data", "GET user has text after the JSON", "json/trailing", kit.On(kit.Reading, kit.Good(kit.Text(func(b []byte) []byte { return append(b, "<!-- 12 ms -->"...) })))),
	kit.Row("get-two-values", "GET user has two JSON values", "json/trailing", kit.On(kit.Reading, kit.Good(kit.Text(func(b []byte) []byte { return append(b, b...) })))),
	kit.Row("list-trailing-comma", "the users of a list end with a comma", "json/syntax", kit.On(kit.Listing, kit.Good(kit.Replace("}]", "},]")), kit.Good(kit.Replace(`"users":[]`, `"users":[,]`)))),
	kit.Row("get-single-quotes", "GET user is Python, not JSON", "json/syntax", kit.On(kit.Reading, kit.Good(kit.Replace(`"`, `'`)))),
	kit.Row("get-comment", "GET user has a comment", "json/syntax", kit.On(kit.Reading, kit.Good(kit.Open("/* user */")))),
	kit.Row("get-json-in-string", "GET user is a string that holds JSON", "schema/type", kit.On(kit.Reading, kit.Good(kit.Text(func(b []byte) []byte { return kit.Encode(string(b)) })))),
	kit.Row("get-prefix-guard", "GET user starts with a guard against scripts", "json/syntax", kit.On(kit.Reading, kit.Good(kit.Text(func(b []byte) []byte { return append([]byte(")]}',\n"), b...) })))),
	kit.Row("get-utf16", "GET user is UTF-16", "json/utf-8", kit.On(kit.Reading, kit.Good(kit.Text(wide16)))),
	kit.Row("get-deep", "GET user nests 20,000 deep", "json/depth", kit.On(kit.Reading, kit.Good(kit.Open(`"x":`+strings.Repeat("[", 20000)+strings.Repeat("]", 20000)+`,`)))),
	kit.Row("list-body-truncated", "list JSON stops half way", "json/syntax", kit.On(kit.Listing, kit.Good(kit.Text(func(b []byte) []byte { return bytes.ToValidUTF8(b[:len(b)/2], nil) })))),
	kit.Row("get-body-truncated", "GET user lacks its last brace", "json/syntax", kit.On(kit.Reading, kit.Good(kit.Text(func(b []byte) []byte { return bytes.TrimRight(b, "}\n") })))),
	kit.Row("content-encoding-lie", "GET user claims to be gzip and is not", "http/content-encoding", kit.On(kit.Reading, kit.Good(kit.Head("Content-Encoding", "gzip")))),
}

func errorBodyEmpty(x *kit.Exchange) {
	x.Text = nil
	x.Answer.Del("Content-Type")
}

func errorBodyText(x *kit.Exchange) {
	x.Text = []byte("not valid\n")
	x.Answer.Set("Content-Type", "text/plain")
}

func withoutType(x *kit.Exchange) {
	x.Answer["Content-Type"] = nil // or net/http would guess
}

func wide16(b []byte) []byte {
	wide := []byte{0xfe, 0xff}
	for _, c := range b {
		wide = append(wide, 0, c)
	}
	return wide
}
