package replay

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/evidence"
	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// One is ReplayAll of one recording.
func One(ctx context.Context, s *pass.Spec, name string, entries iter.Seq2[*wire.Exchange, error], o run.ReplayOptions) *rule.Report {
	return All(ctx, s, []run.Recording{{Name: name, Entries: func(yield func(run.Entry, error) bool) {
		for x, err := range entries {
			e := run.Entry{Decode: func() (*wire.Exchange, error) { return x, nil }}
			if x != nil {
				if e.Size = len(x.Request.Body); x.Response != nil {
					e.Size += len(x.Response.Body)
				}
			}
			if !yield(e, err) {
				return
			}
		}
	}}}, o)
}

// All holds recorded exchanges against all exchange and history rules, in
// parallel, with findings in the order of the time. There is one history over
// all recordings, which are taken together by the time at which exchanges
// ended; what is out of order is counted in [rule.Summary.NotJudged], and so are
// exchanges that are in two recordings, which count once. What has no time is
// held against its own recording only. An entry that
// cannot be read is an outcome of status error and does not stop the others;
// entries of other hosts, or of paths that are not of this API, are counted by
// host and path.
func All(ctx context.Context, s *pass.Spec, recordings []run.Recording, o run.ReplayOptions) *rule.Report {
	started := time.Now()
	counts := make([]*pass.Counting, len(recordings))
	for i := range counts {
		counts[i] = pass.NewCounting(s, false)
	}
	h := newReplayed(s, o)
	h.several = len(recordings) > 1
	all := inOrder(merged(pipelines(ctx, s, recordings, o, counts, h.extractor, h.tally.selection)), &h.tally.notJudged)
	for e := range once(all, h.tally) {
		if o.OnExchange != nil && e.call != nil {
			o.OnExchange(e.call.Exchange)
		}
		h.take(&e)
		if o.OnEntry != nil {
			o.OnEntry()
		}
	}
	h.flush()

	r := &rule.Report{Version: rule.ReportVersion, Kind: rule.Recordings, Started: started, Spec: s.SHA256(), Strict: o.Strict, Coverage: covered(counts), Limits: s.Limits()}
	r.OnlyRules, r.SkipRules, r.OwnRules = o.OnlyRules, o.SkipRules, rule.Own(o.Rules)
	h.tally.into(r, names(recordings), ctx.Err() != nil)
	r.Summary.Rules = h.tally.selection.Count(passiveRules())
	return r
}

// names are those of recordings, each once.
func names(recordings []run.Recording) (all []string) {
	for i, nth := range nthOfName(recordings) {
		if nth == 0 {
			all = append(all, recordings[i].Name)
		}
	}
	return all
}

// covered is the coverage of all recordings together.
func covered(counts []*pass.Counting) *rule.Coverage {
	var all *rule.Coverage
	for _, n := range counts {
		if c := n.Counts(); all == nil {
			all = c
		} else if err := all.Merge(c); err != nil {
			panic(err) // they are all of one spec
		}
	}
	return all
}

// replayed is a replay that is under way.
type replayed struct {
	tally     *tally
	extractor *fact.Extractor
	lanes     *lanes
	whole     bool // as far as is known

	// several says that there are other recordings. When what has no time was,
	// seen from them, nobody knows: it has a history for each recording.
	several bool
	apart   map[source]*history.Engine
	newly   func() *history.Engine
}

func newReplayed(s *pass.Spec, o run.ReplayOptions) *replayed {
	h := &replayed{tally: newTally(), extractor: fact.NewExtractor(past.ReadClaims, nil), whole: o.Complete, apart: make(map[source]*history.Engine)}
	h.tally.choose(o)
	h.tally.witness.Redact = o.Evidence
	h.tally.witness.Things = evidence.Things{Spec: s, BasePath: strings.TrimRight(o.BasePath, "/")}
	to := judge{made: func(v history.Verdict) { h.tally.made(s, v) }, say: func(v history.Verdict) { h.tally.verdict(s, v) }}
	newly := func(ho history.Options, to judge) *history.Engine {
		ho.Whole, ho.Later = o.Complete, true
		if o.Evidence != nil {
			ho.Made = to.made
		}
		return history.NewEngine(s.Lives, h.extractor.Hasher, ho, to.say)
	}
	h.lanes = newLanes(newly, to)
	h.newly = func() *history.Engine { return newly(history.Options{}, to) }
	return h
}

