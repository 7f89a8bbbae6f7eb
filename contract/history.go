package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/onvy-health/onvy-go/contract/internal/history"
)

// History holds exchanges of the same users, listings and tokens against each
// other. Feed it exchanges in the order in which they ended; live and recorded
// traffic are the same to it. It is safe for concurrent use.
//
// It takes into account that it may not see every write: others write too. Two
// views of a user are compared only if their updated_at says that nothing
// changed in between, unless the history is a [WholeHistory].
//
// Its memory is bounded: it knows the 20,000 users and the 20,000 tokens that it
// met last, at least. What it has forgotten it takes as if never seen.
type History struct {
	spec      *Spec
	extractor *history.Extractor

	open atomic.Int64 // writes that are under way; see begin

	mu       sync.Mutex
	engine   *history.Engine
	seq      uint64
	findings []Finding // of the exchange that is being added
}

// NewHistory returns an empty history.
func NewHistory(spec *Spec) *History { return newHistory(spec, history.Options{}) }

// WholeHistory returns an empty history that is going to see every write there
// is. Then any two views of a user must agree with the writes between them, and
// much more can be said.
func WholeHistory(spec *Spec) *History { return newHistory(spec, history.Options{Whole: true}) }

// guestHistory is for a suite on a server that others use too: it sees every
// write to the users that it creates, and not who else comes and goes.
func guestHistory(spec *Spec) *History {
	return newHistory(spec, history.Options{Whole: true, Shared: true})
}

func newHistory(spec *Spec, o history.Options) *History {
	h := &History{spec: spec, extractor: history.NewExtractor(readClaims, nil)}
	h.engine = history.NewEngine(spec.lives, h.extractor.Hasher, o, func(v history.Verdict) {
		h.findings = append(h.findings, spec.historyFinding(v))
	})
	return h
}

// Add takes the next exchange and returns what it contradicts.
func (h *History) Add(x *Exchange) []Finding {
	c := h.spec.open(x, "")
	defer c.close()
	h.addCall(c)
	return c.findings
}

// addCall adds an exchange; findings go into the call.
func (h *History) addCall(c *call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seq++
	facts := c.facts(h.extractor, h.seq)
	busy := h.open.Load() > 0
	for i := range facts {
		h.engine.Add(&facts[i], busy)
	}
	c.findings = append(c.findings, h.findings...)
	h.findings = h.findings[:0]
}

// begin says that a request is under way whose answer is still to be added.
// The returned function says that it was added, or never will be. A listing
// that ends while something is being written is not judged.
func (h *History) begin(method string) (end func()) {
	if method == "GET" || method == "HEAD" {
		return func() {}
	}
	h.open.Add(1)
	return func() { h.open.Add(-1) }
}

// historyRules are the rules of the history, those of users among them.
var historyRules = func() (all []Rule) {
	for _, laws := range []struct {
		family string
		laws   []history.Law
	}{{"users/", history.ResourceLaws}, {"", history.PageLaws}, {"", history.TokenLaws}} {
		for _, l := range laws.laws {
			all = append(all, Rule{ID: laws.family + l.ID, Kind: KindHistory, Level: Level(l.Level), Source: l.Source, Title: l.Title, Breaks: l.Breaks, Holds: l.Holds})
		}
	}
	return all
}()

// historyFinding is a verdict as a finding.
func (s *Spec) historyFinding(v history.Verdict) Finding {
	f := Finding{
		Rule: v.Rule, Level: Level(v.Level), Operation: v.Op, Status: v.Status, Pointer: v.Pointer, Message: v.Message,
		Count: 1, Exchange: v.Name,
	}
	family, name, _ := strings.Cut(v.Rule, "/")
	for _, r := range historyRules {
		// The laws of other resources are those of users.
		if r.ID == v.Rule || r.ID == "users/"+name && family != "page" && family != "token" {
			f.Source = r.Source
			if f.Level == "" {
				f.Level = r.Level
			}
		}
	}
	if o := s.operationByID(v.Rests); o != nil && f.Level == Violation && o.weakest() == "assumed" {
		f.Level = Assumption // what the operation does, or takes, is one
	}
	o := s.operationByID(v.Op)
	if v.Field != "" {
		f.Spec = o.placeOf(v.Field)
	}
	if o != nil {
		if f.Spec == "" {
			f.Spec = o.location
		}
	}
	return f
}

// digest stands for a secret in maps, so that none stays in memory for long.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:12])
}
