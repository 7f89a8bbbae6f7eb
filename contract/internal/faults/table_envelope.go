package faults

import (
	"bytes"
	"encoding/json"
	"strings"
)

// envelopeFaults are answers that are wrong as text, before any schema.
var envelopeFaults = []Fault{
	row("content-type-charset", "good user answers claim charset=iso-8859-1", "http/charset",
		on("users", good(head("Content-Type", "application/json; charset=iso-8859-1")))),
	row("content-type-text", "good user answers say text/plain", "http/content-type", on("users", good(head("Content-Type", "text/plain")))),
	row("content-type-missing", "good user answers have no Content-Type", "http/content-type", on("users", good(withoutType))),
	row("content-type-token-html", "token answers say text/html", "http/content-type", on("token", good(head("Content-Type", "text/html")))),
	row("create-body-empty", "POST user has an empty body", "http/empty-body", on("createUser", good(answerWith(201, "application/json", "")))),
	row("get-body-empty", "GET user has an empty body", "http/empty-body", on("getUser", good(answerWith(200, "application/json", "")))),
	row("get-body-blank", "the body of GET user is white space", "http/empty-body", on("getUser", good(answerWith(200, "application/json", " \n")))),
	row("put-204", "PUT answers 204", "http/status-undocumented", on("updateUserPut", at(200, answerWith(204, "", "")))),
	row("patch-204", "PATCH answers 204", "http/status-undocumented", on("updateUserPatch", at(200, answerWith(204, "", "")))),
	row("create-200", "POST user answers 200", "http/status-undocumented", on("createUser", at(201, both(status(200), head("Location"))))),
	row("get-201", "GET user answers 201", "http/status-undocumented", on("getUser", at(200, status(201)))),
	row("list-206", "list answers 206", "http/status-undocumented", on("listUsers", at(200, status(206)))),
	row("get-299", "GET user answers 299", "http/status-undocumented", on("getUser", at(200, status(299)))),
	row("delete-200-body", "DELETE answers 200 with a body", "http/status-undocumented", on("deleteUser", at(204, answerWith(200, "application/json", `{"deleted":true}`)))),
	row("delete-202", "DELETE answers 202", "http/status-undocumented", on("deleteUser", at(204, status(202)))),
	row("delete-204-content-type", "the 204 of DELETE has a Content-Type", "http/no-content", on("deleteUser", at(204, head("Content-Type", "application/json")))),
	row("unknown-user-200", "an unknown user is answered with 200 and an error", "users/not-found", on("getUser", at(404, status(200)))),
	row("unknown-user-204", "an unknown user is answered with 204", "users/not-found", on("getUser", at(404, answerWith(204, "", "")))),
	row("error-content-type-html", "errors are JSON but say text/html", "http/content-type", after(errorContentTypeHtml)),
	row("error-body-empty", "errors have no body", "http/empty-body", after(errorBodyEmpty)),
	row("error-body-text", "errors are plain text", "http/content-type", after(errorBodyText)),
	row("expires-in-float", "expires_in is 900.5", "schema/type", on("token", good(body(set("expires_in", literal("900.5")))))),
	row("expires-in-exponent", "expires_in is 9e2", "json/integer-form", on("token", good(body(set("expires_in", literal("9e2")))))),
	row("tz-offset-float", "tz_offset is 3600.5", "schema/type", shown(set("tz_offset", literal("3600.5")))),
	row("tz-offset-exponent", "tz_offset is 3.6e3", "json/integer-form", shown(set("tz_offset", literal("3.6e3")))),
	row("total-beyond-int64", "pagination.total does not fit into 64 bits", "json/number-range", on("listUsers", good(paging(set("total", literal("18446744073709551616")))))),
	row("total-exponent", "pagination.total is 1e3", "json/integer-form", on("listUsers", good(paging(set("total", literal("1e3")))))),
	row("total-float", "pagination.total has a fraction of nothing", "json/integer-form", on("listUsers", good(paging(change("total", func(v json.Number) any { return literal(v.String() + ".0") }))))),
	row("weight-huge", "weight is 1e400", "json/number-range", shown(set("weight", literal("1e400")))),
	row("weight-nan", "weight is NaN", "json/syntax", on(shownUser, good(open(`"weight":NaN,`)))),
	row("height-string", "height is a string", "schema/type", shown(change("height", quoted), ensure("height", "172.5"))),
	row("height-leading-zero", "height has a leading zero", "json/syntax", on("user", good(both(body(drop("height")), open(`"height":0172.5,`))))),
	row("get-duplicate-keys", "GET user has id twice, the first one wrong", "json/duplicate-name", on("getUser", good(open(`"id":"someone-else",`)))),
	row("list-duplicate-keys", "list has users twice", "json/duplicate-name", on("listUsers", good(open(`"users":[],`)))),
	row("token-duplicate-keys", "token answers have expires_in twice", "json/duplicate-name", on("token", good(open(`"expires_in":1,`)))),
	row("nested-duplicate-keys", "location has lat twice", "json/duplicate-name", on("user", good(both(body(drop("location")), open(`"location":{"lat":1,"lat":2},`))))),
	row("get-invalid-utf8", "GET user has a byte that is not UTF-8", "json/utf-8", on("getUser", good(both(body(drop("firstname")), open("\"firstname\":\"Zo\xeb\","))))),
	row("list-invalid-utf8", "list has a byte that is not UTF-8", "json/utf-8", on("listUsers", good(both(paging(drop("page")), replace(`"limit":`, "\"page\":\"\xff\",\"limit\":"))))),
	row("get-lone-surrogate", "GET user has half a surrogate pair", "json/surrogate", on("getUser", good(both(body(drop("firstname")), open(`"firstname":"\ud83d",`))))),
	row("get-control-character", "GET user has a raw tab in a string", "json/syntax", on("getUser", good(both(body(drop("firstname")), open("\"firstname\":\"a\tb\","))))),
	row("get-byte-order-mark", "GET user starts with a byte order mark", "json/bom", on("getUser", good(text(func(b []byte) []byte { return append([]byte("\ufeff"), b...) })))),
	row("token-byte-order-mark", "token answers start with a byte order mark", "json/bom", on("token", good(text(func(b []byte) []byte { return append([]byte("\ufeff"), b...) })))),
	row("get-trailing-data", "GET user has text after the JSON", "json/trailing", on("getUser", good(text(func(b []byte) []byte { return append(b, "<!-- 12 ms -->"...) })))),
	row("get-two-values", "GET user has two JSON values", "json/trailing", on("getUser", good(text(func(b []byte) []byte { return append(b, b...) })))),
	row("list-trailing-comma", "the users of a list end with a comma", "json/syntax", on("listUsers", good(replace("}]", "},]")), good(replace(`"users":[]`, `"users":[,]`)))),
	row("get-single-quotes", "GET user is Python, not JSON", "json/syntax", on("getUser", good(replace(`"`, `'`)))),
	row("get-comment", "GET user has a comment", "json/syntax", on("getUser", good(open("/* user */")))),
	row("get-json-in-string", "GET user is a string that holds JSON", "schema/type", on("getUser", good(text(func(b []byte) []byte { return encode(string(b)) })))),
	row("get-prefix-guard", "GET user starts with a guard against scripts", "json/syntax", on("getUser", good(text(func(b []byte) []byte { return append([]byte(")]}',\n"), b...) })))),
	row("get-utf16", "GET user is UTF-16", "json/utf-8", on("getUser", good(text(wide16)))),
	row("get-deep", "GET user nests 20,000 deep", "json/depth", on("getUser", good(open(`"x":`+strings.Repeat("[", 20000)+strings.Repeat("]", 20000)+`,`)))),
	row("list-body-truncated", "list JSON stops half way", "json/syntax", on("listUsers", good(text(func(b []byte) []byte { return b[:len(b)/2] })))),
	row("get-body-truncated", "GET user lacks its last brace", "json/syntax", on("getUser", good(text(func(b []byte) []byte { return bytes.TrimRight(b, "}\n") })))),
	row("content-encoding-lie", "GET user claims to be gzip and is not", "http/content-encoding", on("getUser", good(head("Content-Encoding", "gzip")))),
}

func errorContentTypeHtml(x *exchange) {
	if x.status >= 400 {
		x.answer.Set("Content-Type", "text/html")
	}
}

func errorBodyEmpty(x *exchange) {
	if x.status >= 400 {
		x.text = nil
		x.answer.Del("Content-Type")
	}
}

func errorBodyText(x *exchange) {
	if x.status >= 400 {
		x.text = []byte("not valid\n")
		x.answer.Set("Content-Type", "text/plain")
	}
}

func withoutType(x *exchange) {
	x.answer["Content-Type"] = nil // or net/http would guess
}

func wide16(b []byte) []byte {
	wide := []byte{0xfe, 0xff}
	for _, c := range b {
		wide = append(wide, 0, c)
	}
	return wide
}
