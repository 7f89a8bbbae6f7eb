package history

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/recent"
	"github.com/onvy-health/onvy-go/contract/rule"
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
	// Lanes says that the engine shares the lives of resources with so many in
	// all, evenly, and that Lane is its place among them. All are told of grants,
	// which are the first one's to judge.
	Lane, Lanes int
	// Made is told of a verdict that waits as soon as it is made: what has led to it
	// may be forgotten when it is given. It may fall yet. Nil is nobody.
	Made func(Verdict)
}

// Verdict is a fact that contradicts others.
type Verdict struct {
	fact.Order
	Nth      int // among the verdicts on one fact
	Law      *rule.Rule
	Resource string     // "meals", if the law is one of resources
	Level    rule.Level // "" is that of the law
	Op       string
	Status   int
	Field    string // property of the resource, with a dot for a part; "" if it is not about one
	Pointer  string
	Message  string
	Earlier  fact.Order // the exchange that it contradicts; zero if there is none or it is not known
	Rests    string     // operation whose effect it takes for granted; "" for none
}

// Rule is the id of the law, as it is for the resource: "meals/read-back".
func (v *Verdict) Rule() string {
	if v.Resource == "" {
		return v.Law.ID
	}
	_, name, _ := strings.Cut(v.Law.ID, "/")
	return v.Resource + "/" + name
}

// Engine is what is known from the facts so far. One goroutine at a time may use
// it.
type Engine struct {
	NotJudged rule.NotJudged

	options Options
	hasher  *fact.Hasher
	report  func(Verdict)
	ops     map[string]*fact.Operation

	lives  *recent.Map[lifeKey, *life]
	lists  *recent.Map[listKey, *list]
	grants *recent.Map[fact.Digest, []grant]     // by token
	jtis   *recent.Map[fact.Digest, fact.Digest] // the token of a jti
	traded *recent.Map[fact.Digest, bool]
	owners *recent.Map[fact.Digest, []int64] // when a user was given tokens, their ends

	key fact.Digest // of the last fact, where they are sorted
	nth int         // verdicts of this fact so far
}

// NewEngine returns an engine that gives its verdicts to report. Facts of an
// extractor in the same process need its hasher.
func NewEngine(ops []*fact.Operation, hasher *fact.Hasher, o Options, report func(Verdict)) *Engine {
	kept := cmp.Or(o.Kept, 20_000)
	if o.Sorted {
		kept = math.MaxInt
	}
	lives := kept
	if o.Lanes > 1 && !o.Sorted {
		lives = kept/o.Lanes + kept/10 // they are not spread quite evenly
	}
	e := &Engine{
		options: o, hasher: hasher, report: report, ops: make(map[string]*fact.Operation),
		lives: recent.New[lifeKey, *life](lives), lists: recent.New[listKey, *list](kept),
		grants: recent.New[fact.Digest, []grant](kept), jtis: recent.New[fact.Digest, fact.Digest](kept), traded: recent.New[fact.Digest, bool](kept),
		owners: recent.New[fact.Digest, []int64](kept),
	}
	for _, op := range ops {
		e.ops[op.ID] = op
	}
	e.lives.Forget = func(_ lifeKey, l *life) {
		e.NotJudged.Forgotten++
		e.release(&l.held, math.MaxInt64)
	}
	e.lists.Forget = func(_ listKey, l *list) { e.release(&l.held, math.MaxInt64) }
	if o.Lane == 0 {
		e.grants.Forget = func(fact.Digest, []grant) { e.NotJudged.Forgotten++ }
	}
	return e
}

// Add takes the next fact. Busy says that something is being written at the
// moment, of which no fact has come yet: then listings are not judged.
func (e *Engine) Add(f *fact.Fact, busy bool) {
	if f.Operation == nil {
		if f.Operation = e.ops[f.Op]; f.Operation == nil {
			return // of another spec; who reads facts looks at that
		}
	}
	e.nth = 0
	if e.options.Sorted && f.Class == fact.Resources && f.Key != e.key {
		e.finish(e.lives)
		e.key = f.Key
	}
	switch f.Class {
	case fact.Grants:
		tokenLaws{e}.grant(f)
	case fact.Resources:
		if f.Listed && busy {
			return
		}
		if f.Own {
			tokenLaws{e}.refusedOwn(f)
			return
		}
		tokenLaws{e}.useToken(f)
		tokenLaws{e}.refusedToken(f)
		resourceLaws{e}.live(f)
	case fact.Listings:
		if f.Page != nil {
			tokenLaws{e}.useToken(f)
			pageLaws{e}.page(f, busy)
		} else if f.Event != nil {
			pageLaws{e}.event(f)
		} else {
			tokenLaws{e}.refusedToken(f)
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
func (e *Engine) tooLate(f *fact.Fact, newest int64) bool {
	return e.options.Later && f.End != 0 && f.End < newest
}

// say gives a verdict, now or later.
func (e *Engine) say(h *held, f *fact.Fact, v Verdict) {
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
	if e.options.Made != nil {
		e.options.Made(v)
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

// granted is the grant of a token, the last one before a fact; nil if it is not
// known.
func (e *Engine) granted(f *fact.Fact) *grant {
	all := e.grants.Get(f.Token.ID)
	for i := len(all) - 1; i >= 0; i-- {
		if all[i].Compare(f.Order) <= 0 {
			return &all[i]
		}
	}
	return nil
}

// realm is the part of the server that a request can see: a project, or, if
// principal is not none, one user of it.
func (e *Engine) realm(f *fact.Fact) (project, principal fact.Digest) {
	if g := e.granted(f); g != nil && !g.Project.IsZero() {
		return g.Project, g.Principal
	}
	if !f.Token.Project.IsZero() {
		return f.Token.Project, f.Token.Principal
	}
	return f.Token.ID, fact.Digest{}
}

// mayUse reports whether the token of a request has the scope that the operation
// needs, as far as is known. Some servers say 404 where it has not.
func (e *Engine) mayUse(f *fact.Fact) bool {
	g := e.granted(f)
	if e.options.Shared && g == nil {
		return false // a live run saw every token that is one
	}
	if f.Token.Scoped {
		return !f.Token.Lacks
	}
	return g == nil || len(g.Scopes) == 0 || slices.Contains(g.Scopes, f.Operation.Scope)
}
