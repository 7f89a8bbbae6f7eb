package contract_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// Reports of machines add up to the same in whatever order they come.
func TestMergingReportsHasNoOrder(t *testing.T) {
	t.Parallel()
	spec := loadSpec(t)
	text := func(r *contract.Report) string {
		t.Helper()
		b, err := json.MarshalIndent(r, "", " ")
		require.NoError(t, err)
		return string(b)
	}
	orders, length := [][3]int{{0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}, 400
	if !needs.Whole(t) {
		orders, length = [][3]int{{2, 0, 1}, {2, 1, 0}}, 100
	}
	part := func(n int) *contract.Report { // a new one each time: Merge changes its receiver
		xs := logged(t, uint64(n), n%2 == 1)[n*40 : n*40+length]
		if n > 0 {
			xs[0].Response.BodyState = contract.BodyNotRecorded
			xs[1].Request.URL = "https://elsewhere.example/" + string(rune('a'+n))
		}
		r := spec.ReplayAll(t.Context(), []contract.Recording{recorded("log", xs)}, contract.ReplayOptions{Complete: true})
		r.Started, r.Duration, r.Seed = noon.Add(time.Duration(n)), time.Duration(n), uint64(n/2)
		for i := range r.Outcomes {
			r.Outcomes[i].Duration = time.Duration(n)
		}
		r.Summary.NotExercised = []string{"listUsers", "getUser", "patchUser"}[:3-n]
		return r
	}
	merged := func(all ...*contract.Report) *contract.Report {
		t.Helper()
		for _, next := range all[1:] {
			require.NoError(t, all[0].Merge(next))
		}
		return all[0]
	}
	whole := merged(part(0), part(1), part(2))
	want := text(whole)
	for _, order := range orders {
		require.Equal(t, want, text(merged(part(order[0]), part(order[1]), part(order[2]))), "%v", order)
		require.Equal(t, want, text(merged(part(order[0]), merged(part(order[1]), part(order[2])))), "%v, the last two first", order)
	}
	empty := func() *contract.Report { return &contract.Report{} }
	require.Equal(t, text(merged(part(1), part(2))), text(merged(empty(), part(1), empty(), part(2), empty())))
	require.Equal(t, text(empty()), text(merged(empty(), empty())))

	one, two, three := part(0), part(1), part(2)
	require.Equal(t, one.Summary.Exchanges+two.Summary.Exchanges+three.Summary.Exchanges, whole.Summary.Exchanges)
	require.Equal(t, one.Summary.Rules, whole.Summary.Rules, "those that a replay runs")
	require.Equal(t, map[string]int{"the body was not recorded": 2}, whole.Summary.Unjudged)
	require.Equal(t, map[string]int{"elsewhere.example": 2}, whole.Summary.Unmatched)
	require.Equal(t, []string{"listUsers"}, whole.Summary.NotExercised, "what none of them came to")
}

func TestReportsOfAnotherSpecOrOfOtherRulesAreNotMerged(t *testing.T) {
	spec := loadSpec(t)
	report := func() *contract.Report {
		return spec.ReplayAll(t.Context(), []contract.Recording{recorded("log", logged(t, 1, false)[:50])}, contract.ReplayOptions{})
	}
	other := report()
	other.Spec = "another"
	require.ErrorIs(t, report().Merge(other), contract.ErrMerge)
	other = report()
	other.Summary.Rules--
	require.ErrorContains(t, report().Merge(other), "rules")
}
