package contract_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// whole is a report as JSON, without what takes time: of coverage, which points
// were hit, since copies of an exchange are counted there.
func whole(t *testing.T, r *contract.Report) string {
	t.Helper()
	hit := []string{}
	for id, n := range r.Coverage.Points {
		if n > 0 {
			hit = append(hit, id)
		}
	}
	slices.Sort(hit)
	text, err := json.Marshal(hit)
	require.NoError(t, err)
	return fixed(t, r) + string(text)
}

// sharded is a replay in shards, a task for each recording unless together.
func sharded(t *testing.T, spec *contract.Spec, all []contract.Recording, together bool, o contract.ShardOptions) *contract.Report {
	t.Helper()
	tasks := [][]contract.Recording{all}
	if !together {
		tasks = nil
		for _, r := range all {
			tasks = append(tasks, []contract.Recording{r})
		}
	}
	var lines []string
	for _, task := range tasks {
		require.NoError(t, spec.MapShard(t.Context(), task, o, func(line []byte) error {
			lines = append(lines, string(line))
			return nil
		}))
	}
	slices.Sort(lines)
	p, err := spec.ReduceShard(linesOf(lines), o)
	require.NoError(t, err)
	return p.Report(o.Strict)
}

// The whole report is that of one process, and not its findings alone: how many
// rules there were, what the spec limits, own rules that panic, recordings without
// entries, and exchanges that several recordings have.
func TestSortedAndShardedReportsAreThoseOfAPlainReplay(t *testing.T) {
	t.Parallel()
	spec := loadSpec(t)
	xs := logged(t, 5, false)
	rule := func(id string, check func(*contract.Call)) *contract.Rule {
		return &contract.Rule{ID: id, Level: contract.Drift, Title: "A title.", Breaks: "this", Holds: "that", Check: check}
	}
	counts := rule("own/get", func(c *contract.Call) {
		if c.Exchange.Request.Method == "GET" {
			c.Report(contract.Finding{Message: "a GET"})
		}
	})
	panics := rule("own/panics", func(*contract.Call) { panic("no") })
	one := []contract.Recording{recorded("log", xs)}
	fifth := len(xs) / 5
	copies := []contract.Recording{recorded("a", xs[:3*fifth]), recorded("b", xs[2*fifth:]), recorded("c", xs[fifth:3*fifth+100])}
	timeless := func() (all []contract.Recording) {
		for i, part := range [][]*contract.Exchange{xs[:200], xs[200:400]} {
			var some []*contract.Exchange
			for _, x := range part {
				y := *x
				y.Started, y.Duration = time.Time{}, 0
				some = append(some, &y)
			}
			all = append(all, recorded(fmt.Sprintf("timeless %d", i), some))
		}
		return all
	}()
	sample := []string{"overlapping copies"}
	all := needs.Whole(t)
	for what, row := range map[string]struct {
		recordings []contract.Recording
		options    contract.ReplayOptions
		repeated   int
		errors     int
		apart      bool // each recording may be a task of its own
	}{
		"as it is":                  {recordings: one, apart: true},
		"some rules":                {recordings: one, options: contract.ReplayOptions{OnlyRules: []string{"users", "page"}}, apart: true},
		"all rules but some":        {recordings: one, options: contract.ReplayOptions{SkipRules: []string{"users/*"}, Strict: true}, apart: true},
		"own rules":                 {recordings: one, options: contract.ReplayOptions{Rules: []*contract.Rule{counts}}, apart: true},
		"an own rule that panics":   {recordings: one, options: contract.ReplayOptions{Rules: []*contract.Rule{panics, counts}}, errors: 1, apart: true},
		"an own rule that is wrong": {recordings: one, options: contract.ReplayOptions{Rules: []*contract.Rule{{ID: "no"}}}, errors: 1, apart: true},
		"nothing in it":             {recordings: []contract.Recording{recorded("empty", nil), recorded("log", xs)}, apart: true},
		"overlapping copies":        {recordings: copies, options: contract.ReplayOptions{Complete: true}, repeated: fifth + 2*fifth + 100, apart: true},
		"the same file twice":       {recordings: []contract.Recording{recorded("log", xs), recorded("log", xs)}, options: contract.ReplayOptions{Complete: true}, repeated: len(xs)},
		"no times":                  {recordings: timeless, options: contract.ReplayOptions{Complete: true}, apart: true},
		"many":                      {recordings: cutInto(xs, 12), apart: true},
	} {
		if !all && !slices.Contains(sample, what) {
			continue
		}
		t.Run(what, func(t *testing.T) {
			plain := spec.ReplayAll(t.Context(), row.recordings, row.options)
			want := whole(t, plain)
			require.Equal(t, row.errors, plain.Summary.Errors)
			if row.repeated > 0 {
				require.Equal(t, row.repeated, plain.Summary.NotJudged.Repeated)
			}
			before := time.Now()
			sorted, err := spec.ReplaySorted(t.Context(), row.recordings, row.options)
			require.NoError(t, err)
			require.Less(t, sorted.Started.Sub(before), sorted.Duration, "it began when the replay did")
			require.Equal(t, want, whole(t, sorted))
			o := contract.ShardOptions{ReplayOptions: row.options, Key: shardKey, Partitions: 3}
			require.Equal(t, want, whole(t, sharded(t, spec, row.recordings, true, o)), "one task")
			if row.apart {
				require.Equal(t, want, whole(t, sharded(t, spec, row.recordings, false, o)), "a task for each recording")
			}
		})
	}
}

// cutInto cuts a record into recordings.
func cutInto(xs []*contract.Exchange, n int) (all []contract.Recording) {
	for part := range slices.Chunk(xs, len(xs)/n+1) {
		all = append(all, recorded(fmt.Sprintf("part %02d", len(all)), part))
	}
	return all
}

func TestShardsOfOtherRulesDoNotMix(t *testing.T) {
	spec := loadSpec(t)
	o := contract.ShardOptions{Key: shardKey}
	lines := slices.Sorted(slices.Values(mapped(t, spec, logged(t, 1, false)[:50], o)))
	other := o
	other.SkipRules = []string{"page"}
	_, err := spec.ReduceShard(linesOf(lines), other)
	require.ErrorContains(t, err, "the same rules")
}

// What a spec that is not of this API cannot be held against is in the report.
func TestShardsSayWhatTheSpecLimits(t *testing.T) {
	spec, err := contract.Load([]byte(`{"openapi":"3.0.3","info":{"title":"Pets","version":"1"},"paths":{"/pets":{"get":{"operationId":"listPets",
		"responses":{"200":{"description":"all","content":{"application/json":{"schema":{"type":"array","items":{"type":"string"}}}}}}}}}}`))
	require.NoError(t, err)
	x := &contract.Exchange{
		Started: noon, Request: contract.Request{Method: "GET", URL: "http://localhost/pets"},
		Response: &contract.Response{Proto: "HTTP/1.1", Status: 200, Header: contract.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(`["a"]`)},
	}
	all := []contract.Recording{recorded("pets", []*contract.Exchange{x})}
	plain := spec.ReplayAll(t.Context(), all, contract.ReplayOptions{})
	require.NotEmpty(t, plain.Limits)
	require.Equal(t, whole(t, plain), whole(t, sharded(t, spec, all, true, contract.ShardOptions{Key: shardKey})))
}
