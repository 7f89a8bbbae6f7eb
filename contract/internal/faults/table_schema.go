package faults

import (
	"encoding/json"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/faults/kit"
)

const shownUser = kit.One | kit.Listing // the operations that show users

// shown edits users wherever they are shown.
func shown(edits ...func(kit.Object)) kit.Mutator {
	return kit.On(shownUser, kit.Good(kit.User(edits...)))
}

func asText(v json.Number) any { return v.String() }

// schemaFaults are answers that openapi.yaml's schemas do not allow.
var schemaFaults = slices.Concat(otherSchemaFaults, userSchemaFaults, listSchemaFaults)

// otherSchemaFaults are in answers with tokens, in errors and in data_syncs.
var otherSchemaFaults = []kit.Fault{
	kit.Row("access-token-missing", "token answers lack access_token", "schema/required", kit.On(kit.Tokens, kit.Good(kit.Body(kit.Drop("access_token"))))),
	kit.Row("access-token-empty", "access_token is empty", "schema/length", kit.On(kit.Tokens, kit.Good(kit.Body(kit.Set("access_token", ""))))),
	kit.Row("access-token-null", "access_token is null", "schema/null", kit.On(kit.Tokens, kit.Good(kit.Body(kit.Set("access_token", nil))))),
	kit.Row("token-answer-list", "token answers are lists", "schema/type", kit.On(kit.Tokens, kit.Good(kit.Text(func(b []byte) []byte { return append(append([]byte("["), b...), ']') })))),
	kit.Row("token-answer-camel-case", "token answers have accessToken, tokenType and expiresIn", "schema/required",
		kit.On(kit.Tokens, kit.Good(kit.Body(kit.Rename("access_token", "accessToken"), kit.Rename("token_type", "tokenType"), kit.Rename("expires_in", "expiresIn"))))),
	kit.Row("token-answer-extra", "token answers have a property that is not documented", "schema/undocumented-property", kit.On(kit.Tokens, kit.Good(kit.Body(kit.Set("issued_at", 1772733027))))),
	kit.Row("refresh-token-null", "refresh_token is null", "schema/null", kit.On(kit.SDKToken, kit.Good(kit.Body(kit.Set("refresh_token", nil))))),
	kit.Row("data-syncs-object", "data_syncs is an object", "schema/type", shown(kit.Set("data_syncs", kit.Object{}))),
	kit.Row("data-syncs-null", "data_syncs is null", "schema/null", shown(kit.Set("data_syncs", nil))),
	kit.Row("data-syncs-item-string", "an item of data_syncs is a string", "schema/type", shown(kit.Set("data_syncs", []any{"GARMIN"}))),
	kit.Row("data-syncs-time-wrong", "data_syncs has a time that is not RFC 3339", "schema/format",
		shown(kit.Set("data_syncs", []any{kit.Object{"provider": "GARMIN", "updated_at": "yesterday"}}))),
	kit.Row("error-field-object", "error is an object", "schema/type", kit.Refused(kit.Body(kit.Set("error", kit.Object{"code": "invalid", "message": "not valid"})))),
	kit.Row("error-field-missing", "errors lack error", "schema/required", kit.Refused(kit.Body(kit.Drop("error")))),
	kit.Row("error-field-number", "error is a number", "schema/type", kit.Refused(kit.Body(kit.Set("error", 4001)))),
	kit.Row("error-list", "errors are a list", "schema/type", kit.On(kit.Users, kit.Refused(kit.Text(func([]byte) []byte { return kit.Encode([]any{kit.Object{"error": "invalid_request"}}) })))),
	kit.Row("error-problem-json", "errors have the shape of RFC 9457", "http/content-type", kit.On(kit.Users, kit.Refused(errorProblemJSON))),
}

