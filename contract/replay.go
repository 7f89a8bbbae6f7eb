package contract

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/history"
)

// ReplayOptions of a replay. The zero value is a good one.
type ReplayOptions struct {
	Hosts    []string      // hosts that are this API too, beside those of the spec and loopback
	BasePath string        // of the base URL, if it has one
	Slow     time.Duration // an answer that took longer is a finding; 0 is 2 s
	Strict   bool          // assumptions and drift fail the replay too
	Parallel int           // exchanges checked at once; 0 is one for each core
	// Complete says that the recordings have every write there was, by anybody.
	// Then two views of a user must agree unless a write lies between them, and
	// more is found; where a line is missing, wrongly.
	Complete bool
	// Rules, OnlyRules and SkipRules are as in [Options]. A rule of your own that
	// lacks something, or panics, is an outcome of status error; the rest goes on.
	Rules                []*Rule
	OnlyRules, SkipRules []string
	// OnEntry is called after each entry, one at a time.
	OnEntry func()
	// OnExchange is called with each exchange of this API, one at a time, in the
	// order of the time.
	OnExchange func(*Exchange)
	// Evidence redacts an exchange; what it returns is shown in the steps of
	// findings. Without it findings of recordings have no steps.
	Evidence func(*Exchange) *Exchange
}

// Recording is one recording of a replay.
type Recording struct {
	Name    string
	Entries iter.Seq2[Entry, error]
}

// Entry is an exchange that need not be decoded yet: Decode is called on any
// goroutine.
type Entry struct {
	Size   int // in bytes, about
	Decode func() (*Exchange, error)
}

