package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

func schemaRows() []exchangeRow {
	noID := `{"created_at":"` + stamp + `","updated_at":"` + stamp + `"}`
	return []exchangeRow{
		{
			rule: "schema/type",
			breaks: xs{
				getUser(user("height", "172")), getUser(user("data_syncs", map[string]any{})), getUser(user("tz_offset", 3600.5)),
				getUser(`["a"]`), serverToken(`{}`, token("expires_in", "900")),
				listUsers("", `{"limit":"100"}`), listUsers("", `{"limit":100,"next_page":5}`),
				getUser(`{"error":{"code":5}}`, status(404)),
			},
			holds: xs{getUser(user("height", 172)), getUser(user("height", 172.5))},
		}, {
			rule:   "schema/null",
			breaks: xs{getUser(user("firstname", nil)), getUser("null")},
			holds:  xs{listUsers("", `{"limit":100,"page":null}`)},
		}, {
			rule: "schema/required",
			breaks: xs{
				getUser(noID), getUser(fields("id", "user_123", "updated_at", stamp)), listUsers("", `{}`),
				serverToken(`{}`, `{"token_type":"Bearer","expires_in":900}`), getUser(`{"message":"no"}`, status(404)),
			},
			holds: xs{getUser(user()), listUsers("", `{"limit":100}`)},
		}, {
			rule:   "schema/enum",
			breaks: xs{getUser(user("gender", "unknown")), getUser(user("measurement_unit", "Metric"))},
			holds:  xs{getUser(user("gender", "other", "measurement_unit", "imperial"))},
		}, {
			rule: "schema/format",
			breaks: xs{
				getUser(user("created_at", "2026-03-05 18:10")), getUser(user("updated_at", "2026-03-05T18:10:27")), getUser(user("birthday", "23.04.1990")),
				getUser(user("birthday", "1990-02-30")),
			},
			holds: xs{
				getUser(user("created_at", "2026-03-05T11:00:00.123456+01:00", "birthday", "2000-02-29")),
				getUser(user("data_syncs", []any{map[string]any{"updated_at": stamp}})),
			},
		}, {
			rule:   "schema/pattern",
			breaks: xs{serverToken(`{}`, token("token_type", "MAC")), oauthToken("grant_type=client_credentials", token("token_type", ""))},
			holds:  xs{serverToken(`{}`, token("token_type", "bearer")), serverToken(`{}`, token("token_type", "BEARER"))},
		}, {
			rule:   "schema/range",
			breaks: xs{serverToken(`{}`, token("expires_in", 0)), serverToken(`{}`, token("expires_in", -900))},
			holds:  xs{serverToken(`{}`, token("expires_in", 1)), listUsers("", `{"limit":100,"total":0}`)},
		}, {
			rule:   "schema/length",
			breaks: xs{serverToken(`{}`, token("access_token", "")), getUser(`{"error":""}`, status(404))},
			holds:  xs{serverToken(`{}`, token("access_token", "x"))},
		}, {
			rule:   "model/decodes",
			breaks: xs{getUser(user("updated_at", "2026-03-05T11:59:60Z"))}, // a leap second, which Go does not read
			holds:  xs{getUser(user("updated_at", "2026-03-05T11:59:59.999999999Z"))},
		}, {
			rule: "schema/undocumented-property",
			breaks: xs{
				getUser(user("createdAt", stamp)), getUser(user("location", map[string]any{"lat": 1, "alt": 2})),
				listUsers("", `{"limit":100,"pages":3}`), getUser(`{"error":"not_found","trace_id":"x"}`, status(404)),
			},
			holds: xs{getUser(refusal, status(404)), getUser(`{"error":"x","error_description":"y"}`, status(404))},
		},
	}
}

// No body can show schema/other as long as the spec is what it is: its row
// uses a spec of its own.
func TestSchemaOtherReportsWhatTheSpecOfTheDayCannotShow(t *testing.T) {
	spec := specOfUser(t, `
                oneOf:
                  - {type: object, properties: {id: {type: string}}}
                  - {type: object, required: [name], properties: {id: {type: string}, name: {type: string}}}`)
	require.Equal(t, []string{"schema/other"}, rulesOf(spec.Check(getUser(`{"id":"user_123","name":"twice"}`))))
	require.Empty(t, spec.Check(getUser(`{"id":"user_123"}`)))
}

// specOfUser is a spec with one operation, getUser, and the schema of its
// answer.
func specOfUser(t *testing.T, schema string) *contract.Spec {
	t.Helper()
	spec, err := contract.Load([]byte(`openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /users/{user_id}:
    parameters: [{name: user_id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getUser
      responses:
        '200':
          description: a user
          content:
            application/json:
              schema:` + schema + "\n"))
	require.NoError(t, err)
	return spec
}