// userSchemaFaults are in users.
var userSchemaFaults = []kit.Fault{
	kit.Row("firstname-null", "firstname is null", "schema/null", shown(kit.Set("firstname", nil))),
	kit.Row("firstname-number", "firstname is a number", "schema/type", shown(kit.Set("firstname", 7))),
	kit.Row("lastname-object", "lastname is an object", "schema/type", shown(kit.Set("lastname", kit.Object{"value": "Smith"}))),
	kit.Row("language-list", "language is a list", "schema/type", shown(kit.Set("language", []any{"en"}))),
	kit.Row("birthday-null", "birthday is null where there is none", "schema/null", shown(kit.Ensure("birthday", nil))),
	kit.Row("birthday-number", "birthday is a number", "schema/type", shown(kit.Set("birthday", 640828800))),
	kit.Row("birthday-date-time", "birthday has a time", "schema/format", shown(kit.Change("birthday", kit.Mapped(func(s string) string { return s + "T00:00:00Z" })), kit.Ensure("birthday", "1990-04-23T00:00:00Z"))),
	kit.Row("birthday-impossible", "birthday is 30 February", "schema/format", shown(kit.Set("birthday", "1990-02-30"))),
	kit.Row("birthday-local-format", "birthday is written with dots", "schema/format", shown(kit.Set("birthday", "23.04.1990"))),
	kit.Row("gender-enum", "gender has an undocumented value", "schema/enum", shown(kit.Set("gender", "unknown"))),
	kit.Row("gender-upper-case", "gender is in upper case", "schema/enum", shown(kit.Set("gender", "FEMALE"))),
	kit.Row("gender-empty", "gender is empty where there is none", "schema/enum", shown(kit.Ensure("gender", ""))),
	kit.Row("measurement-unit-enum", "measurement_unit has an undocumented value", "schema/enum", shown(kit.Set("measurement_unit", "si"))),
	kit.Row("get-camel-case", "GET user has createdAt and updatedAt", "schema/required",
		kit.On(kit.Reading, kit.Good(kit.Body(kit.Rename("created_at", "createdAt"), kit.Rename("updated_at", "updatedAt"))))),
	kit.Row("get-created-at-missing", "GET user lacks created_at", "schema/required", kit.On(kit.Reading, kit.Good(kit.Body(kit.Drop("created_at"))))),
	kit.Row("updated-at-missing", "users come without updated_at", "schema/required", shown(kit.Drop("updated_at"))),
	kit.Row("created-at-null", "created_at is null", "schema/null", shown(kit.Set("created_at", nil))),
	kit.Row("created-at-epoch", "created_at is a number of seconds", "schema/type", shown(kit.Set("created_at", 1772733027))),
	kit.Row("created-at-without-t", "created_at has a space for the T and no zone", "schema/format", shown(kit.Change("created_at", kit.Mapped(func(s string) string { return s[:10] + " " + s[11:19] })))),
	kit.Row("created-at-impossible", "created_at is at 25 o'clock", "schema/format", shown(kit.Change("created_at", kit.Mapped(func(s string) string { return s[:11] + "25" + s[13:] })))),
	kit.Row("updated-at-without-zone", "updated_at is not RFC 3339", "schema/format", shown(kit.Change("updated_at", kit.Mapped(func(s string) string { return s[:len(s)-1] })))),
	kit.Row("get-wrapped", "GET user is wrapped in data", "schema/required", kit.On(kit.Reading, kit.Good(func(x *kit.Exchange) { x.Text = kit.Encode(kit.Object{"data": kit.Parse(x.Text)}) }))),
	kit.Row("get-list", "GET user is a list of one", "schema/type", kit.On(kit.Reading, kit.Good(func(x *kit.Exchange) { x.Text = kit.Encode([]any{kit.Parse(x.Text)}) }))),
	kit.Row("get-null", "GET user is null", "schema/null", kit.On(kit.Reading, kit.Good(kit.Text(func([]byte) []byte { return []byte("null") })))),
	kit.Row("get-extra-property", "GET user has a property that is not documented", "schema/undocumented-property", kit.On(kit.Reading, kit.Good(kit.Body(kit.Set("internal_id", 7))))),
	kit.Row("user-shows-secret", "users show a property that is called password", "schema/undocumented-property", shown(kit.Set("password", ""))),
	kit.Row("thresholds-list", "thresholds is a list", "schema/type", shown(kit.Set("thresholds", []any{}))),
	kit.Row("thresholds-null", "thresholds is null where there are none", "schema/null", shown(kit.Ensure("thresholds", nil))),
	kit.Row("thresholds-ftp-null", "thresholds.ftp is null", "schema/null", shown(kit.Ensure("thresholds", kit.Object{}), kit.In("thresholds", kit.Set("ftp", nil)))),
	kit.Row("location-lat-string", "location.lat is a string", "schema/type", shown(kit.In("location", kit.Change("lat", asText)))),
	kit.Row("location-string", "location is a string", "schema/type", shown(kit.Set("location", "48.137,11.575"))),
	kit.Row("location-list", "location is a list of two numbers", "schema/type", shown(kit.Set("location", []any{48.137, 11.575}))),
	kit.Row("coach-config-enabled-string", "coach_config.enabled is a string", "schema/type", shown(kit.Set("coach_config", kit.Object{"enabled": "true"}))),
	kit.Row("coach-config-enabled-number", "coach_config.enabled is 1", "schema/type", shown(kit.Set("coach_config", kit.Object{"enabled": 1}))),
	kit.Row("height-null", "height is null where there is none", "schema/null", shown(kit.Ensure("height", nil))),
	kit.Row("weight-object", "weight is an object with a unit", "schema/type", shown(kit.Change("weight", func(v json.Number) any { return kit.Object{"value": v, "unit": "kg"} }), kit.Ensure("weight", kit.Object{"value": 0, "unit": "kg"}))),
}

