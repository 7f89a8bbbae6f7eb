package sandbox_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// canary stands for a value that must not come back in an error.
const canary = "canary-7f3a"

func TestInvalidBodiesAre400(t *testing.T) {
	bodies := map[string]string{
		"not JSON":        `{"id":"` + canary + `"`,
		"trailing":        `{"id":"a"} {"id":"b"}`,
		"twice":           `{"id":"a","id":"b"}`,
		"twice inside":    `{"id":"a","location":{"lat":1,"lat":2}}`,
		"byte order mark": "\ufeff" + `{"id":"a"}`,
		"not UTF-8":       "{\"id\":\"\xff\"}",
		"lone surrogate":  `{"id":"\ud800"}`,
		"deep":            `{"id":"a","x":` + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + `}`,
		"null":            `null`,
		"array":           `[{"id":"a"}]`,
		"text":            `"` + canary + `"`,
		"number":          `5`,
		"blank":           ` `,
		"enum":            `{"id":"a","gender":"` + canary + `"}`,
		"enum case":       `{"id":"a","measurement_unit":"Metric"}`,
		"no date":         `{"id":"a","birthday":"` + canary + `"}`,
		"impossible date": `{"id":"a","birthday":"2023-02-30"}`,
		"date and time":   `{"id":"a","birthday":"2023-02-03T00:00:00Z"}`,
		"text for number": `{"id":"a","height":"` + canary + `"}`,
		"huge number":     `{"id":"a","height":1e400}`,
		"NaN":             `{"id":"a","height":NaN}`,
		"fraction":        `{"id":"a","tz_offset":3600.5}`,
		"beyond int32":    `{"id":"a","tz_offset":2147483648}`,
		"beyond int64":    `{"id":"a","tz_offset":9223372036854775808}`,
		"list for object": `{"id":"a","location":[]}`,
		"inside":          `{"id":"a","location":{"lat":"` + canary + `"}}`,
		"not a boolean":   `{"id":"a","coach_config":{"enabled":1}}`,
	}
	for _, name := range userFields {
		bodies["null "+name] = `{"id":"a","` + name + `":null}`
	}
	c := start(t)
	for name, body := range bodies {
		r := c.do("POST", "/users", body)
		require.Equal(t, 400, r.Status, "%s: %s", name, r.Text)
		require.Equal(t, "invalid_request", r.code(), name)
		require.NotContains(t, r.Text, canary, name)
		require.Equal(t, 400, c.do("PUT", "/users/a", body).Status, name)
		if !strings.HasPrefix(name, "null ") {
			require.Equal(t, 400, c.do("PATCH", "/users/a", body).Status, name)
		}
	}
	for _, body := range []string{"", "{}", `{"id":""}`, `{"id":5}`, `{"id":null}`, `{"ID":"a"}`} {
		require.Equal(t, 400, c.do("POST", "/users", body, "Content-Type", "application/json").Status, body)
	}
	require.NotContains(t, c.do("GET", "/users", "").Text, `"id"`)
}

func TestInvalidQueriesAre400(t *testing.T) {
	c := start(t)
	for _, query := range []string{
		"limit=0", "limit=1001", "limit=-1", "limit=x", "limit=1.5", "limit=", "limit=99999999999999999999", "limit=%zz",
		"limit=1&limit=2", "page=a&page=b", "page=" + canary, "page=", "page=AAAA", "page=%ff", "limit=1;page=x",
	} {
		r := c.do("GET", "/users?"+query, "")
		require.Equal(t, 400, r.Status, query)
		require.NotContains(t, r.Text, canary)
	}
	for _, query := range []string{"limit=1", "limit=1000", "unknown=1", ""} {
		require.Equal(t, 200, c.do("GET", "/users?"+query, "").Status, query)
	}
}

func TestErrorsNameTheField(t *testing.T) {
	c := start(t)
	for body, message := range map[string]string{
		`{}`:                               "id is missing",
		`{"id":"a","height":"tall"}`:       "height is of the wrong type",
		`{"id":"a","gender":"x"}`:          "gender is not one of the values that it may have",
		`{"id":"a","location":{"lat":""}}`: "location.lat is of the wrong type",
		`{"id":""}`:                        "id is not valid",
	} {
		require.Equal(t, message, c.do("POST", "/users", body).text("message"))
	}
	require.Equal(t, "the parameter limit is not valid", c.do("GET", "/users?limit=0", "").text("message"))
}
