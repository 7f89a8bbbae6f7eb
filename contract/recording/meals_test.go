package recording_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// A resource of which only the spec knows: none of what its marks call sensitive
// survives, wherever it stands, and what is left holds by the spec.
func TestSensitiveValuesOfAResourceThatOnlyTheSpecKnows(t *testing.T) {
	text, err := os.ReadFile("../testdata/meals.yaml")
	require.NoError(t, err)
	r, err := recording.NewRedactor(text)
	require.NoError(t, err)
	spec, err := contract.Load(text)
	require.NoError(t, err)

	const (
		sent = `{"meal_time":"2017-08-09T06:07:08Z","description":"Grandmother's borscht","comment":"before dialysis","portion_multiplier":7.25}`
		meal = `{"id":"meal_QX7ZK3","user_id":"annegret.kowalska","meal_time":"2017-08-09T06:07:08Z","description":"Grandmother's borscht",` +
			`"comment":"before dialysis","portion_multiplier":7.25,"kind":"snack","analysis_status":"pending","calories":1234.5,` +
			`"created_at":"2026-03-05T18:10:27Z","updated_at":"2026-03-05T18:10:27Z"}`
		all = "/users/annegret.kowalska/nutrition/meals"
	)
	created := answer("POST", all, 201, meal)
	created.Request.Body = []byte(sent)
	created.Request.Header = contract.Header{{Name: "Content-Type", Value: "application/json"}}
	created.Response.Header = append(created.Response.Header, contract.Field{Name: "Location", Value: all + "/meal_QX7ZK3"})
	exchanges := []*contract.Exchange{
		created,
		answer("GET", all+"/meal_QX7ZK3", 200, meal),
		answer("GET", all+"?page=b3BhcXVlLWN1cnNvcg%3D%3D", 200, fmt.Sprintf(`{"meals":[%s],"pagination":{"limit":100,"total":1,"page":"b3BhcXVlLWN1cnNvcg=="}}`, meal)),
		answer("PATCH", all+"/meal_QX7ZK3", 404, `{"error":"not_found","message":"annegret.kowalska has no meal_QX7ZK3"}`),
	}
	for _, x := range exchanges {
		before := rules(spec.Check(x))
		out := r.Exchange(x)
		whole := fmt.Sprintf("%s %s\n%v\n%s\n%v\n%s", out.Request.Method, out.Request.URL, out.Request.Header, out.Request.Body, out.Response.Header, out.Response.Body)
		for _, secret := range []string{
			"borscht", "Grandmother", "dialysis", "annegret", "kowalska", "QX7ZK3", "7.25", "1234.5", "2017-08-09", "b3BhcXVlLWN1cnNvcg",
		} {
			require.NotContains(t, strings.ToLower(whole), strings.ToLower(secret), "%s %s", x.Request.Method, x.Request.URL)
		}
		require.Equal(t, before, rules(spec.Check(out)), "%s", whole)
	}
}

// Rules hold the time of creation against that of change, and both against now: they
// stay unless a mark says that they are sensitive.
func TestTimesOfAResourceStayInOrder(t *testing.T) {
	text, err := os.ReadFile("../testdata/meals.yaml")
	require.NoError(t, err)
	const body = `{"id":"meal_QX7ZK3","user_id":"annegret.kowalska","meal_time":"2017-08-09T06:07:08Z","analysis_status":"pending","created_at":"2024-03-05T18:10:27Z","updated_at":"2025-11-26T18:10:27Z"}`
	redacted := func(text string) string {
		r, err := recording.NewRedactor([]byte(text))
		require.NoError(t, err)
		return string(r.Exchange(answer("GET", "/users/u1/nutrition/meals/meal_QX7ZK3", 200, body)).Response.Body)
	}
	out := redacted(string(text))
	require.Contains(t, out, `"created_at":"2024-03-05T18:10:27Z","updated_at":"2025-11-26T18:10:27Z"`)
	require.NotContains(t, out, "2017-08-09")
	out = redacted(strings.ReplaceAll(string(text), "readOnly: true\n          x-onvy-time: created", "readOnly: true\n          x-onvy-sensitive: date\n          x-onvy-time: created"))
	require.NotContains(t, out, "2024-03-05")
}

// What stands in a map is what its schema says, and numbers of a default are known
// wherever it has them.
func TestEntriesOfAMapAreAsItsSchemaSays(t *testing.T) {
	text, err := os.ReadFile("../testdata/meals.yaml")
	require.NoError(t, err)
	changed := strings.ReplaceAll(string(text), "        analysis_status:\n", `        moods: {type: object, additionalProperties: {type: string, enum: [good, bad]}}
        guests: {type: object, additionalProperties: {type: string, x-onvy-sensitive: name}}
        parts: {type: object, default: {whole: 3}, properties: {whole: {type: integer}}}
        analysis_status:
`)
	require.NotEqual(t, string(text), changed)
	for range 10 {
		r, err := recording.NewRedactor([]byte(changed))
		require.NoError(t, err)
		out := string(r.Exchange(answer("GET", "/users/u1/nutrition/meals/meal_QX7ZK3", 200,
			`{"id":"meal_QX7ZK3","moods":{"morning":"good","evening":"bad"},"guests":{"left":"Annegret"},"parts":{"whole":3}}`)).Response.Body)
		require.Contains(t, out, `"moods":{"morning":"good","evening":"bad"}`)
		require.Contains(t, out, `"parts":{"whole":3}`)
		require.NotContains(t, out, "Annegret")
	}
}

// A number is within the bounds of its schema or beyond them, the default or not,
// as the one that it stands for.
func TestNumbersStayOnTheirSideOfTheBoundsOfTheSpec(t *testing.T) {
	text, err := os.ReadFile("../testdata/meals.yaml")
	require.NoError(t, err)
	spec, err := contract.Load(text)
	require.NoError(t, err)
	r, err := recording.NewRedactor(text)
	require.NoError(t, err)
	changed := false
	for range 20 {
		r = r.Fresh()
		for _, portion := range []string{"0.1", "0.09", "0.25", "1", "1.0", "2", "7.25", "10", "10.5", "90"} {
			x := answer("POST", "/users/u1/nutrition/meals", 201, `{"id":"meal_QX7ZK3","user_id":"annegret.kowalska","meal_time":"2017-08-09T06:07:08Z","portion_multiplier":`+portion+
				`,"analysis_status":"pending","created_at":"2026-03-05T18:10:27Z","updated_at":"2026-03-05T18:10:27Z"}`)
			x.Request.Body = []byte(`{"meal_time":"2017-08-09T06:07:08Z"}`)
			x.Request.Header = contract.Header{{Name: "Content-Type", Value: "application/json"}}
			out := r.Exchange(x)
			require.Equal(t, rules(spec.Check(x)), rules(spec.Check(out)), "%s: %s", portion, out.Response.Body)
			changed = changed || !strings.Contains(string(out.Response.Body), `:`+portion+`,`)
		}
	}
	require.True(t, changed)
}

func rules(findings []contract.Finding) (ids []string) {
	for _, f := range findings {
		ids = append(ids, f.Rule)
	}
	return ids
}
