package report_test

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

func jsonOf(t *testing.T, r *contract.Report) []byte {
	t.Helper()
	return written(t, func(w io.Writer) error { return report.JSON(w, r) })
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(report.Schema))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("schema.json", doc))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return s
}

func valid(t *testing.T, s *jsonschema.Schema, text []byte) error {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	return s.Validate(v)
}

func TestJSONReportsAreAsTheGoldenFilesAndTheSchema(t *testing.T) {
	s := schema(t)
	for name, r := range reports() {
		t.Run(name, func(t *testing.T) {
			out := jsonOf(t, r)
			golden(t, name+".json", out)
			require.NoError(t, valid(t, s, out))
		})
	}
}

// Whatever a replay may count, the schema has.
func TestSchemaHasAllThatIsNotJudged(t *testing.T) {
	r := *reports()["failed"]
	r.Summary.NotJudged = new(contract.NotJudged)
	counts := reflect.ValueOf(r.Summary.NotJudged).Elem()
	for i := range counts.NumField() {
		counts.Field(i).SetInt(1)
	}
	require.NoError(t, valid(t, schema(t), jsonOf(t, &r)))
}

func TestJSONReportReadsBackAsTheReport(t *testing.T) {
	want := *reports()["failed"]
	var got contract.Report
	require.NoError(t, json.Unmarshal(jsonOf(t, &want), &got))
	require.Equal(t, want.Summary, got.Summary)
	require.Equal(t, want.Findings, got.Findings)
	require.Len(t, got.Outcomes, len(want.Outcomes))
}

func TestJSONHasListsWhereThereIsNothing(t *testing.T) {
	r := reports()["nothing"]
	out := string(jsonOf(t, r))
	require.Contains(t, out, `"findings": []`)
	require.Contains(t, out, `"outcomes": []`)
	require.Nil(t, r.Findings, "the report itself is not changed")
}

func TestSchemaRefusesWhatIsNoReport(t *testing.T) {
	s := schema(t)
	for name, change := range map[string]func(m map[string]any){
		"a missing list":      func(m map[string]any) { delete(m, "findings") },
		"an unknown property": func(m map[string]any) { m["colour"] = "red" },
		"an unknown level":    func(m map[string]any) { m["findings"].([]any)[0].(map[string]any)["level"] = "bad" },
		"an unknown outcome":  func(m map[string]any) { m["outcomes"].([]any)[0].(map[string]any)["outcome"] = "ok" },
		"a skip of no reason": func(m map[string]any) { delete(m["outcomes"].([]any)[1].(map[string]any), "reason") },
		"a count of nothing":  func(m map[string]any) { m["findings"].([]any)[0].(map[string]any)["count"] = 0 },
		"a rule without id":   func(m map[string]any) { m["findings"].([]any)[0].(map[string]any)["rule"] = "x" },
	} {
		var m map[string]any
		require.NoError(t, json.Unmarshal(jsonOf(t, reports()["failed"]), &m))
		change(m)
		text, err := json.Marshal(m)
		require.NoError(t, err)
		require.Error(t, valid(t, s, text), name)
	}
}
