package sandbox_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/routers"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

func post(c *caller, path, body string) reply { return c.do("POST", path, body) }

func fetch(c *caller, path string) reply { return c.do("GET", path, "") }

func mealsSpec(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../testdata/meals.yaml")
	require.NoError(t, err)
	return text
}

// A resource of which no line of Go knows: stored, defaulted, merged, paged and
// refused as users are.
func TestAResourceThatOnlyTheSpecKnows(t *testing.T) {
	text := mealsSpec(t)
	c := startWith(t, text)
	const all = "/users/u1/nutrition/meals"
	require.Equal(t, 404, post(c, all, `{"meal_time":"2026-03-05T18:10:27Z"}`).Status, "nobody is there to eat it")
	require.Equal(t, 201, post(c, "/users", `{"id":"u1"}`).Status)

	made := post(c, all, `{"meal_time":"2026-03-05T18:10:27Z","kind":"lunch","comment":"c","id":"mine","calories":12,"unknown":1}`)
	require.Equal(t, 201, made.Status, made.Text)
	id := made.text("id")
	require.Regexp(t, `^meal_[A-Z2-7]{26}$`, id, "the server gives the id")
	require.Equal(t, all+"/"+id, made.Header.Get("Location"))
	require.Equal(t, "u1", made.text("user_id"))
	require.Equal(t, "pending", made.text("analysis_status"), "a default that no client writes")
	require.Equal(t, "1", fmt.Sprint(made.at("portion_multiplier")), "a default of a field that was not sent")
	require.Nil(t, made.at("calories"), "no client writes it")
	require.Nil(t, made.at("unknown"))
	require.NotEmpty(t, made.text("created_at"))

	one := made.Header.Get("Location")
	require.Equal(t, made.Body, fetch(c, one).Body)
	changed := c.do("PATCH", one, `{"comment":null,"portion_multiplier":0.5}`)
	require.Equal(t, 200, changed.Status, changed.Text)
	require.Nil(t, changed.at("comment"))
	require.Equal(t, "lunch", changed.text("kind"))
	require.Equal(t, "0.5", fmt.Sprint(changed.at("portion_multiplier")))
	replaced := c.do("PUT", one, `{"meal_time":"2026-03-05T19:00:00Z"}`)
	require.Nil(t, replaced.at("kind"))
	require.Equal(t, "1", fmt.Sprint(replaced.at("portion_multiplier")), "the default is back")

	for body, why := range map[string]string{
		`{}`:                                   "meal_time is required",
		`{"meal_time":"2026-02-30T18:10:27Z"}`: "on no calendar",
		`{"meal_time":"yesterday"}`:            "no time",
		`{"meal_time":null}`:                   "null",
		`{"meal_time":"2026-03-05T18:10:27Z","kind":"brunch"}`:                              "not of the enum",
		`{"meal_time":"2026-03-05T18:10:27Z","portion_multiplier":0}`:                       "below the bound",
		`{"meal_time":"2026-03-05T18:10:27Z","portion_multiplier":10.5}`:                    "above the bound",
		`{"meal_time":"2026-03-05T18:10:27Z","portion_multiplier":"1"}`:                     "a text",
		`{"meal_time":"2026-03-05T18:10:27Z","comment":"` + strings.Repeat("x", 501) + `"}`: "too long",
	} {
		require.Equal(t, 400, post(c, all, body).Status, why)
	}

	for range 4 {
		require.Equal(t, 201, post(c, all, `{"meal_time":"2026-03-05T18:10:27Z"}`).Status)
	}
	page := fetch(c, all+"?limit=2")
	require.Len(t, page.at("meals"), 2)
	require.Equal(t, "5", fmt.Sprint(page.at("pagination", "total")))
	require.Equal(t, 400, fetch(c, all+"?limit=1001").Status)
	next := page.text("pagination", "next_page")
	require.NotEmpty(t, next)
	require.Equal(t, 201, post(c, "/users", `{"id":"u2"}`).Status)
	require.Equal(t, 400, fetch(c, "/users/u2/nutrition/meals?page="+url.QueryEscape(next)).Status, "a cursor of another list")
	require.Equal(t, 400, fetch(c, "/users?page="+url.QueryEscape(next)).Status, "a cursor of another list")
	require.Len(t, fetch(c, all+"?limit=1000&page="+url.QueryEscape(next)).at("meals"), 3)
	require.Empty(t, fetch(c, "/users/u2/nutrition/meals").at("meals"))
	require.Equal(t, 404, fetch(c, "/users/u2/nutrition/meals/"+id).Status, "another user's")

	require.Equal(t, 204, c.do("DELETE", one, "").Status)
	require.Equal(t, 404, fetch(c, one).Status)
	require.Equal(t, 204, c.do("DELETE", "/users/u1", "").Status)
	require.Equal(t, 404, fetch(c, all).Status)
	require.Equal(t, 201, post(c, "/users", `{"id":"u1"}`).Status)
	require.Empty(t, fetch(c, all).at("meals"), "they are gone with what held them")

	c.token = c.srv.MintAccessToken(func(claims map[string]any) { claims["scope"] = "users:read" }).Reveal()
	require.Equal(t, 403, fetch(c, all).Status)
	c.token = c.srv.MintAccessToken(func(claims map[string]any) { claims["user_id"], claims["principal_type"] = "u2", "user" }).Reveal()
	require.Equal(t, 404, fetch(c, all).Status, "a user reaches what is their own")
	require.Equal(t, 200, fetch(c, "/users/u2/nutrition/meals").Status)
}