// Replay is ReplayAll of one recording.
func (s *Spec) Replay(ctx context.Context, name string, entries iter.Seq2[*Exchange, error], o ReplayOptions) *Report {
	return s.ReplayAll(ctx, []Recording{{name, func(yield func(Entry, error) bool) {
		for x, err := range entries {
			e := Entry{Decode: func() (*Exchange, error) { return x, nil }}
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

// ReplayAll holds recorded exchanges against all exchange and history rules, in
// parallel, with findings in the order of the time. There is one history over
// all recordings, which are taken together by the time at which exchanges
// ended; what is out of order is counted in [Summary.NotJudged], and so are
// exchanges that are in two recordings, which count once. What has no time is
// held against its own recording only. An entry that
// cannot be read is an outcome of status error and does not stop the others;
// entries of other hosts, or of paths that are not of this API, are counted by
// host and path.
func (s *Spec) ReplayAll(ctx context.Context, recordings []Recording, o ReplayOptions) *Report {
	started := time.Now()
	counts := make([]*counting, len(recordings))
	for i := range counts {
		counts[i] = newCounting(s, false)
	}
	h := s.newReplayed(o)
	h.several = len(recordings) > 1
	all := inOrder(merged(s.pipelines(ctx, recordings, o, counts, h.extractor, h.tally.selection)), &h.tally.notJudged)
	for e := range once(all, h.tally) {
		if o.OnExchange != nil && e.call != nil {
			o.OnExchange(e.call.x)
		}
		h.take(&e)
		if o.OnEntry != nil {
			o.OnEntry()
		}
	}
	h.flush()

	r := &Report{Version: ReportVersion, Kind: Recordings, Started: started, Spec: s.SHA256(), Strict: o.Strict, Coverage: covered(counts), Limits: s.limits()}
	h.tally.into(r, names(recordings), ctx.Err() != nil)
	return r
}

func names(recordings []Recording) (all []string) {
	for _, r := range recordings {
		all = append(all, r.Name)
	}
	return all
}

// covered is the coverage of all recordings together.
func covered(counts []*counting) *Coverage {
	var all *Coverage
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
	extractor *history.Extractor
	engine    *history.Engine
	whole     bool

	// several says that there are other recordings. When what has no time was,
	// seen from them, nobody knows: it has a history for each recording.
	several bool
	apart   map[string]*history.Engine
	newly   func() *history.Engine
}

func (s *Spec) newReplayed(o ReplayOptions) *replayed {
	h := &replayed{tally: newTally(), extractor: history.NewExtractor(readClaims, nil), whole: o.Complete}
	h.tally.choose(o)
	h.tally.witness.redact = o.Evidence
	h.newly = func() *history.Engine {
		return history.NewEngine(s.lives, h.extractor.Hasher, history.Options{Whole: o.Complete, Later: true}, func(v history.Verdict) {
			h.tally.verdict(s, v)
		})
	}
	h.engine, h.apart = h.newly(), make(map[string]*history.Engine)
	return h
}

// history is the one that an entry belongs to.
func (h *replayed) history(e *checkedEntry) *history.Engine {
	if !h.several || e.call == nil || !e.call.x.Started.IsZero() {
		return h.engine
	}
	if h.apart[e.recording] == nil {
		h.apart[e.recording] = h.newly()
	}
	return h.apart[e.recording]
}

// flush gives the verdicts that are still held.
func (h *replayed) flush() {
	for _, engine := range append(slices.Collect(maps.Values(h.apart)), h.engine) {
		engine.Flush()
		h.tally.notJudged.Add(engine.NotJudged)
	}
}

// take takes the next entry.
func (h *replayed) take(e *checkedEntry) {
	if e.late && h.whole {
		h.tally.unsettle(e.order().End)
		h.engine.Doubt()
	}
	h.tally.entry(e)
	if len(e.facts) > 0 {
		engine := h.history(e)
		for i := range e.facts {
			engine.Add(&e.facts[i], false)
		}
	}
	if e.call != nil {
		if !e.call.x.FromCache {
			e.call.count()
		}
		e.call.close()
	}
}

// passiveRules are those that can be applied to traffic that was not made for
// them.
func passiveRules() (passive []Rule) {
	for _, rule := range Rules() {
		if rule.Kind != KindProbe {
			passive = append(passive, rule)
		}
	}
	return passive
}

// into writes the report, with an outcome for each recording.
func (t *tally) into(r *Report, names []string, interrupted bool) {
	by := make(map[string][]Finding)
	for _, f := range t.settled().sorted() {
		r.Findings = append(r.Findings, f.Finding)
		by[f.Order.From] = append(by[f.Order.From], f.Finding)
	}
	all := r.Findings
	r.Summary.Unmatched = make(map[string]int)
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		recording := t.recording(name)
		one := Outcome{Case: name, Status: Pass, Exchanges: recording.Exchanges, Duration: time.Since(r.Started), Findings: by[name]}
		for _, f := range one.Findings {
			if f.Level == Violation || r.Strict {
				one.Status = Fail
			}
		}
		switch {
		case interrupted:
			one.Status, one.Reason = NotRun, "interrupted"
		case one.Exchanges == 0 && recording.Repeated > 0 && recording.Unread == 0:
			one.Reason = "all of it is in another recording too"
		case one.Exchanges == 0 && recording.Unread == 0 && len(recording.Unmatched) == 0:
			one.Status, one.Reason = NotRun, "there are no entries"
		case one.Exchanges == 0 && recording.Unread == 0:
			hosts := slices.Sorted(maps.Keys(recording.Unmatched))
			one.Status = NotRun
			one.Reason = "no entry is of this API; its hosts and paths: " + strings.Join(hosts[:min(5, len(hosts))], ", ") + " (other hosts of the API are named by --host)"
		}
		if one.Status == Pass && one.Exchanges > 0 && recording.Answers == 0 {
			one.Status, one.Reason = NotRun, "no entry has an answer of the server"
		}
		for why, n := range recording.Unjudged {
			if r.Summary.Unjudged == nil {
				r.Summary.Unjudged = make(map[string]int)
			}
			r.Summary.Unjudged[why] += n
		}
		if one.Exchanges > 0 || recording.Unread == 0 {
			r.add(one)
		}
		for _, reason := range recording.Reasons {
			r.add(Outcome{Case: name, Status: Error, Reason: reason})
		}
		r.Summary.Errors += recording.Unread - len(recording.Reasons)
		for place, n := range recording.Unmatched {
			r.Summary.Unmatched[place] += n
		}
	}
	r.Target = strings.Join(names, ", ")
	t.notJudged.Overlapping = t.overlapping()
	if t.notJudged != (NotJudged{}) {
		r.Summary.NotJudged = &t.notJudged
	}
	r.Findings = all
	if t.refused != nil {
		r.add(Outcome{Case: "rules", Status: Error, Reason: t.refused.Error()})
	}
	for _, o := range t.selection.failures() {
		r.add(o)
	}
	r.finish()
	r.Summary.Rules = t.selection.count(passiveRules())
}
