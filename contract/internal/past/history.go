package past

import (
	"cmp"
	"sync"
	"sync/atomic"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// History holds exchanges of the same users, listings and tokens against each
// other. Feed it exchanges in the order in which they ended; live and recorded
// traffic are the same to it. It is safe for concurrent use.
//
// It takes into account that it may not see every write: others write too. Two
// views of a user are compared only if their updated_at says that nothing
// changed in between, unless the history is a [Whole].
//
// Its memory is bounded: it knows the 20,000 users and the 20,000 tokens that it
// met last, at least. What it has forgotten it takes as if never seen.
type History struct {
	spec      *pass.Spec
	extractor *fact.Extractor

	open atomic.Int64 // writes that are under way; see Begin

	mu       sync.Mutex
	engine   *history.Engine
	seq      uint64
	findings []rule.Finding // of the exchange that is being added
	facts    []fact.Fact    // of it
}

// New returns an empty history.
func New(spec *pass.Spec) *History { return newHistory(spec, history.Options{}) }

// Whole returns an empty history that is going to see every write there
// is. Then any two views of a user must agree with the writes between them, and
// much more can be said.
func Whole(spec *pass.Spec) *History { return newHistory(spec, history.Options{Whole: true}) }

// Guest is for a suite on a server that others use too: it sees every
// write to the users that it creates, and not who else comes and goes.
func Guest(spec *pass.Spec) *History {
	return newHistory(spec, history.Options{Whole: true, Shared: true})
}

func newHistory(spec *pass.Spec, o history.Options) *History {
	h := &History{spec: spec, extractor: fact.NewExtractor(ReadClaims, nil)}
	h.engine = history.NewEngine(spec.Lives, h.extractor.Hasher, o, func(v history.Verdict) {
		h.findings = append(h.findings, Finding(spec, v))
	})
	return h
}

// Add takes the next exchange and returns what it contradicts.
func (h *History) Add(x *wire.Exchange) []rule.Finding {
	c := h.spec.Open(x, "")
	defer c.Release()
	h.AddCall(c)
	return c.Findings
}

// AddCall adds an exchange; findings go into the call.
func (h *History) AddCall(c *pass.Call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	h.facts = Facts(h.facts[:0], c, h.extractor, h.seq)
	busy := h.open.Load() > 0
	for i := range h.facts {
		h.engine.Add(&h.facts[i], busy)
	}
	clear(h.facts)
	c.Findings = append(c.Findings, h.findings...)
	h.findings = h.findings[:0]
}

// Begin says that a request is under way whose answer is still to be added.
// The returned function says that it was added, or never will be. A listing
// that ends while something is being written is not judged.
func (h *History) Begin(method string) (end func()) {
	if method == "GET" || method == "HEAD" {
		return func() {}
	}
	h.open.Add(1)
	return func() { h.open.Add(-1) }
}

// Rules are the rules of the history, those of users among them.
var Rules = func() []rule.Rule {
	all := make([]rule.Rule, len(history.Laws))
	for i, law := range history.Laws {
		all[i] = *law
	}
	return all
}()

// Finding is a verdict as a finding.
func Finding(s *pass.Spec, v history.Verdict) rule.Finding {
	f := rule.Finding{
		Rule: v.Rule(), Level: cmp.Or(v.Level, v.Law.Level), Operation: v.Op, Status: v.Status, Pointer: v.Pointer, Message: v.Message,
		Source: v.Law.Source, Count: 1, Exchange: v.Name,
	}
	if o := s.Operation(v.Rests); o != nil && f.Level == rule.Violation && o.Weakest() == "assumed" {
		f.Level = rule.Assumption // what the operation does, or takes, is one
	}
	o := s.Operation(v.Op)
	if v.Field != "" {
		f.Spec = o.PlaceOf(v.Field)
	}
	if o != nil {
		if f.Spec == "" {
			f.Spec = o.Location
		}
	}
	return f
}