// Ids are what they are, whatever stands in them: what lies in one is not in
// another whose id begins with it.
func TestWhatADeletedOneHeldIsNotWhatAnotherHolds(t *testing.T) {
	c := startWith(t, mealsSpec(t))
	ids := []string{"a", "a/nutrition", "a\x00b", "a%2F", "a.", "."}
	meals := func(id string) string {
		return "/users/" + strings.ReplaceAll(url.PathEscape(id), ".", "%2E") + "/nutrition/meals"
	}
	for _, id := range ids {
		body, err := json.Marshal(map[string]string{"id": id})
		require.NoError(t, err)
		require.Equal(t, 201, post(c, "/users", string(body)).Status, id)
		require.Equal(t, 201, post(c, meals(id), `{"meal_time":"2026-03-05T18:10:27Z"}`).Status, id)
	}
	require.Equal(t, 204, c.do("DELETE", "/users/a", "").Status)
	for _, id := range ids[1:] {
		require.Len(t, fetch(c, meals(id)).at("meals"), 1, id)
	}
	require.Equal(t, 201, post(c, "/users", `{"id":"a"}`).Status)
	require.Empty(t, fetch(c, meals("a")).at("meals"))
}

// A field of any type that is added to the spec is stored, merged and refused.
func TestAFieldThatOnlyTheSpecKnows(t *testing.T) {
	fields := map[string]struct{ schema, value, patch, wrong string }{
		"text":     {"{type: string, maxLength: 5}", `"abc"`, `"d"`, `"abcdef"`},
		"enum":     {"{type: string, enum: [low, high]}", `"low"`, `"high"`, `"middle"`},
		"integer":  {"{type: integer, format: int32}", `7`, `8`, `2147483648`},
		"number":   {"{type: number, minimum: 0}", `0.25`, `1e3`, `-1`},
		"boolean":  {"{type: boolean}", `true`, `false`, `"true"`},
		"date":     {"{type: string, format: date}", `"2024-02-29"`, `"2025-01-01"`, `"2025-02-29"`},
		"instant":  {"{type: string, format: date-time}", `"2026-03-05T18:10:27+01:00"`, `"2026-03-05T18:10:27.5Z"`, `"2026-13-05T18:10:27Z"`},
		"list":     {"{type: array, items: {type: string}, maxItems: 2}", `["a","b"]`, `[]`, `["a","b","c"]`},
		"object":   {"{type: object, properties: {x: {type: integer}, y: {type: integer}}}", `{"x":1}`, `{"x":2}`, `{"x":"1"}`},
		"uuid":     {"{type: string, format: uuid}", `"4d5a3d8e-50db-4a19-a7ee-165a0c30df15"`, `"4D5A3D8E-50DB-4A19-A7EE-165A0C30DF15"`, `"4d5a3d8e50db4a19a7ee165a0c30df15"`},
		"map":      {"{type: object, additionalProperties: {type: integer, format: int32}}", `{"q":1}`, `{"q":2}`, `{"q":2147483648}`},
		"anything": {"{type: object}", `{"q":[1,{"z":null}]}`, `{"q":2}`, `3`},
	}
	for _, name := range needs.Sample(t, slices.Sorted(maps.Keys(fields)), 6) {
		f := fields[name]
		t.Run(name, func(t *testing.T) {
			text := string(onvy.Spec)
			field := "properties:\n        added: " + f.schema + "\n        language:"
			text = strings.Replace(text, "        language: &language", "        added: "+f.schema+"\n        language: &language", 1)
			text = strings.ReplaceAll(text, "        language: *language", "        added: "+f.schema+"\n        language: *language")
			text = strings.Replace(text, "properties:\n        language:", strings.Replace(field, "}\n", ", nullable: true}\n", 1), 1)
			c := startWith(t, []byte(text))
			made := post(c, "/users", `{"id":"u","added":`+f.value+`}`)
			require.Equal(t, 201, made.Status, made.Text)
			require.Contains(t, made.Text, `"added":`+f.value)
			require.Contains(t, fetch(c, "/users/u").Text, `"added":`+f.value)
			require.Contains(t, c.do("PATCH", "/users/u", `{"added":`+f.patch+`}`).Text, `"added":`+f.patch)
			require.NotContains(t, c.do("PATCH", "/users/u", `{"added":null}`).Text, "added")
			require.Equal(t, 400, post(c, "/users", `{"id":"v","added":`+f.wrong+`}`).Status)
		})
	}
}

