package sandbox_test

import (
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const fullUser = `{"id":"ada","language":"en","tz_offset":-3600,"firstname":" Ada ","lastname":"<Ḷovelace> \u0000👩🏽‍🔬",` +
	`"measurement_unit":"imperial","gender":"female","birthday":"1815-12-10","height":165.50,"weight":72.35,` +
	`"thresholds":{"ftp":1e2,"lthr":168.123456789012345678,"mhr":0},"location":{"lat":-0.0,"lon":11.575},"coach_config":{"enabled":false}}`

// userFields are the fields that a customer writes, apart from the id.
var userFields = []string{
	"language", "tz_offset", "firstname", "lastname", "measurement_unit", "gender", "birthday",
	"height", "weight", "thresholds", "location", "coach_config",
}

// written is a body without what the server adds.
func written(body map[string]any) map[string]any {
	w := maps.Clone(body)
	for _, name := range []string{"created_at", "updated_at", "data_syncs"} {
		delete(w, name)
	}
	return w
}

func decode(t *testing.T, text string) map[string]any {
	var v map[string]any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	require.NoError(t, d.Decode(&v))
	return v
}

func TestCreatedUserIsReadBackExactly(t *testing.T) {
	c := start(t)
	created := c.do("POST", "/users", fullUser)
	require.Equal(t, 201, created.Status)
	require.Equal(t, "/users/ada", created.Header.Get("Location"))
	require.Equal(t, decode(t, fullUser), written(created.Body))
	require.Equal(t, []any{}, created.Body["data_syncs"])

	require.Equal(t, created.Body, c.do("GET", "/users/ada", "").Body)
	list := c.do("GET", "/users", "")
	require.Equal(t, []any{created.Body}, list.Body["users"])
}

func TestMeasurementUnitIsMetricUnlessGiven(t *testing.T) {
	c := start(t)
	require.Equal(t, "metric", c.do("POST", "/users", `{"id":"a"}`).text("measurement_unit"))
	require.Equal(t, "imperial", c.do("PATCH", "/users/a", `{"measurement_unit":"imperial"}`).text("measurement_unit"))
	require.Equal(t, "metric", c.do("PUT", "/users/a", `{}`).text("measurement_unit"))
	c.do("PATCH", "/users/a", `{"measurement_unit":"imperial"}`)
	require.Equal(t, "metric", c.do("PATCH", "/users/a", `{"measurement_unit":null}`).text("measurement_unit"))
}

func TestTakenIDIsAConflict(t *testing.T) {
	c := start(t)
	require.Equal(t, 201, c.do("POST", "/users", `{"id":"a","firstname":"One"}`).Status)
	require.Equal(t, 409, c.do("POST", "/users", `{"id":"a","firstname":"Two"}`).Status)
	require.Equal(t, "One", c.do("GET", "/users/a", "").text("firstname"))
}

func TestPutReplacesAll(t *testing.T) {
	c := start(t)
	c.do("POST", "/users", fullUser)
	replaced := c.do("PUT", "/users/ada", `{"id":"ada","firstname":"Augusta"}`)
	require.Equal(t, 200, replaced.Status)
	require.Equal(t, map[string]any{"id": "ada", "firstname": "Augusta", "measurement_unit": "metric"}, written(replaced.Body))
	require.Equal(t, replaced.Body, c.do("GET", "/users/ada", "").Body)
}

func TestPutCreatesNobody(t *testing.T) {
	c := start(t)
	require.Equal(t, 404, c.do("PUT", "/users/a", `{}`).Status)
	require.Equal(t, 404, c.do("GET", "/users/a", "").Status)
}

func TestPutWithAnotherIDIsAConflict(t *testing.T) {
	c := start(t)
	c.do("POST", "/users", fullUser)
	require.Equal(t, 409, c.do("PUT", "/users/ada", `{"id":"bob"}`).Status)
	require.Equal(t, decode(t, fullUser), written(c.do("GET", "/users/ada", "").Body))
}

func TestPatchMerges(t *testing.T) {
	c := start(t)
	c.do("POST", "/users", fullUser)
	want := decode(t, fullUser)
	for _, step := range []struct {
		patch  string
		change func()
	}{
		{`{"weight":71.2}`, func() { want["weight"] = json.Number("71.2") }},
		{`{"birthday":null,"gender":null}`, func() { delete(want, "birthday"); delete(want, "gender") }},
		{`{"thresholds":{"mhr":190}}`, func() { want["thresholds"].(map[string]any)["mhr"] = json.Number("190") }},
		{`{"thresholds":{}}`, func() {}},
		{`{"thresholds":null}`, func() { delete(want, "thresholds") }},
		{`{"thresholds":{"ftp":1}}`, func() { want["thresholds"] = map[string]any{"ftp": json.Number("1")} }},
		{`{"firstname":""}`, func() { want["firstname"] = "" }},
		{`{"id":"other","created_at":"2000-01-01T00:00:00Z"}`, func() {}},
	} {
		step.change()
		patched := c.do("PATCH", "/users/ada", step.patch)
		require.Equal(t, 200, patched.Status, "%s: %s", step.patch, patched.Text)
		require.Equal(t, want, written(patched.Body), step.patch)
		require.Equal(t, patched.Body, c.do("GET", "/users/ada", "").Body, step.patch)
	}
}

func TestNullClearsEveryField(t *testing.T) {
	c := start(t)
	for _, name := range userFields {
		c.do("POST", "/users", fullUser)
		r := c.do("PATCH", "/users/ada", `{"`+name+`":null}`)
		require.Equal(t, 200, r.Status, r.Text)
		if name != "measurement_unit" { // which has a default
			require.NotContains(t, r.Body, name)
		}
		require.Equal(t, 204, c.do("DELETE", "/users/ada", "").Status)
	}
}

func TestTimesMoveOnChangeOnly(t *testing.T) {
	noon := time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)
	c := start(t, withStoppedClock(noon)) // a clock that stands still is the hardest
	created := c.do("POST", "/users", `{"id":"a"}`)
	require.Equal(t, "2026-03-05T12:00:00.000000Z", created.text("created_at"))
	require.Equal(t, created.text("created_at"), created.text("updated_at"))

	last := created.text("updated_at")
	for _, body := range []string{`{"firstname":"A"}`, `{"firstname":"A"}`, `{"firstname":null}`} {
		for _, method := range []string{"PATCH", "PUT"} {
			if method == "PUT" {
				body = `{}`
			}
			r := c.do(method, "/users/a", body)
			require.Equal(t, 200, r.Status)
			require.Greater(t, r.text("updated_at"), last, method)
			require.Equal(t, created.text("created_at"), r.text("created_at"))
			last = r.text("updated_at")
		}
	}
	require.Equal(t, last, c.do("PATCH", "/users/a", `{}`).text("updated_at"))
	require.Equal(t, last, c.do("PATCH", "/users/a", `{"unknown":1}`).text("updated_at"))
	require.Equal(t, last, c.do("GET", "/users/a", "").text("updated_at"))
}

