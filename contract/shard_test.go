package contract_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/gatewaylog"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// gatewayLog is a log, made once. Its exchanges are not to be changed.
var gatewayLog = func() func(length int, seed uint64, opaque bool) []*contract.Exchange {
	var made sync.Map
	return func(length int, seed uint64, opaque bool) []*contract.Exchange {
		log, _ := made.LoadOrStore([3]any{length, seed, opaque}, sync.OnceValue(func() []*contract.Exchange {
			return slices.Collect(gatewaylog.New(gatewaylog.Options{Seed: seed, Exchanges: length, Users: 60, Opaque: opaque, Faults: 0.02}).All())
		}))
		return log.(func() []*contract.Exchange)()
	}
}()

// logged is a gateway log with faults, and behind it a session for each history
// rule that breaks it. No two exchanges have the same time.
func logged(t *testing.T, seed uint64, opaque bool) (all []*contract.Exchange) {
	t.Helper()
	length := 1500
	if !needs.Whole(t) {
		length = 600
	}
	for _, x := range gatewayLog(length, seed, opaque) {
		own := *x
		own.Response = new(*x.Response)
		all = append(all, &own)
	}
	start := noon.AddDate(1, 0, 0)
	for _, s := range badExamples(t, contract.KindHistory) {
		for _, x := range s {
			x.Started = start.Add(x.Started.Sub(noon))
			all = append(all, x)
		}
		start = start.AddDate(0, 0, 1)
	}
	for i, x := range all {
		x.Name = fmt.Sprintf("log#%d", i)
		x.Started = x.Started.Add(time.Duration(i))
	}
	return all
}

// recorded is a recording of exchanges.
func recorded(name string, xs []*contract.Exchange) contract.Recording {
	return contract.Recording{Name: name, Entries: func(yield func(contract.Entry, error) bool) {
		for _, x := range xs {
			if !yield(contract.Entry{Decode: func() (*contract.Exchange, error) { return x, nil }}, nil) {
				return
			}
		}
	}}
}

// fixed is a report as JSON, without what is another in each run.
func fixed(t *testing.T, r *contract.Report) string {
	t.Helper()
	r.Started, r.Duration = time.Time{}, 0
	for i := range r.Outcomes {
		r.Outcomes[i].Duration = 0
	}
	r.Coverage = nil // which credentials were granted before is told by each task for itself
	text, err := json.MarshalIndent(r, "", " ")
	require.NoError(t, err)
	return string(text)
}

var shardKey = [contract.ShardKeySize]byte{1, 2, 3}

// mapped are the lines of one task.
func mapped(t *testing.T, spec *contract.Spec, xs []*contract.Exchange, o contract.ShardOptions) (lines []string) {
	t.Helper()
	require.NoError(t, spec.MapShard(t.Context(), []contract.Recording{recorded("log", xs)}, o, func(line []byte) error {
		lines = append(lines, string(line))
		return nil
	}))
	return lines
}

func linesOf(lines []string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for _, line := range lines {
			if !yield([]byte(line), nil) {
				return
			}
		}
	}
}

