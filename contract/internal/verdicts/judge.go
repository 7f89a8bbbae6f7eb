package main

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/outsiders"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// verdict is what the suite said about one honest thing, over all its runs.
type verdict struct {
	thing     string
	runs      int
	exchanges int
	reports   []*contract.Report
	explained map[string]string // why violations are true, by the rule
}

// judge collects verdicts.
type judge struct {
	spec     *contract.Spec
	ledgers  string
	verdicts []*verdict
	recorded []*contract.Exchange // of a few runs, to be logs
}

func (j *judge) add(v *verdict) { j.verdicts = append(j.verdicts, v) }

// take adds a report to a verdict.
func (v *verdict) take(r *contract.Report) error {
	v.runs++
	v.exchanges += r.Summary.Exchanges
	v.reports = append(v.reports, r)
	for _, o := range r.Outcomes {
		if o.Status == contract.Error || o.Status == contract.NotRun {
			return fmt.Errorf("%s: %s: %s: %s", v.thing, o.Case, o.Status, o.Reason)
		}
	}
	return nil
}

func (j *judge) suite(ctx context.Context, target contract.Target, o contract.Options) (*contract.Report, error) {
	o.LedgerDir = j.ledgers
	s, err := contract.NewSuite(j.spec, target, o)
	if err != nil {
		return nil, err
	}
	return s.Run(ctx), nil
}

// loggedRuns is how many runs make the logs.
const loggedRuns = 5

// sandbox runs the suite over seeds, each time on a server of its own.
func (j *judge) sandbox(ctx context.Context, first, seeds int) error {
	v := &verdict{thing: fmt.Sprintf("the sandbox, seeds %d to %d", first, first+seeds-1)}
	j.add(v)
	for n := range seeds {
		server, err := listening()
		if err != nil {
			return err
		}
		o := contract.Options{Seed: uint64(first + n), MaxWait: time.Nanosecond, Slow: time.Minute, Timeout: time.Minute}
		if n < loggedRuns {
			o.OnExchange = func(x *contract.Exchange) { j.recorded = append(j.recorded, x) }
		}
		r, err := j.suite(ctx, selftest.Target(server, server.URL), o)
		_ = server.Close() // nobody waits for its last answers
		if err != nil {
			return err
		}
		if err := v.take(r); err != nil {
			return err
		}
	}
	return nil
}

func listening() (*sandbox.Server, error) {
	server, err := sandbox.New()
	if err != nil {
		return nil, err
	}
	return server, server.Listen("127.0.0.1:0")
}

// together runs four suites at a time on one server, as on a staging that teams
// share.
func (j *judge) together(ctx context.Context, rounds int) error {
	const guests = 4
	v := &verdict{thing: fmt.Sprintf("%d suites at once on one sandbox, %d rounds", guests, rounds)}
	j.add(v)
	server, err := listening()
	if err != nil {
		return err
	}
	defer server.Close() //nolint:errcheck // nobody waits for its last answers
	for round := range rounds {
		reports, errs := make([]*contract.Report, guests), make([]error, guests)
		var group sync.WaitGroup
		for i := range guests {
			group.Go(func() {
				reports[i], errs[i] = j.suite(ctx, selftest.Target(server, server.URL),
					contract.Options{Seed: uint64(1000 + round*guests + i), Parallel: 4, MaxWait: time.Nanosecond, MaxDuration: time.Hour, Slow: time.Minute, Timeout: time.Minute})
			})
		}
		group.Wait()
		for i, r := range reports {
			if errs[i] != nil {
				return errs[i]
			}
			if err := v.take(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// outsiders runs the suite on servers of other stacks.
func (j *judge) outsiders(ctx context.Context) error {
	for _, server := range outsiders.All() {
		v := &verdict{thing: server.Name, explained: server.Explained}
		j.add(v)
		target, stop, err := server.Start(ctx)
		if err != nil {
			return err
		}
		r, err := j.suite(ctx, target, contract.Options{Seed: 7, Run: server.Cases, Slow: time.Minute, Timeout: time.Minute})
		stop()
		if err != nil {
			return err
		}
		if err := v.take(r); err != nil {
			return err
		}
	}
	return nil
}

// logs holds what was recorded against the rules again, in the forms in which
// logs come.
func (j *judge) logs(ctx context.Context) error {
	if len(j.recorded) == 0 {
		return nil
	}
	byTime := slices.SortedStableFunc(slices.Values(j.recorded), func(a, b *contract.Exchange) int {
		return a.Started.Add(a.Duration).Compare(b.Started.Add(b.Duration))
	})
	random := rand.New(rand.NewPCG(1, 2))
	lossy := slices.DeleteFunc(slices.Clone(byTime), func(*contract.Exchange) bool { return random.IntN(100) == 0 })
	disordered := slices.Clone(byTime)
	for from := 0; from < len(disordered); from += 200 {
		part := disordered[from:min(from+200, len(disordered))]
		random.Shuffle(len(part), func(a, b int) { part[a], part[b] = part[b], part[a] })
	}
	const files = 8
	var split []contract.Recording
	for i := range files {
		var part []*contract.Exchange
		for n := i; n < len(byTime); n += files {
			part = append(part, byTime[n])
		}
		split = append(split, recording(fmt.Sprintf("part-%d.jsonl", files-i), part))
	}
	twice := recording("log.jsonl", byTime)
	for _, log := range []struct {
		thing    string
		complete bool
		files    []contract.Recording
	}{
		{fmt.Sprintf("a log of %d runs, whole", loggedRuns), false, []contract.Recording{twice}},
		{"the same log with --complete", true, []contract.Recording{twice}},
		{fmt.Sprintf("the same log in %d files, with --complete", files), true, split},
		{"the same log, out of order within 200 lines", false, []contract.Recording{recording("disordered.jsonl", disordered)}},
		{"the same log with 1 % of its lines lost", false, []contract.Recording{recording("lossy.jsonl", lossy)}},
		{"the same log given twice", false, []contract.Recording{twice, twice}},
	} {
		v := &verdict{thing: log.thing}
		j.add(v)
		r := j.spec.ReplayAll(ctx, log.files, contract.ReplayOptions{Complete: log.complete, Slow: time.Minute})
		if err := v.take(r); err != nil {
			return err
		}
	}
	return nil
}

// recording is a recording of exchanges in memory.
func recording(name string, exchanges []*contract.Exchange) contract.Recording {
	var entries iter.Seq2[contract.Entry, error] = func(yield func(contract.Entry, error) bool) {
		for _, x := range exchanges {
			if !yield(contract.Entry{Decode: func() (*contract.Exchange, error) { return x, nil }}, nil) {
				return
			}
		}
	}
	return contract.Recording{Name: name, Entries: entries}
}
