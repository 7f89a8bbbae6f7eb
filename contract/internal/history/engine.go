package history

import (
	"cmp"
	"math"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/recent"
)

// Options of an engine. The zero value is right for a record that may have gaps.
type Options struct {
	// Whole says that the record has every write there was, and that facts come
	// in order. Then two views of a resource must agree unless a write lies
	// between them.
	Whole bool
	// Shared says that others may come and go in a listing unseen, whatever Whole
	// says of single resources. Then a total that does not agree takes a second
	// walk that saw the same.
	Shared bool
	// Later says that an exchange may still turn out to overlap with one that
	// comes later. A verdict then waits until that cannot be any more, or until
	// Flush.
	Later bool
	// Sorted says that facts come sorted by class and key, so that a key is done
	// when the next one comes. Then nothing is forgotten.
	Sorted bool
	// Kept is how many resources, tokens and listings are remembered at least;
	// 0 is 20,000.
	Kept int
}

// NotJudged counts what could have been held against something, and was not.
type NotJudged struct {
	Forgotten  int `json:"forgotten,omitzero"`    // resources and tokens that were not met for too long
	OutOfOrder int `json:"out_of_order,omitzero"` // exchanges that came too late for what was known already
	Repeated   int `json:"repeated,omitzero"`     // exchanges that are there twice, and count once
	Untied     int `json:"untied,omitzero"`       // views that an unseen write may lie between
	// Overlapping counts recordings in whose time others were made too; they are
	// taken together.
	Overlapping int `json:"overlapping,omitzero"`
}

// Add adds counts up.
func (n *NotJudged) Add(other NotJudged) {
	n.Forgotten += other.Forgotten
	n.OutOfOrder += other.OutOfOrder
	n.Repeated += other.Repeated
	n.Untied += other.Untied
	n.Overlapping += other.Overlapping
}

// Verdict is a fact that contradicts others.
type Verdict struct {
	Order
	Nth     int // among the verdicts of one exchange
	Rule    string
	Level   string // "" is that of the law
	Op      string
	Status  int
	Field   string // property of the resource, with a dot for a part; "" if it is not about one
	Pointer string
	Message string
	Earlier Order  // the exchange that it contradicts; zero if there is none or it is not known
	Rests   string // operation whose effect it takes for granted; "" for none
}

// Engine is what is known from the facts so far. One goroutine at a time may use
// it.
type Engine struct {
	NotJudged NotJudged

	options Options
	hasher  *Hasher
	report  func(Verdict)
	ops     map[string]*Operation

	lives  *recent.Map[lifeKey, *life]
	lists  *recent.Map[listKey, *list]
	grants *recent.Map[Digest, []grant] // by token
	jtis   *recent.Map[Digest, Digest]  // the token of a jti
	traded *recent.Map[Digest, bool]
	owners *recent.Map[Digest, []int64] // when a user was given tokens, their ends

	key Digest // of the last fact, where they are sorted
	nth int    // verdicts of this exchange so far
	now Order
}

// NewEngine returns an engine that gives its verdicts to report. Facts of an
// extractor in the same process need its hasher.
func NewEngine(ops []*Operation, hasher *Hasher, o Options, report func(Verdict)) *Engine {
	kept := cmp.Or(o.Kept, 20_000)
	if o.Sorted {
		kept = math.MaxInt
	}
	e := &Engine{
		options: o, hasher: hasher, report: report, ops: make(map[string]*Operation),
		lives: recent.New[lifeKey, *life](kept), lists: recent.New[listKey, *list](kept),
		grants: recent.New[Digest, []grant](kept), jtis: recent.New[Digest, Digest](kept), traded: recent.New[Digest, bool](kept),
		owners: recent.New[Digest, []int64](kept),
	}
	for _, op := range ops {
		e.ops[op.ID] = op
	}
	e.lives.Forget = func(_ lifeKey, l *life) {
		e.NotJudged.Forgotten++
		e.release(&l.held, math.MaxInt64)
	}
	e.lists.Forget = func(_ listKey, l *list) { e.release(&l.held, math.MaxInt64) }
	e.grants.Forget = func(Digest, []grant) { e.NotJudged.Forgotten++ }
	return e
}

// Add takes the next fact. Busy says that something is being written at the
// moment, of which no fact has come yet: then listings are not judged.
func (e *Engine) Add(f *Fact, busy bool) {
	if f.op == nil {
		if f.op = e.ops[f.Op]; f.op == nil {
			return // of another spec; who reads facts looks at that
		}
	}
	if f.Order != e.now {
		e.now, e.nth = f.Order, 0
	}
	if e.options.Sorted && f.Class == Resources && f.Key != e.key {
		e.finish(e.lives)
		e.key = f.Key
	}
	switch f.Class {
	case Grants:
		e.grant(f)
	case Resources:
		if f.listed && busy {
			return
		}
		if f.Own {
			e.refusedOwn(f)
			return
		}
		e.useToken(f)
		e.refusedToken(f)
		e.live(f)
	case Listings:
		if f.Page != nil {
			e.useToken(f)
			e.page(f, busy)
		} else if f.Event != nil {
			e.event(f)
		} else {
			e.refusedToken(f)
		}
	}
}

// Doubt says that the record is not in order after all: from now on it counts
// as one that has gaps.
func (e *Engine) Doubt() { e.options.Whole = false }

// Flush gives the verdicts that were waiting.
func (e *Engine) Flush() {
	e.finish(e.lives)
	for _, l := range e.lists.All() {
		e.release(&l.held, math.MaxInt64)
	}
}

func (e *Engine) finish(lives *recent.Map[lifeKey, *life]) {
	for _, l := range lives.All() {
		e.release(&l.held, math.MaxInt64)
	}
	lives.Clear()
}

// held are verdicts that may fall when a write turns out to overlap with what
// they rest on.
type held []struct {
	Verdict
	from int64 // when what they rest on began
}

// longest is how long an exchange may take to be found to overlap with another.
const longest = int64(5 * time.Minute)

// tooLate reports whether a fact comes after others that ended later. Live
// traffic comes as it ends, but for the blink in which two wait for each other.
func (e *Engine) tooLate(f *Fact, newest int64) bool {
	return e.options.Later && f.End != 0 && f.End < newest
}

// say gives a verdict, now or later.
func (e *Engine) say(h *held, f *Fact, v Verdict) {
	v.Order, v.Nth, v.Op, v.Status = f.Order, e.nth, f.Op, f.Status
	e.nth++
	e.sayAs(h, f.Start, v)
}

// sayAs is say with a verdict about another exchange.
func (e *Engine) sayAs(h *held, from int64, v Verdict) {
	if !e.options.Later || v.End == 0 {
		e.report(v)
		return
	}
	*h = append(*h, struct {
		Verdict
		from int64
	}{v, from})
}

// release gives the verdicts about exchanges that ended before.
func (e *Engine) release(h *held, before int64) {
	kept := (*h)[:0]
	for _, v := range *h {
		if v.End < before {
			e.report(v.Verdict)
		} else {
			kept = append(kept, v)
		}
	}
	*h = kept
}

// drop lets verdicts fall that overlap with a write.
func (h *held) drop(start int64) {
	kept := (*h)[:0]
	for _, v := range *h {
		if v.End <= start {
			kept = append(kept, v)
		}
	}
	*h = kept
}
