package marks_test

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/marks"
	"github.com/onvy-health/onvy-go/contract/recording"
)

func TestMarksOfTheContractAreKnown(t *testing.T) {
	require.NoError(t, marks.Check(onvy.Spec))
}

// A letter too few switches redaction off for a field, and must not do so in
// silence: neither where rules are loaded nor where recordings are redacted.
func TestMarksThatAreMisspelledAreRefusedWithTheirPlace(t *testing.T) {
	for _, test := range []struct{ from, to, want string }{
		{"x-onvy-sensitive: health", "x-onvy-sensitve: health", `there is no mark "x-onvy-sensitve"`},
		{"x-onvy-sensitive: health", "X-Onvy-Sensitive: health", `there is no mark "X-Onvy-Sensitive"`},
		{"x-onvy-sensitive: health", "x-onvy-sensitive: helth", "x-onvy-sensitive is not token, secret"},
		{"x-onvy-sensitive: health", "x-onvy-sensitive: [health]", "x-onvy-sensitive is not token, secret"},
		{"x-onvy-source: assumed", "x-onvy-source: Assumed", "x-onvy-source is not a page"},
		{"x-onvy-required: assumed", "x-onvy-required: true", `x-onvy-required is not "assumed"`},
		{"x-onvy-scope: 'users:read'", "x-onvy-scope: users", "x-onvy-scope is not a scope"},
	} {
		require.True(t, bytes.Contains(onvy.Spec, []byte(test.from)), test.from)
		spec := bytes.Replace(onvy.Spec, []byte(test.from), []byte(test.to), 1)
		line := bytes.Count(spec[:bytes.Index(spec, []byte(test.to))], []byte("\n")) + 1
		err := marks.Check(spec)
		require.ErrorContains(t, err, test.want)
		require.ErrorContains(t, err, "openapi.yaml:"+strconv.Itoa(line)+":")
		_, err = contract.Load(spec)
		require.ErrorContains(t, err, test.want, "Load")
		_, err = recording.NewRedactor(spec)
		require.ErrorContains(t, err, test.want, "NewRedactor")
	}
}

// Names of properties, headers and examples, and what examples hold, are data.
func TestWhatIsNamedLikeAMarkIsNone(t *testing.T) {
	for from, to := range map[string]string{
		"      properties:\n        id:\n": "      properties:\n        x-onvy-ref: {type: string, x-onvy-sensitive: none}\n        id:\n",
		"      headers:\n":                 "      headers:\n        X-Onvy-Trace: {schema: {type: string}}\n",
		"  schemas:\n":                     "  examples:\n    x-onvy-first: {value: {x-onvy-second: 1}}\n  schemas:\n",
	} {
		spec := bytes.Replace(onvy.Spec, []byte(from), []byte(to), 1)
		require.NotEqual(t, onvy.Spec, spec)
		require.NoError(t, marks.Check(spec), to)
	}
	for from, to := range map[string]string{
		"      properties:\n        id:\n": "      x-onvy-sensitve: none\n      properties:\n        id:\n",
		"      responses:\n":               "      responses:\n        x-onvy-sourc: assumed\n",
		"paths:\n":                         "paths:\n  x-onvy-sourc: assumed\n",
		"      properties:\n":              "      properties:\n        <<: {weight: {type: number, x-onvy-sensitve: health}}\n",
	} {
		spec := bytes.Replace(onvy.Spec, []byte(from), []byte(to), 1)
		require.NotEqual(t, onvy.Spec, spec)
		require.ErrorContains(t, marks.Check(spec), "there is no mark", to)
	}
}

// YAML merges a mapping into others.
func TestARefMayLeadToWhatIsMerged(t *testing.T) {
	spec := func(more string) []byte {
		return bytes.Replace(onvy.Spec, []byte("  schemas:\n"), []byte("  schemas:\n"+more), 1)
	}
	const there = "    Whole: &whole {type: object, properties: {part: {type: string}}}\n    Like: {<<: *whole}\n    Both: {<<: [{title: both}, *whole]}\n"
	require.NoError(t, marks.Check(spec(there+"    Part: {$ref: '#/components/schemas/Like/properties/part'}\n")))
	require.NoError(t, marks.Check(spec(there+"    Part: {$ref: '#/components/schemas/Both/properties/part'}\n")))
	require.ErrorContains(t, marks.Check(spec(there+"    Part: {$ref: '#/components/schemas/Like/properties/port'}\n")), "leads nowhere")
	require.ErrorContains(t, marks.Check(spec("    Self: &self {<<: [*self, *self]}\n    Part: {$ref: '#/components/schemas/Self/properties/part'}\n")), "leads nowhere")
}

func TestARefThatLeadsBackToItselfIsRefusedWithItsPlace(t *testing.T) {
	for _, refs := range []string{
		"    Circle: {$ref: '#/components/schemas/Circle'}\n",
		"    Circle: {$ref: '#/components/schemas/Other'}\n    Other: {$ref: '#/components/schemas/Circle'}\n",
	} {
		_, err := contract.Load(bytes.Replace(onvy.Spec, []byte("    GrantType:\n"), []byte(refs+"    GrantType:\n"), 1))
		require.Error(t, err)
		require.Regexp(t, `openapi.yaml:\d+:\d+: the \$ref #/components/schemas/\w+ leads back to itself$`, err.Error())
	}
}

// Whoever adds a field and forgets its mark gives nothing away.
func TestWhatHasNoMarkIsRedacted(t *testing.T) {
	spec := bytes.Replace(onvy.Spec, []byte("        data_syncs:\n          type: array\n"), []byte(`        resting_rate: {type: integer}
        smoker: {type: boolean}
        last_period: {type: string, format: date-time}
        diagnosis: {type: string}
        steps: {type: integer, x-onvy-sensitive: none}
        data_syncs:
          type: array
`), 1)
	r, err := recording.NewRedactor(spec)
	require.NoError(t, err)
	const body = `{"id":"user_123","resting_rate":47193,"smoker":true,"last_period":"2026-02-11T07:08:09Z","diagnosis":"asthmatic","steps":8123,"coach_config":{"enabled":true},"created_at":"2026-03-05T18:10:27Z"}`
	redacted := string(r.Exchange(&contract.Exchange{
		Request:  contract.Request{Method: "GET", URL: "https://api.onvy.health/users/user_123"},
		Response: &contract.Response{Status: 200, Header: contract.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(body)},
	}).Response.Body)
	for _, gone := range []string{"47193", `"smoker":true`, "2026-02-11", "asthmatic"} {
		require.NotContains(t, redacted, gone)
	}
	for _, kept := range []string{"8123", `"enabled":true`, "2026-03-05T18:10:27Z"} {
		require.Contains(t, redacted, kept)
	}
}

func TestTextThatIsNoYAMLIsForOthersToRefuse(t *testing.T) {
	require.NoError(t, marks.Check([]byte("\x00{")))
}
