package contract_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/gatewaylog"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// gateway is a log of a gateway, and what was planted in it, by the rule.
func gateway(t *testing.T, seed uint64, opaque bool, faults float64) (xs []*contract.Exchange, planted map[string]int) {
	t.Helper()
	length := 4000
	if !needs.Whole(t) {
		length = 1200
	}
	l := gatewaylog.New(gatewaylog.Options{Seed: seed, Exchanges: length, Users: 120, Opaque: opaque, Faults: faults})
	for x := range l.All() {
		x.Name = fmt.Sprintf("log#%d", len(xs))
		xs = append(xs, x)
	}
	slices.SortStableFunc(xs, func(a, b *contract.Exchange) int { return cmp.Compare(ended(a), ended(b)) })
	return xs, l.Planted
}

func ended(x *contract.Exchange) int64 { return x.Started.Add(x.Duration).UnixNano() }

// dealt are exchanges in some files, each to one at random.
func dealt(xs []*contract.Exchange, files int, random *rand.Rand) (all []contract.Recording) {
	parts := make([][]*contract.Exchange, files)
	for _, x := range xs {
		i := random.IntN(files)
		parts[i] = append(parts[i], x)
	}
	for i, part := range parts {
		all = append(all, recorded(fmt.Sprintf("part-%d", i), part))
	}
	return all
}

// disordered are exchanges of which each may come as much later.
func disordered(xs []*contract.Exchange, by time.Duration, random *rand.Rand) []*contract.Exchange {
	type late struct {
		*contract.Exchange
		at int64
	}
	all := make([]late, len(xs))
	for i, x := range xs {
		all[i] = late{x, ended(x) + random.Int64N(int64(by))}
	}
	slices.SortStableFunc(all, func(a, b late) int { return cmp.Compare(a.at, b.at) })
	out := make([]*contract.Exchange, len(xs))
	for i := range all {
		out[i] = all[i].Exchange
	}
	return out
}

// lost are exchanges of which one in a hundred is not there.
func lost(xs []*contract.Exchange, random *rand.Rand) []*contract.Exchange {
	return slices.DeleteFunc(slices.Clone(xs), func(*contract.Exchange) bool { return random.IntN(100) == 0 })
}

// changed are copies of exchanges, changed.
func changed(xs []*contract.Exchange, change func(i int, x *contract.Exchange)) []*contract.Exchange {
	out := make([]*contract.Exchange, len(xs))
	for i, x := range xs {
		c := *x
		change(i, &c)
		out[i] = &c
	}
	return out
}

// counted are the findings of a report, by the rule.
func counted(r *contract.Report) map[string]int {
	all := make(map[string]int)
	for _, f := range r.Findings {
		all[f.Rule] += f.Count
	}
	return all
}

// Whatever becomes of a log on its way, nothing is found in it that was not
// planted, and of one that is whole and in order, everything.
func TestLogsInAnyFormShowWhatWasPlantedAndNothingElse(t *testing.T) {
	t.Parallel()
	spec, all := loadSpec(t), needs.Whole(t)
	for n, opaque := range []bool{false, true} {
		t.Run(fmt.Sprintf("opaque tokens %v", opaque), func(t *testing.T) {
			xs, planted := gateway(t, 11, opaque, 0.01)
			random := rand.New(rand.NewPCG(3, 4))
			late := disordered(xs, 20*time.Minute, random)
			whole := []contract.Recording{recorded("log", xs)}
			half := len(xs) / 2
			for i, form := range []struct {
				name    string
				files   []contract.Recording
				options contract.ReplayOptions
				sorted  bool
				all     bool // everything that was planted is found
			}{
				{name: "whole, with --complete", files: whole, options: contract.ReplayOptions{Complete: true}, all: true},
				{name: "whole", files: whole},
				{name: "in 8 files, with --complete", files: dealt(xs, 8, random), options: contract.ReplayOptions{Complete: true}, all: true},
				{name: "in 8 files", files: dealt(xs, 8, random)},
				{name: "disordered within 20 minutes", files: []contract.Recording{recorded("log", late)}},
				{name: "disordered, with --complete", files: []contract.Recording{recorded("log", late)}, options: contract.ReplayOptions{Complete: true}},
				{name: "disordered, and sorted", files: []contract.Recording{recorded("log", late)}, options: contract.ReplayOptions{Complete: true}, sorted: true, all: true},
				{name: "disordered in 8 files, and sorted", files: dealt(late, 8, random), options: contract.ReplayOptions{Complete: true}, sorted: true, all: true},
				{name: "with 1 % lost", files: []contract.Recording{recorded("log", lost(xs, random))}},
				{name: "with 1 % lost, in 8 files", files: dealt(lost(xs, random), 8, random)},
				{name: "given twice, with --complete", files: []contract.Recording{whole[0], whole[0]}, options: contract.ReplayOptions{Complete: true}, all: true},
				{name: "in two files that overlap", files: []contract.Recording{recorded("one", xs[:half+500]), recorded("two", xs[half-500:])}, options: contract.ReplayOptions{Complete: true}, all: true},
				{name: "without times", files: []contract.Recording{recorded("log", changed(xs, func(_ int, x *contract.Exchange) { x.Started, x.Duration = time.Time{}, 0 }))}},
				{name: "with a clock that is set back", files: []contract.Recording{recorded("log", changed(xs, func(i int, x *contract.Exchange) {
					if i > half {
						x.Started = x.Started.Add(-4 * time.Minute)
					}
				}))}},
				{name: "with a clock that is set forward", files: []contract.Recording{recorded("log", changed(xs, func(i int, x *contract.Exchange) {
					if i > half {
						x.Started = x.Started.Add(time.Hour)
					}
				}))}},
			} {
				if !all && (i+5*n)%12 != 0 {
					continue
				}
				t.Run(form.name, func(t *testing.T) {
					var r *contract.Report
					if form.sorted {
						var err error
						r, err = spec.ReplaySorted(t.Context(), form.files, form.options)
						require.NoError(t, err)
					} else {
						r = spec.ReplayAll(t.Context(), form.files, form.options)
					}
					found := counted(r)
					delete(found, "http/date") // which speaks of the clock of the recorder
					for rule, n := range found {
						if n > planted[rule] {
							t.Errorf("%s is found %d times, and was planted %d times: %v", rule, n, planted[rule], slices.DeleteFunc(slices.Clone(r.Findings), func(f contract.Finding) bool { return f.Rule != rule }))
						}
					}
					if form.all {
						require.Equal(t, planted, found)
					}
				})
			}
		})
	}
}

