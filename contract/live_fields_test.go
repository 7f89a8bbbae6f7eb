package contract_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// withField is openapi.yaml with one field more in all four schemas of a user.
func withField(t *testing.T, name, schema string) []byte {
	t.Helper()
	const last = "        coach_config: {$ref: '#/components/schemas/CoachConfig'}\n"
	const lastOfPatch = "        coach_config:\n          type: object\n          nullable: true\n"
	require.Equal(t, 3, bytes.Count(onvy.Spec, []byte(last)))
	require.Equal(t, 1, bytes.Count(onvy.Spec, []byte(lastOfPatch)))
	text := bytes.ReplaceAll(onvy.Spec, []byte(last), []byte(last+"        "+name+": {"+schema+"}\n"))
	patched := schema
	if strings.HasPrefix(schema, "type: string, enum: [") { // OpenAPI 3.0.3 wants null in the list too
		patched = strings.TrimSuffix(schema, "]") + ", null]"
	}
	return bytes.Replace(text, []byte(lastOfPatch), []byte("        "+name+": {nullable: true, "+patched+"}\n"+lastOfPatch), 1)
}

// A field that is added to openapi.yaml is exercised without a line of Go: sent,
// read back, patched, cleared, refused in its wrong forms; and a server that
// loses it is found out by the rules that there are.
func TestAFieldThatIsAddedToTheSpecIsExercised(t *testing.T) {
	t.Parallel()
	schemas := map[string]string{
		"a choice":   "type: string, enum: [low, medium, high]",
		"bounds":     "type: integer, minimum: 0, maximum: 20",
		"a number":   "type: number, minimum: 0.5, maximum: 9.5",
		"yes or no":  "type: boolean",
		"a day":      "type: string, format: date",
		"an instant": "type: string, format: date-time",
		"a pattern":  "type: string, pattern: '^[A-Z]{3}-[0-9]{2}$'",
		"a text":     "type: string, maxLength: 300",
		"an array":   "type: array, maxItems: 5, items: {type: string, enum: [run, swim, ride]}",
		"a map":      "type: object, additionalProperties: {type: integer, minimum: 0, maximum: 9}",
		"a uuid":     "type: string, format: uuid",
		"an object":  "type: object, properties: {min: {type: integer, minimum: 30}, max: {type: integer, maximum: 220}}",
	}
	for _, name := range needs.Sample(t, slices.Sorted(maps.Keys(schemas)), len(schemas)) {
		schema := schemas[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := withField(t, "activity", schema)
			seen := make(map[string]bool)
			report := runSpec(t, text, nil, contract.Options{Seed: 5, Run: "^(auth/server|users/)", OnExchange: func(x *contract.Exchange) {
				var sent map[string]json.RawMessage
				if x.Response == nil || json.Unmarshal(x.Request.Body, &sent) != nil || sent["activity"] == nil {
					return
				}
				what := x.Request.Method
				if string(sent["activity"]) == "null" {
					what += " null"
				}
				seen[what+" "+http.StatusText(x.Response.Status/100*100)] = true
			}})
			require.Empty(t, report.Findings)
			for _, what := range []string{"POST OK", "PUT OK", "PATCH OK", "PATCH null OK", "POST Bad Request", "PUT Bad Request", "PATCH Bad Request"} {
				require.True(t, seen[what], what)
			}
			for _, line := range report.Summary.NotExercised {
				require.NotContains(t, line, "activity")
			}

			report = runSpec(t, text, loses("activity"), contract.Options{Seed: 5, Run: "^(auth/server|users/create)$"})
			require.Equal(t, 1, report.ExitStatus())
			require.Equal(t, []string{"users/read-back"}, rulesOf(report.Findings))
			require.Equal(t, "/activity", report.Findings[0].Pointer)
		})
	}
}

// So is a value that is added to an enum.
func TestAValueThatIsAddedToAnEnumIsSent(t *testing.T) {
	text := bytes.ReplaceAll(onvy.Spec, []byte("enum: [male, female, other"), []byte("enum: [male, female, other, diverse"))
	answers := make(map[string]int)
	report := runSpec(t, text, nil, contract.Options{Seed: 5, Run: "^(auth/server|users/(fields|input-gender))", OnExchange: func(x *contract.Exchange) {
		if bytes.Contains(x.Request.Body, []byte(`"diverse"`)) && x.Response != nil && x.Response.Status/100 == 2 {
			answers[x.Request.Method]++
		}
	}})
	require.Empty(t, report.Findings)
	for _, method := range []string{"POST", "PUT", "PATCH"} {
		require.Positive(t, answers[method], method)
	}
}

// runSpec runs the suite for a spec against the sandbox that serves it, through
// a change of its answers.
func runSpec(t *testing.T, text []byte, after func(*http.Request, *answered), o contract.Options) *contract.Report {
	t.Helper()
	s := sandbox.Start(t, withText(string(text)))
	front := httptest.NewServer(server{after: after}.handler(s))
	t.Cleanup(front.Close)
	target := sandboxTarget(t, s)
	target.BaseURL = front.URL
	o.LedgerDir = t.TempDir()
	spec, err := loadText(string(text))
	require.NoError(t, err)
	suite, err := contract.NewSuite(spec, target, o)
	require.NoError(t, err)
	return suite.Run(t.Context())
}

// loses takes a field out of what is read.
func loses(name string) func(*http.Request, *answered) {
	return func(r *http.Request, a *answered) {
		if object := a.object(); r.Method == http.MethodGet && object != nil && a.status == http.StatusOK {
			delete(object, name)
			a.set(object)
		}
	}
}
