package contract_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// Maps whose entries are of several kinds.
var mapSchemas = map[string]string{
	"numbers": "type: object, additionalProperties: {type: integer}",
	"any":     "type: object, additionalProperties: true",
	"objects": "type: object, additionalProperties: {type: object, properties: {goal: {type: integer}, unit: {type: string, enum: [km, kcal]}}}",
	"arrays":  "type: object, additionalProperties: {type: array, items: {type: object, properties: {goal: {type: number}, day: {type: string, format: date}}}}",
	"maps":    "type: object, additionalProperties: {type: object, additionalProperties: {type: number}}",
}

// onMap changes the map activity in the answers of a method.
func onMap(method string, change func(entries map[string]any)) func(*http.Request, *answered) {
	return func(r *http.Request, a *answered) {
		object := a.object()
		entries, ok := object["activity"].(map[string]any)
		if r.Method != method || !ok || a.status/100 != 2 {
			return
		}
		change(entries)
		a.set(object)
	}
}

// spoil changes the number in a value.
func spoil(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range []string{"goal", key} {
			if value[name] != nil {
				value[name] = spoil(value[name])
			}
		}
	case []any:
		value[0] = spoil(value[0])
	case json.Number:
		return json.Number(value.String() + "1")
	case float64:
		return value + 1
	}
	return value
}

const key = "contract two"

func TestEachEntryOfAMapIsHeldAgainstWhatWasWritten(t *testing.T) {
	t.Parallel()
	faults := map[string]func(map[string]any){
		"one entry changed": func(entries map[string]any) {
			if entries[key] != nil {
				entries[key] = spoil(entries[key])
			}
		},
		"one entry lost": func(entries map[string]any) { delete(entries, key) },
		"an entry added": func(entries map[string]any) {
			if entries["contract"] != nil {
				entries["another"] = entries["contract"]
			}
		},
	}
	for _, name := range needs.Sample(t, slices.Sorted(maps.Keys(mapSchemas)), len(mapSchemas)) {
		text := withField(t, "activity", mapSchemas[name])
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(after func(*http.Request, *answered)) *contract.Report {
				return runSpec(t, text, after, contract.Options{Seed: 5, Run: "^(auth/server|users/(create|replace|patch.*))$"})
			}
			require.Empty(t, run(nil).Findings)
			for _, fault := range needs.Sample(t, slices.Sorted(maps.Keys(faults)), 2) {
				change := faults[fault]
				for method, rule := range map[string]string{"GET": "users/read-back", "POST": "users/write-answer", "PUT": "users/write-answer", "PATCH": "users/patch-merges users/patch-keeps users/write-answer"} {
					report := run(onMap(method, change))
					require.NotEmpty(t, report.Findings, "%s by %s", fault, method)
					for _, f := range report.Findings {
						require.Contains(t, rule, f.Rule, "%s by %s", fault, method)
						require.Contains(t, f.Pointer, "/activity")
					}
				}
			}
		})
	}
}

// What a replay finds in a map, it finds sorted and in shards too, and the lines
// of these hold no name and no value of it.
func TestMapsAreReplayedInShardsAsInOneProcess(t *testing.T) {
	text := withField(t, "activity", mapSchemas["objects"])
	spec, err := contract.Load(text)
	require.NoError(t, err)
	var log []*contract.Exchange
	lost := onMap("GET", func(entries map[string]any) { delete(entries, key) })
	runSpec(t, text, lost, contract.Options{Seed: 5, Run: "^(auth/server|users/(create|replace|patch.*))$", OnExchange: func(x *contract.Exchange) {
		log = append(log, x)
	}})
	o := contract.ShardOptions{Key: shardKey, Partitions: 3}
	o.Complete = true
	recordings := []contract.Recording{recorded("log", log)}
	plain := spec.ReplayAll(t.Context(), recordings, o.ReplayOptions)
	require.Contains(t, rulesOf(plain.Findings), "users/read-back")
	want := whole(t, plain)
	sorted, err := spec.ReplaySorted(t.Context(), recordings, o.ReplayOptions)
	require.NoError(t, err)
	require.Equal(t, want, whole(t, sorted))
	require.Equal(t, want, whole(t, sharded(t, spec, recordings, true, o)))
	for _, line := range mapped(t, spec, log, o) {
		require.NotContains(t, line, key)
		require.NotContains(t, line, base64.RawStdEncoding.EncodeToString([]byte(key))[:8])
	}
}