// Any split of the record, in any order, over any number of partitions, with
// tasks repeated, gives the report of one process, byte for byte.
func TestShardsGiveTheReportOfOneProcess(t *testing.T) {
	t.Parallel()
	spec := loadSpec(t)
	seeds := 12
	if !needs.Whole(t) {
		seeds = 2 // one of each: opaque tokens or not, complete or not
	}
	for seed := range uint64(seeds) {
		xs := logged(t, seed, seed%2 == 1)
		chance := rand.New(rand.NewPCG(seed, 9))
		o := contract.ShardOptions{Key: shardKey, Partitions: 1 + chance.IntN(6)}
		o.Complete = seed%3 != 0

		single, err := spec.ReplaySorted(t.Context(), []contract.Recording{recorded("log", xs)}, o.ReplayOptions)
		require.NoError(t, err)
		stream := spec.ReplayAll(t.Context(), []contract.Recording{recorded("log", xs)}, o.ReplayOptions)
		want := fixed(t, single)
		require.Equal(t, want, fixed(t, stream), "seed %d: one pass over the record in order", seed)
		if o.Complete {
			rules := map[string]bool{}
			for _, f := range single.Findings {
				rules[f.Rule] = true
			}
			for _, rule := range kindRules(contract.KindHistory) {
				require.True(t, rules[rule], "nothing in the record breaks %s", rule)
			}
		}

		tasks := make([][]*contract.Exchange, 1+chance.IntN(5))
		for _, i := range chance.Perm(len(xs)) {
			n := chance.IntN(len(tasks))
			tasks[n] = append(tasks[n], xs[i])
		}
		var lines []string
		for i, task := range tasks {
			out := mapped(t, spec, task, o)
			if i == 0 {
				out = append(out, out...) // carried out twice
			}
			lines = append(lines, out...)
		}
		slices.Sort(lines)
		var partials []*contract.Partial
		for len(lines) > 0 { // one or two partitions at a time
			n := len(lines)
			if p := slices.IndexFunc(lines, func(l string) bool { return l[:6] > fmt.Sprintf("%.6s", lines[0]) }); p > 0 && chance.IntN(3) > 0 {
				n = p
			}
			p, err := spec.ReduceShard(linesOf(lines[:n]), o)
			require.NoError(t, err)
			partials, lines = append(partials, p), lines[n:]
		}
		require.Equal(t, want, fixed(t, mergedPartials(t, chance, partials).Report(false)), "seed %d: %d tasks, %d partitions", seed, len(tasks), o.Partitions)
	}
}

// mergedPartials merges partials in an order of chance, some of them with each
// other first, through JSON.
func mergedPartials(t *testing.T, chance *rand.Rand, all []*contract.Partial) *contract.Partial {
	t.Helper()
	all = append(all, &contract.Partial{}) // merging with nothing changes nothing
	for len(all) > 1 {
		chance.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		require.NoError(t, all[0].Merge(all[1]))
		all = slices.Delete(all, 1, 2)
	}
	text, err := json.Marshal(all[0])
	require.NoError(t, err)
	p, err := contract.ReadPartial(bytes.NewReader(text))
	require.NoError(t, err)
	return p
}

// Nothing that stands for a person is in the lines that engines keep on disk.
func TestLinesOfAShardHoldNoIDNoTokenAndNoValue(t *testing.T) {
	xs := logged(t, 1, true)
	text := strings.Join(mapped(t, loadSpec(t), xs, contract.ShardOptions{Key: shardKey, Partitions: 3}), "")
	for _, secret := range []string{"user_0000", "user_123", "opaque-token", "Avery", "Robin", "Zoë", "Müller", "1901-01-01", "-04-23", "secret-of-the-client"} {
		require.NotContains(t, text, secret)
	}
	other := strings.Join(mapped(t, loadSpec(t), xs, contract.ShardOptions{Key: [contract.ShardKeySize]byte{9}, Partitions: 3}), "")
	key := func(text string) string { return strings.Split(text[strings.Index(text, "\tc\t")+3:], "\t")[0] }
	require.NotEqual(t, key(text), key(other), "without the key nobody can find out by trying")
}

