package contract_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/gatewaylog"
)

// What has no time cannot be put between what other recordings have. A record
// that is complete is then not enough to compare two views, in one pass as in
// three steps.
func TestACompleteRecordWithExchangesWithoutTimeAccusesNobody(t *testing.T) {
	t.Parallel()
	spec := loadSpec(t)
	var timed, timeless, mixed []*contract.Exchange
	for x := range gatewaylog.New(gatewaylog.Options{Seed: 1, Exchanges: 800, Users: 20}).All() {
		if len(mixed)%2 == 0 {
			timed = append(timed, x)
		} else {
			x.Started = time.Time{}
			timeless = append(timeless, x)
		}
		mixed = append(mixed, x)
	}
	half := len(timeless) / 2
	o := contract.ReplayOptions{Complete: true}
	for what, recordings := range map[string][]contract.Recording{
		"one of two":  {recorded("a", timed), recorded("b", timeless)},
		"both of two": {recorded("a", timeless[:half]), recorded("b", timeless[half:])},
	} {
		r := spec.ReplayAll(t.Context(), recordings, o)
		require.Empty(t, r.Findings, what)
		require.Equal(t, len(timeless), r.Summary.NotJudged.Timeless, what)
		sorted, err := spec.ReplaySorted(t.Context(), recordings, o)
		require.NoError(t, err)
		require.Equal(t, fixed(t, r), fixed(t, sorted), what)
	}

	one := []contract.Recording{recorded("a", mixed)}
	r := spec.ReplayAll(t.Context(), one, o)
	require.Empty(t, r.Findings)
	require.Nil(t, r.Summary.NotJudged, "the order of a file is known")
	r, err := spec.ReplaySorted(t.Context(), one, o)
	require.NoError(t, err)
	require.Empty(t, r.Findings)
	require.Equal(t, len(timeless), r.Summary.NotJudged.Timeless)

	var lines []string
	so := contract.ShardOptions{ReplayOptions: o, Key: shardKey, Partitions: 3}
	for _, part := range [][]*contract.Exchange{timed, timeless} {
		lines = append(lines, mapped(t, spec, part, so)...)
	}
	slices.Sort(lines)
	p, err := spec.ReduceShard(linesOf(lines), so)
	require.NoError(t, err)
	r = p.Report(false)
	require.Empty(t, r.Findings)
	require.Equal(t, len(timeless), r.Summary.NotJudged.Timeless)
}

// A finding that is there with each request has the evidence of the first one, and
// the others cost nothing.
func TestRequestsWithoutTokenAreShownOnce(t *testing.T) {
	t.Parallel()
	var xs []*contract.Exchange
	for x := range gatewaylog.New(gatewaylog.Options{Seed: 1, Exchanges: 200, Users: 20}).All() {
		x.Request.Header = nil
		xs = append(xs, x)
	}
	shown := 0
	loadSpec(t).ReplayAll(t.Context(), []contract.Recording{recorded("a", xs)}, contract.ReplayOptions{Evidence: func(x *contract.Exchange) *contract.Exchange {
		shown++
		return x
	}})
	require.Less(t, shown, 20)
}
