package faults

import "encoding/json"

const shownUser = "user listUsers" // the operations that show users

// shown edits users wherever they are shown.
func shown(edits ...func(object)) mutator { return on(shownUser, good(user(edits...))) }

func asText(v json.Number) any { return v.String() }

// schemaFaults are answers that openapi.yaml's schemas do not allow.
var schemaFaults = []Fault{
	row("access-token-missing", "token answers lack access_token", "schema/required", on("token", good(body(drop("access_token"))))),
	row("access-token-empty", "access_token is empty", "schema/length", on("token", good(body(set("access_token", ""))))),
	row("access-token-null", "access_token is null", "schema/null", on("token", good(body(set("access_token", nil))))),
	row("token-answer-list", "token answers are lists", "schema/type", on("token", good(text(func(b []byte) []byte { return append(append([]byte("["), b...), ']') })))),
	row("token-answer-camel-case", "token answers have accessToken, tokenType and expiresIn", "schema/required",
		on("token", good(body(rename("access_token", "accessToken"), rename("token_type", "tokenType"), rename("expires_in", "expiresIn"))))),
	row("token-answer-extra", "token answers have a property that is not documented", "schema/undocumented-property", on("token", good(body(set("issued_at", 1772733027))))),
	row("refresh-token-null", "refresh_token is null", "schema/null", on("createSDKToken", good(body(set("refresh_token", nil))))),
	row("data-syncs-object", "data_syncs is an object", "schema/type", shown(set("data_syncs", object{}))),
	row("data-syncs-null", "data_syncs is null", "schema/null", shown(set("data_syncs", nil))),
	row("data-syncs-item-string", "an item of data_syncs is a string", "schema/type", shown(set("data_syncs", []any{"GARMIN"}))),
	row("data-syncs-time-wrong", "data_syncs has a time that is not RFC 3339", "schema/format",
		shown(set("data_syncs", []any{object{"provider": "GARMIN", "updated_at": "yesterday"}}))),
	row("error-field-object", "error is an object", "schema/type", after(errorIs(object{"code": "invalid", "message": "not valid"}))),
	row("error-field-missing", "errors lack error", "schema/required", after(errorFieldMissing)),
	row("error-field-number", "error is a number", "schema/type", after(errorIs(4001))),
	row("error-list", "errors are a list", "schema/type", on("users", after(errorList))),
	row("error-problem-json", "errors have the shape of RFC 9457", "http/content-type", on("users", after(errorProblemJSON))),
	row("firstname-null", "firstname is null", "schema/null", shown(set("firstname", nil))),
	row("firstname-number", "firstname is a number", "schema/type", shown(set("firstname", 7))),
	row("lastname-object", "lastname is an object", "schema/type", shown(set("lastname", object{"value": "Smith"}))),
	row("language-list", "language is a list", "schema/type", shown(set("language", []any{"en"}))),
	row("birthday-null", "birthday is null where there is none", "schema/null", shown(ensure("birthday", nil))),
	row("birthday-number", "birthday is a number", "schema/type", shown(set("birthday", 640828800))),
	row("birthday-date-time", "birthday has a time", "schema/format", shown(change("birthday", mapped(func(s string) string { return s + "T00:00:00Z" })), ensure("birthday", "1990-04-23T00:00:00Z"))),
	row("birthday-impossible", "birthday is 30 February", "schema/format", shown(set("birthday", "1990-02-30"))),
	row("birthday-local-format", "birthday is written with dots", "schema/format", shown(set("birthday", "23.04.1990"))),
	row("gender-enum", "gender has an undocumented value", "schema/enum", shown(set("gender", "unknown"))),
	row("gender-upper-case", "gender is in upper case", "schema/enum", shown(set("gender", "FEMALE"))),
	row("gender-empty", "gender is empty where there is none", "schema/enum", shown(ensure("gender", ""))),
	row("measurement-unit-enum", "measurement_unit has an undocumented value", "schema/enum", shown(set("measurement_unit", "si"))),
	row("get-camel-case", "GET user has createdAt and updatedAt", "schema/required",
		on("getUser", good(body(rename("created_at", "createdAt"), rename("updated_at", "updatedAt"))))),
	row("get-created-at-missing", "GET user lacks created_at", "schema/required", on("getUser", good(body(drop("created_at"))))),
	row("updated-at-missing", "users come without updated_at", "schema/required", shown(drop("updated_at"))),
	row("created-at-null", "created_at is null", "schema/null", shown(set("created_at", nil))),
	row("created-at-epoch", "created_at is a number of seconds", "schema/type", shown(set("created_at", 1772733027))),
	row("created-at-without-t", "created_at has a space for the T and no zone", "schema/format", shown(change("created_at", mapped(func(s string) string { return s[:10] + " " + s[11:19] })))),
	row("created-at-impossible", "created_at is at 25 o'clock", "schema/format", shown(change("created_at", mapped(func(s string) string { return s[:11] + "25" + s[13:] })))),
	row("updated-at-without-zone", "updated_at is not RFC 3339", "schema/format", shown(change("updated_at", mapped(func(s string) string { return s[:len(s)-1] })))),
	row("get-wrapped", "GET user is wrapped in data", "schema/required", on("getUser", good(func(x *exchange) { x.text = encode(object{"data": parse(x.text)}) }))),
	row("get-list", "GET user is a list of one", "schema/type", on("getUser", good(func(x *exchange) { x.text = encode([]any{parse(x.text)}) }))),
	row("get-null", "GET user is null", "schema/null", on("getUser", good(text(func([]byte) []byte { return []byte("null") })))),
	row("get-extra-property", "GET user has a property that is not documented", "schema/undocumented-property", on("getUser", good(body(set("internal_id", 7))))),
	row("user-shows-secret", "users show a property that is called password", "schema/undocumented-property", shown(set("password", ""))),
	row("thresholds-list", "thresholds is a list", "schema/type", shown(set("thresholds", []any{}))),
	row("thresholds-null", "thresholds is null where there are none", "schema/null", shown(ensure("thresholds", nil))),
	row("thresholds-ftp-null", "thresholds.ftp is null", "schema/null", shown(ensure("thresholds", object{}), in("thresholds", set("ftp", nil)))),
	row("location-lat-string", "location.lat is a string", "schema/type", shown(in("location", change("lat", asText)))),
	row("location-string", "location is a string", "schema/type", shown(set("location", "48.137,11.575"))),
	row("location-list", "location is a list of two numbers", "schema/type", shown(set("location", []any{48.137, 11.575}))),
	row("coach-config-enabled-string", "coach_config.enabled is a string", "schema/type", shown(set("coach_config", object{"enabled": "true"}))),
	row("coach-config-enabled-number", "coach_config.enabled is 1", "schema/type", shown(set("coach_config", object{"enabled": 1}))),
	row("height-null", "height is null where there is none", "schema/null", shown(ensure("height", nil))),
	row("weight-object", "weight is an object with a unit", "schema/type", shown(change("weight", func(v json.Number) any { return object{"value": v, "unit": "kg"} }), ensure("weight", object{"value": 0, "unit": "kg"}))),
	row("list-item-id-missing", "users in a list come without id", "schema/required", on("listUsers", good(user(drop("id"))))),
	row("list-item-null", "a list has a null among its users", "schema/null", on("listUsers", good(body(change("users", func(v []any) any { return append(v, nil) }))))),
	row("list-item-ids-only", "a list has ids in place of users", "schema/type", on("listUsers", good(body(change("users", listItemIdsOnly))))),
	row("list-users-map", "users is an object keyed by id", "schema/type", on("listUsers", good(body(change("users", listUsersMap))))),
	row("list-users-renamed", "list has data instead of users", "schema/required", on("listUsers", good(body(rename("users", "data"))))),
	row("list-users-null", "users is null on an empty page", "schema/null", on("listUsers", good(body(change("users", listUsersNull))))),
	row("list-bare", "list is an array without pagination", "schema/type", on("listUsers", good(func(x *exchange) { x.text = encode(parse(x.text)["users"]) }))),
	row("pagination-missing", "list has no pagination", "schema/required", on("listUsers", good(body(drop("pagination"))))),
	row("pagination-flat", "the members of pagination are those of the answer", "schema/required", on("listUsers", good(body(paginationFlat)))),
	row("next-page-null", "next_page is null on the last page", "page/next-null", on("listUsers", good(paging(ensure("next_page", nil))))),
	row("next-page-number", "next_page is a number", "schema/type", on("listUsers", good(paging(set("next_page", 2))))),
	row("next-page-object", "next_page is the key of a database", "schema/type",
		on("listUsers", good(paging(change("next_page", func(s string) any { return object{"LastEvaluatedKey": s} }))))),
	row("pagination-limit-missing", "pagination lacks limit", "schema/required", on("listUsers", good(paging(drop("limit"))))),
	row("pagination-limit-string", "pagination.limit is a string", "schema/type", on("listUsers", good(paging(change("limit", asText))))),
	row("pagination-limit-zero", "pagination.limit is 0", "schema/range", on("listUsers", good(paging(set("limit", 0))))),
	row("pagination-total-string", "pagination.total is a string", "schema/type", on("listUsers", good(paging(change("total", asText))))),
	row("pagination-total-negative", "pagination.total is -1", "schema/range", on("listUsers", good(paging(set("total", -1))))),
	row("user-id-missing", "users come without id", "schema/required", shown(drop("id"))),
	row("user-id-number", "id is a number", "schema/type", shown(set("id", 123))),
	row("user-id-empty", "id is empty", "schema/length", shown(set("id", ""))),
	row("tz-offset-string", "tz_offset is a string", "schema/type", shown(set("tz_offset", "+01:00"))),
	row("tz-offset-beyond-int32", "tz_offset does not fit into 32 bits", "schema/format", shown(set("tz_offset", literal("4294967296")))),
}