// listSchemaFaults are in lists, and in ids and offsets.
var listSchemaFaults = []kit.Fault{
	kit.Row("list-item-id-missing", "users in a list come without id", "schema/required", kit.On(kit.Listing, kit.Good(kit.User(kit.Drop("id"))))),
	kit.Row("list-item-null", "a list has a null among its users", "schema/null", kit.On(kit.Listing, kit.Good(kit.Body(kit.Change("users", func(v []any) any { return append(v, nil) }))))),
	kit.Row("list-item-ids-only", "a list has ids in place of users", "schema/type", kit.On(kit.Listing, kit.Good(kit.Body(kit.Change("users", listItemIdsOnly))))),
	kit.Row("list-users-map", "users is an object keyed by id", "schema/type", kit.On(kit.Listing, kit.Good(kit.Body(kit.Change("users", listUsersMap))))),
	kit.Row("list-users-renamed", "list has data instead of users", "schema/required", kit.On(kit.Listing, kit.Good(kit.Body(kit.Rename("users", "data"))))),
	kit.Row("list-users-null", "users is null on an empty page", "schema/null", kit.On(kit.Listing, kit.Good(kit.Body(kit.Change("users", listUsersNull))))),
	kit.Row("list-bare", "list is an array without pagination", "schema/type", kit.On(kit.Listing, kit.Good(func(x *kit.Exchange) { x.Text = kit.Encode(kit.Parse(x.Text)["users"]) }))),
	kit.Row("pagination-missing", "list has no pagination", "schema/required", kit.On(kit.Listing, kit.Good(kit.Body(kit.Drop("pagination"))))),
	kit.Row("pagination-flat", "the members of pagination are those of the answer", "schema/required", kit.On(kit.Listing, kit.Good(kit.Body(paginationFlat)))),
	kit.Row("next-page-null", "next_page is null on the last page", "page/next-null", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Ensure("next_page", nil))))),
	kit.Row("next-page-number", "next_page is a number", "schema/type", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Set("next_page", 2))))),
	kit.Row("next-page-object", "next_page is the key of a database", "schema/type",
		kit.On(kit.Listing, kit.Good(kit.Paging(kit.Change("next_page", func(s string) any { return kit.Object{"LastEvaluatedKey": s} }))))),
	kit.Row("pagination-limit-missing", "pagination lacks limit", "schema/required", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Drop("limit"))))),
	kit.Row("pagination-limit-string", "pagination.limit is a string", "schema/type", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Change("limit", asText))))),
	kit.Row("pagination-limit-zero", "pagination.limit is 0", "schema/range", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Set("limit", 0))))),
	kit.Row("pagination-total-string", "pagination.total is a string", "schema/type", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Change("total", asText))))),
	kit.Row("pagination-total-negative", "pagination.total is -1", "schema/range", kit.On(kit.Listing, kit.Good(kit.Paging(kit.Set("total", -1))))),
	kit.Row("user-id-missing", "users come without id", "schema/required", shown(kit.Drop("id"))),
	kit.Row("user-id-number", "id is a number", "schema/type", shown(kit.Set("id", 123))),
	kit.Row("user-id-empty", "id is empty", "schema/length", shown(kit.Set("id", ""))),
	kit.Row("tz-offset-string", "tz_offset is a string", "schema/type", shown(kit.Set("tz_offset", "+01:00"))),
	kit.Row("tz-offset-beyond-int32", "tz_offset does not fit into 32 bits", "schema/format", shown(kit.Set("tz_offset", kit.Literal("4294967296")))),
}

func errorProblemJSON(x *kit.Exchange) {
	x.Text = kit.Encode(kit.Object{"type": "about:blank", "title": "Error", "status": x.Status})
	x.Answer.Set("Content-Type", "application/problem+json")
}

func listItemIdsOnly(v []any) any {
	for i := range v {
		v[i] = v[i].(kit.Object)["id"]
	}
	return append(v, "user_123")
}

func listUsersMap(v []any) any {
	m := make(kit.Object)
	for _, u := range v {
		m[u.(kit.Object)["id"].(string)] = u
	}
	return m
}

func listUsersNull(v []any) any {
	if len(v) > 0 {
		return v
	}
	return nil
}

func paginationFlat(o kit.Object) {
	for name, v := range o["pagination"].(kit.Object) {
		o[name] = v
	}
	delete(o, "pagination")
}