func TestUnknownAndReadOnlyPropertiesAreIgnored(t *testing.T) {
	c := start(t)
	extra := `"x":{"y":[1]},"ID":"b","Firstname":"F","thresholds":{"z":1,"ftp":2},"created_at":"2000-01-01T00:00:00Z","updated_at":5,"data_syncs":[{}],"project_id":"proj_other"`
	want := map[string]any{"id": "a", "measurement_unit": "metric", "thresholds": map[string]any{"ftp": json.Number("2")}}
	for _, r := range []reply{
		c.do("POST", "/users", `{"id":"a",`+extra+`}`),
		c.do("PUT", "/users/a", `{`+extra+`}`),
		c.do("PATCH", "/users/a", `{`+extra+`}`),
		c.do("GET", "/users/a", ""),
	} {
		require.Less(t, r.Status, 300, r.Text)
		require.Equal(t, want, written(r.Body))
		require.Equal(t, []any{}, r.Body["data_syncs"])
		require.Greater(t, r.text("created_at"), "2001")
	}
}

func TestDeletedUserIsGone(t *testing.T) {
	c := start(t)
	c.do("POST", "/users", fullUser)
	deleted := c.do("DELETE", "/users/ada", "")
	require.Equal(t, 204, deleted.Status)
	require.Empty(t, deleted.Header.Get("Content-Length"))
	require.Empty(t, deleted.Header.Get("Content-Type"))
	for _, method := range []string{"GET", "DELETE"} {
		require.Equal(t, 404, c.do(method, "/users/ada", "").Status, method)
	}
	require.Equal(t, 404, c.do("PUT", "/users/ada", "{}").Status)
	require.Equal(t, 404, c.do("PATCH", "/users/ada", "{}").Status)
	require.Equal(t, json.Number("0"), c.do("GET", "/users", "").at("pagination", "total"))

	again := c.do("POST", "/users", `{"id":"ada"}`)
	require.Equal(t, map[string]any{"id": "ada", "measurement_unit": "metric"}, written(again.Body))
}

func TestAnyIDWorksEverywhere(t *testing.T) {
	c := start(t)
	for _, id := range []string{
		"a/b", "a//b", "/", ".", "..", "...", "a/../b", "%", "%2F", "+", " ", "a b", "ü", "u\u0308", "👩🏽‍🔬", "\u202e", "?", "#", "a?b=c",
		";", ":", "@", "&", "=", `"`, `\`, "<b>", "\x00", "\x7f", "\n", "\ufeff", "users", strings.Repeat("x", 300), strings.Repeat("ü", 300),
	} {
		body, err := json.Marshal(map[string]string{"id": id})
		require.NoError(t, err)
		path := "/users/" + strings.ReplaceAll(url.PathEscape(id), ".", "%2E")

		created := c.do("POST", "/users", string(body))
		require.Equal(t, 201, created.Status, "%q: %s", id, created.Text)
		require.Equal(t, id, created.text("id"))
		require.Equal(t, created.Body, c.do("GET", created.Header.Get("Location"), "").Body, "%q", id)
		require.Equal(t, created.Body, c.do("GET", path, "").Body, "%q", id)
		require.Equal(t, 200, c.do("PUT", path, string(body)).Status, "%q", id)
		require.Equal(t, 200, c.do("PATCH", path, `{"language":"de"}`).Status, "%q", id)
		require.Equal(t, 204, c.do("DELETE", path, "").Status, "%q", id)
		require.Equal(t, 404, c.do("GET", path, "").Status, "%q", id)
	}
	require.Equal(t, json.Number("0"), c.do("GET", "/users", "").at("pagination", "total"))
}

func TestRefusedWritesChangeNothing(t *testing.T) {
	c := start(t)
	c.do("POST", "/users", fullUser)
	before := c.do("GET", "/users", "").Body
	for _, write := range [][3]string{
		{"POST", "/users", `{"id":"b","gender":"x"}`},
		{"POST", "/users", `{}`},
		{"PUT", "/users/ada", `{"firstname":"X","height":"tall"}`},
		{"PATCH", "/users/ada", `{"firstname":"X","height":"tall"}`},
		{"PATCH", "/users/ada", `{"firstname":"X","birthday":"1815-02-30"}`},
	} {
		require.Equal(t, 400, c.do(write[0], write[1], write[2]).Status, "%v", write)
		require.Equal(t, before, c.do("GET", "/users", "").Body, "%v", write)
	}
}