// startWith serves a spec and holds the answers against it.
func startWith(t testing.TB, text []byte) *caller {
	t.Helper()
	c := start(t, sandbox.WithSpec(text))
	c.router = func() (routers.Router, error) { return routerOf(text) }
	return c
}

func TestSpecsThatTheSandboxCannotServe(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"no YAML":        {"openapi: [", "the spec cannot be read"},
		"unknown mark":   {strings.Replace(string(onvy.Spec), "x-onvy-time:", "x-onvy-tiem:", 1), `there is no mark "x-onvy-tiem"`},
		"no scope":       {strings.Replace(string(onvy.Spec), "      x-onvy-scope: 'users:create'\n", "", 1), "createUser has no x-onvy-scope"},
		"no operationId": {strings.Replace(string(onvy.Spec), "operationId: getUser", "x-id: getUser", 1), "has no operationId"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sandbox.New(sandbox.WithSpec([]byte(c.text)))
			require.ErrorContains(t, err, c.says)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

// A spec that was written by others, without scopes and token endpoints.
func TestASpecOfOthers(t *testing.T) {
	text, err := os.ReadFile("../internal/spec/testdata/pets.yaml")
	require.NoError(t, err)
	// What kin-openapi does not let pass: a variable that no URL has, a field of 3.2.
	valid := strings.NewReplacer("    variables:\n      version:\n        default: v1\n", "", "    summary: Pet operations\n", "")
	c := startWith(t, []byte(valid.Replace(string(text))))
	made := post(c, "/pets", `{"id":7,"name":"Rex"}`)
	require.Equal(t, 201, made.Status, made.Text)
	require.Empty(t, made.Header.Get("Location"), "the spec documents none")
	require.Equal(t, `{"id":7,"name":"Rex","status":"available"}`, strings.TrimSpace(fetch(c, "/pets/7").Text))
	c.router = contractRouter // refusals have the shape that openapi.yaml gives them
	require.Equal(t, 404, fetch(c, "/pets/8").Status)
	require.Equal(t, 400, post(c, "/pets", `{"id":"seven","name":"Rex"}`).Status)
}

// What holds by the letter of a schema and nobody can read is refused too.
func TestValuesThatNobodyCanRead(t *testing.T) {
	c := start(t)
	for _, field := range []string{
		`"height":1e400`, `"tz_offset":3600.0`, `"tz_offset":1e2`, `"location":{"lat":-1e999}`, `"thresholds":{"ftp":1e309}`,
	} {
		r := post(c, "/users", `{"id":"u",`+field+`}`)
		require.Equal(t, 400, r.Status, field)
		name, _, _ := strings.Cut(strings.TrimPrefix(field, `"`), `"`)
		require.Contains(t, r.text("message"), name)
	}
	require.Equal(t, 201, post(c, "/users", `{"id":"u","height":1e2,"tz_offset":3600}`).Status)
}