// Two exchanges of a user who was not met before: the answer to the first has
// more than was sent, and the second does not touch it.
func TestWhatAnAnswerShowsOfAnUnknownUserIsKnown(t *testing.T) {
	xs := at(
		patchUser(`{"thresholds":{"ftp":250}}`, user("thresholds", map[string]any{"ftp": 250, "lthr": 168, "mhr": 189}, "updated_at", after(10))),
		patchUser(`{"lastname":"Jones"}`, user("lastname", "Jones", "thresholds", map[string]any{"ftp": 250, "lthr": 168, "mhr": 189}, "updated_at", after(20))),
	)
	for _, complete := range []bool{false, true} {
		r := loadSpec(t).Replay(t.Context(), "log", entries(xs...), contract.ReplayOptions{Complete: complete})
		require.Empty(t, r.Findings)
	}
}

// A token that is to last for ever has an exp beyond what nanoseconds can count.
func TestATokenThatEndsInAnotherMillenniumHasNotExpired(t *testing.T) {
	for _, exp := range []int64{9_223_372_036, 9_223_372_037, 9_999_999_999, 253_402_300_799} {
		x := getUser(user(), authorization("Bearer "+jwt("exp", exp)))
		for _, complete := range []bool{false, true} {
			r := loadSpec(t).Replay(t.Context(), "log", entries(x), contract.ReplayOptions{Complete: complete})
			require.NotContains(t, rulesOf(r.Findings), "token/expired", "exp %d", exp)
		}
	}
}

// The same file given twice, under whatever names, is one.
func TestExchangesThatAreInTwoRecordingsCountOnce(t *testing.T) {
	xs, _ := gateway(t, 5, false, 0.02)
	one := loadSpec(t).ReplayAll(t.Context(), []contract.Recording{recorded("log", xs)}, contract.ReplayOptions{})
	for _, again := range []string{"log", "copy"} {
		two := loadSpec(t).ReplayAll(t.Context(), []contract.Recording{recorded("log", xs), recorded(again, xs)}, contract.ReplayOptions{})
		require.Equal(t, one.Summary.Exchanges, two.Summary.Exchanges, again)
		require.Equal(t, counted(one), counted(two), again)
		require.Equal(t, len(xs), two.Summary.NotJudged.Repeated, again)
		require.Zero(t, two.Summary.NotRun, again)
	}
	eighth := len(xs) / 8
	split := loadSpec(t).ReplayAll(t.Context(), []contract.Recording{
		recorded("a", xs[:4*eighth]), recorded("b", xs[3*eighth:6*eighth]), recorded("c", xs[6*eighth:]),
	}, contract.ReplayOptions{})
	require.Equal(t, one.Summary.Exchanges, split.Summary.Exchanges)
	require.Equal(t, eighth, split.Summary.NotJudged.Repeated)
	require.GreaterOrEqual(t, split.Summary.NotJudged.Overlapping, 2, "a and b")
}