// flush gives the verdicts that are still held.
func (h *replayed) flush() {
	h.tally.notJudged.Add(h.lanes.flush())
	for _, engine := range h.apart {
		engine.Flush()
		h.tally.notJudged.Add(engine.NotJudged)
	}
}

// take takes the next entry.
func (h *replayed) take(e *checkedEntry) {
	if e.late && h.whole {
		h.lanes.settle()
		h.tally.unsettle(e.at.End)
		h.lanes.doubt()
	}
	h.tally.entry(e)
	if e.call == nil {
		return
	}
	if h.several && e.tells() && e.call.Exchange.Started.IsZero() {
		h.takeApart(e)
	}
	h.lanes.add(e)
}

// takeApart tells the facts of an entry without a time to the history of its
// recording.
func (h *replayed) takeApart(e *checkedEntry) {
	from := sourceOf(e.at)
	if h.whole && len(h.apart) == 0 { // others may have written at any time
		h.lanes.settle()
		h.tally.unsettle(noTime)
		h.lanes.doubt()
	}
	if h.apart[from] == nil {
		h.apart[from] = h.newly()
		h.apart[from].Doubt()
	}
	if h.whole {
		h.tally.notJudged.Timeless++
	}
	for _, f := range e.told {
		h.apart[from].Add(f, false)
	}
	e.forget()
}

// passiveRules are those that can be applied to traffic that was not made for
// them.
func passiveRules() []rule.Rule { return slices.Concat(rules.Exchange(), past.Rules) }

// into writes the report, with an outcome for each recording.
func (t *tally) into(r *rule.Report, names []string, interrupted bool) {
	by := make(map[string][]rule.Finding)
	for _, f := range t.settled().sorted() {
		r.Findings = append(r.Findings, f.Finding)
		by[f.Order.From] = append(by[f.Order.From], f.Finding)
	}
	all := r.Findings
	r.Summary.Unmatched = make(map[string]int)
	for _, name := range names {
		recording := t.recording(name)
		one := rule.Outcome{Case: name, Status: rule.Pass, Exchanges: recording.Exchanges, Duration: time.Since(r.Started), Findings: by[name]}
		for _, f := range one.Findings {
			if f.Level == rule.Violation || r.Strict {
				one.Status = rule.Fail
			}
		}
		switch {
		case interrupted:
			one.Status, one.Reason = rule.NotRun, "interrupted"
		case one.Exchanges == 0 && recording.Repeated > 0 && recording.Unread == 0:
			one.Reason = "all of it is in another recording too"
		case one.Exchanges == 0 && recording.Unread == 0 && len(recording.Unmatched) == 0:
			one.Status, one.Reason = rule.NotRun, "there are no entries"
		case one.Exchanges == 0 && recording.Unread == 0:
			hosts := slices.Sorted(maps.Keys(recording.Unmatched))
			one.Status = rule.NotRun
			one.Reason = "no entry is of this API; its hosts and paths: " + strings.Join(hosts[:min(5, len(hosts))], ", ") + " (other hosts of the API are named by --host)"
		}
		if one.Status == rule.Pass && one.Exchanges > 0 && recording.Answers == 0 {
			one.Status, one.Reason = rule.NotRun, "no entry has an answer of the server"
		}
		for why, n := range recording.Unjudged {
			if r.Summary.Unjudged == nil {
				r.Summary.Unjudged = make(map[string]int)
			}
			r.Summary.Unjudged[why] += n
		}
		if one.Exchanges > 0 || recording.Unread == 0 {
			r.Add(one)
		}
		for _, reason := range recording.Reasons {
			r.Add(rule.Outcome{Case: name, Status: rule.Error, Reason: reason})
		}
		r.Summary.Errors += recording.Unread - len(recording.Reasons)
		for place, n := range recording.Unmatched {
			r.Summary.Unmatched[place] += n
		}
	}
	r.Target = target(names)
	t.notJudged.Overlapping = t.overlapping()
	if t.notJudged != (rule.NotJudged{}) {
		r.Summary.NotJudged = &t.notJudged
	}
	r.Findings = all
	for _, o := range t.failures() {
		r.Add(o)
	}
	r.Finish()
}

// target names recordings, or the first ones of many.
func target(names []string) string {
	if len(names) > 10 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}