func errorFieldMissing(x *exchange) {
	if x.status >= 400 {
		body(drop("error"))(x)
	}
}

func errorList(x *exchange) {
	if x.status >= 400 {
		x.text = encode([]any{object{"error": "invalid_request"}})
	}
}

func errorProblemJSON(x *exchange) {
	if x.status >= 400 {
		x.text = encode(object{"type": "about:blank", "title": "Error", "status": x.status})
		x.answer.Set("Content-Type", "application/problem+json")
	}
}

func listItemIdsOnly(v []any) any {
	for i := range v {
		v[i] = v[i].(object)["id"]
	}
	return append(v, "user_123")
}

func listUsersMap(v []any) any {
	m := make(object)
	for _, u := range v {
		m[u.(object)["id"].(string)] = u
	}
	return m
}

func listUsersNull(v []any) any {
	if len(v) > 0 {
		return v
	}
	return nil
}

func paginationFlat(o object) {
	for name, v := range o["pagination"].(object) {
		o[name] = v
	}
	delete(o, "pagination")
}

func paging(edits ...func(object)) step { return body(in("pagination", edits...)) }

// ensure sets a member that is not there.
func ensure(name string, value any) func(object) {
	return func(o object) {
		if _, ok := o[name]; !ok {
			o[name] = copied(value)
		}
	}
}

func errorIs(value any) step {
	return func(x *exchange) {
		if x.status >= 400 {
			body(set("error", value))(x)
		}
	}
}
