package coverage_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/coverage"
)

func counts(points map[string]int) *coverage.Counts {
	return &coverage.Counts{Version: 1, Spec: sum, Points: points}
}

func TestCountsAddUpInAnyOrder(t *testing.T) {
	a, b, c := counts(map[string]int{"x": 1, "y": 2}), counts(map[string]int{"y": 3}), counts(map[string]int{"z": 1})
	merged := func(all ...*coverage.Counts) *coverage.Counts {
		var sum coverage.Counts
		for _, one := range all {
			require.NoError(t, sum.Merge(one))
		}
		return &sum
	}
	want := counts(map[string]int{"x": 1, "y": 5, "z": 1})
	require.Equal(t, want, merged(a, b, c))
	require.Equal(t, want, merged(c, b, a))
	require.Equal(t, want, merged(merged(a, b), c))
	require.Equal(t, want, merged(&coverage.Counts{}, a, nil, b, c))
	require.Equal(t, 2, a.Points["y"], "what is merged is not changed")
}

func TestCountsOfAnotherSpecAreNotAdded(t *testing.T) {
	c := counts(map[string]int{"x": 1})
	other := counts(map[string]int{"x": 1})
	other.Spec = strings.Repeat("0", 64)
	require.ErrorIs(t, c.Merge(other), coverage.ErrOtherSpec)
	require.Equal(t, 1, c.Points["x"])
}

func TestCountsAreReadAsTheyWereWritten(t *testing.T) {
	c := counts(map[string]int{"getUser 200 enum value /gender =<other>": 3})
	var b bytes.Buffer
	require.NoError(t, c.Write(&b))
	got, err := coverage.Read(&b)
	require.NoError(t, err)
	require.Equal(t, c, got)
	got, err = coverage.Read(strings.NewReader(`{"target":"t","coverage":{"version":1,"spec":"s","points":{"x":1}}}`))
	require.NoError(t, err)
	require.Equal(t, 1, got.Points["x"], "a whole report has counts in it")
}

func TestFilesThatAreNoCountsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		``: "not a JSON file", `[]`: "not a JSON file", `{}`: "no points", `{"coverage":{"version":1}}`: "no points",
		`{"version":9,"spec":"s","points":{}}`: "version 9",
	} {
		_, err := coverage.Read(strings.NewReader(text))
		require.ErrorContains(t, err, want, text)
	}
}

func TestAGateAsksForWhatAClientCanCauseAndNothingElse(t *testing.T) {
	_, m := load(t, onvy.Spec)
	gate, err := coverage.ParseGate("documented=90, negative=60%")
	require.NoError(t, err)
	require.Equal(t, coverage.Gate{coverage.Required: 90, coverage.Negative: 60}, gate)

	all := map[string]int{}
	for _, p := range m.Points() {
		if p.Class == coverage.Required || p.Class == coverage.Negative {
			all[p.ID()] = 1
		}
	}
	require.Empty(t, gate.Misses(m.Points(), counts(all)), "429, 5XX and what is assumed are not demanded")
	misses := gate.Misses(m.Points(), counts(nil))
	require.Len(t, misses, 2)
	require.Contains(t, misses[0], "coverage of what is documented is 0 % (0/")
	require.Contains(t, misses[0], "below 90 %")

	for _, text := range []string{"", "documented", "documented=", "documented=x", "documented=101", "documented=-1", "server=10", "assumed=5", "documented=1,documented=2"} {
		_, err := coverage.ParseGate(text)
		require.Error(t, err, text)
	}
}

func TestAPointThatWasHitHasToStayHit(t *testing.T) {
	_, m := load(t, onvy.Spec)
	before := counts(map[string]int{"getUser 200 status": 5, "getUser 404 status": 1, "removed 200 status": 1})
	require.Equal(t, []string{"getUser 404 status"}, coverage.Lost(m.Points(), before, counts(map[string]int{"getUser 200 status": 1})))
	require.Empty(t, coverage.Lost(m.Points(), before, before))
}

func TestAPercentageOf100MeansAll(t *testing.T) {
	require.Equal(t, 99, coverage.Score{Hit: 999, Of: 1000}.Percent())
	require.Equal(t, 100, coverage.Score{Hit: 1000, Of: 1000}.Percent())
	require.Equal(t, 100, coverage.Score{}.Percent())
}