func TestAShardThatIsNotWholeIsAnErrorAndNeverAWrongReport(t *testing.T) {
	spec := loadSpec(t)
	o := contract.ShardOptions{Key: shardKey, Partitions: 2, Version: "v1"}
	one, two := mapped(t, spec, logged(t, 1, false)[:300], o), mapped(t, spec, logged(t, 2, false)[300:600], o)
	all := slices.Sorted(slices.Values(append(one, two...)))
	middle := slices.IndexFunc(all, func(l string) bool { return l[7] == 'c' })
	other := o
	other.Version = "v2"
	foreign := o
	foreign.Key[5] = 7
	for what, row := range map[string]struct {
		lines []string
		o     contract.ShardOptions
		says  string
	}{
		"a line is missing":     {slices.Delete(slices.Clone(all), middle, middle+1), o, "some are missing"},
		"the end is missing":    {all[:len(all)-1], o, "some are missing"},
		"the head is missing":   {all[1:][slices.IndexFunc(all[1:], func(l string) bool { return l[7] != '!' }):], o, "has no head"},
		"not sorted":            {append([]string{all[middle]}, all...), o, "has no head"},
		"shuffled":              {append(append(slices.Clone(all[:middle]), all[middle+1], all[middle]), all[middle+2:]...), o, "out of order"},
		"a line is cut":         {append(slices.Clone(all[:middle]), all[middle][:len(all[middle])/2]+"\n"), o, "line"},
		"not of a shard":        {[]string{"{\"rule\":1}\n"}, o, "not of a shard"},
		"of another version":    {all, other, "another version"},
		"with another key":      {all, foreign, "another key"},
		"lines of another kind": {append(slices.Clone(all[:middle]), all[middle][:7]+"c\tzz\t1\t1\t1\tx\t1\t{}\n"), o, "line"},
		"of --complete and not": {all, func() contract.ShardOptions { c := o; c.Complete = true; return c }(), "--complete"},
	} {
		_, err := spec.ReduceShard(linesOf(row.lines), row.o)
		require.ErrorIs(t, err, contract.ErrShard, what)
		require.ErrorContains(t, err, row.says, what)
	}
	_, err := spec.ReduceShard(func(yield func([]byte, error) bool) { yield(nil, errors.New("it is cut off")) }, o)
	require.ErrorContains(t, err, "cut off")
	p, err := spec.ReduceShard(linesOf(nil), o)
	require.NoError(t, err, "an empty partition is nothing")
	require.Empty(t, p.Found)
}

func TestPartialsThatDoNotBelongTogetherAreRefused(t *testing.T) {
	spec := loadSpec(t)
	o := contract.ShardOptions{Key: shardKey}
	reduce := func(o contract.ShardOptions) *contract.Partial {
		p, err := spec.ReduceShard(linesOf(slices.Sorted(slices.Values(mapped(t, spec, logged(t, 1, false)[:50], o)))), o)
		require.NoError(t, err)
		return p
	}
	a := reduce(o)
	require.ErrorContains(t, a.Merge(reduce(o)), "partition 0 is in both")
	o.Version = "other"
	require.ErrorIs(t, a.Merge(reduce(o)), contract.ErrMerge)
	b := reduce(o)
	b.Spec = "another"
	require.ErrorContains(t, a.Merge(b), "different specs")
	require.Equal(t, []int{1, 2}, a.Missing(3))
	c := reduce(contract.ShardOptions{Key: shardKey, Partitions: 2})
	require.Equal(t, 2, c.Of)
	require.ErrorContains(t, a.Merge(c), "one is of 1 partitions and the other of 2")
}

// A partition that is one key, the others empty, and exchanges that overlap.
func TestOneKeyThatOverlapsItselfIsReducedAsInOneProcess(t *testing.T) {
	spec := loadSpec(t)
	chance := rand.New(rand.NewPCG(1, 9))
	o := contract.ShardOptions{Key: shardKey, Partitions: 8}
	o.Complete = true
	length := 3000
	if !needs.Whole(t) {
		length = 900
	}
	var xs []*contract.Exchange
	for x := range gatewaylog.New(gatewaylog.Options{Seed: 3, Exchanges: length, Users: 1, Faults: 0.05}).All() {
		x.Name = fmt.Sprintf("log#%d", len(xs))
		x.Duration = time.Duration(chance.Int64N(int64(3 * time.Second)))
		xs = append(xs, x)
	}
	overlap := 0
	for i, x := range xs[1:] {
		if x.Started.Before(xs[i].Started.Add(xs[i].Duration)) {
			overlap++
		}
	}
	require.Greater(t, overlap, 100)

	single, err := spec.ReplaySorted(t.Context(), []contract.Recording{recorded("log", xs)}, o.ReplayOptions)
	require.NoError(t, err)
	require.NotEmpty(t, single.Findings)
	lines := append(mapped(t, spec, xs[length/3:], o), mapped(t, spec, xs[:length/3], o)...)
	slices.Sort(lines)
	p, err := spec.ReduceShard(linesOf(lines), o)
	require.NoError(t, err)
	require.Empty(t, p.Missing(o.Partitions), "empty partitions are there too")
	require.Equal(t, fixed(t, single), fixed(t, mergedPartials(t, chance, []*contract.Partial{p}).Report(false)))
}
