package contract

import (
	"cmp"
	"math"
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/history"
)

// NotJudged counts what a replay could have held against the server, and did
// not, since the record does not say enough.
type NotJudged = history.NotJudged

// erroneous is how many entries that cannot be read are named.
const erroneous = 100

// tally is what a replay has found so far. Two tallies make one, in any order.
type tally struct {
	found, bare *ranking
	authorized  bool // some request had an Authorization
	NotJudged   NotJudged

	// By recording.
	exchanges map[int]int
	unmatched map[int]map[string]int
	unread    map[int]*unread
	answers   map[int]int // exchanges with an answer of the server

	unjudged map[string]int
}

// unread are entries that cannot be read.
type unread struct {
	count   int
	reasons []string // of the first ones
}

func newTally() *tally {
	return &tally{
		found: newRanking(), bare: newRanking(),
		exchanges: make(map[int]int), unmatched: make(map[int]map[string]int), unread: make(map[int]*unread),
		answers: make(map[int]int), unjudged: make(map[string]int),
	}
}

// entry takes what the exchange rules have found.
func (t *tally) entry(e *checkedEntry) {
	switch {
	case e.err != nil:
		u := t.unread[e.from]
		if u == nil {
			u = &unread{}
			t.unread[e.from] = u
		}
		if u.count++; u.count <= erroneous {
			u.reasons = append(u.reasons, e.err.Error())
		}
	case e.unmatched != "":
		if t.unmatched[e.from] == nil {
			t.unmatched[e.from] = make(map[string]int)
		}
		t.unmatched[e.from][e.unmatched]++
	default:
		t.exchanges[e.from]++
		if why := unjudged(e.call.x); why != "" {
			t.unjudged[why]++
		}
		if e.call.x.Response != nil && !e.call.x.FromCache {
			t.answers[e.from]++
		}
		bare := e.call.op.bearer && !e.call.x.Request.Header.Has("Authorization")
		t.authorized = t.authorized || e.call.op.bearer && !bare
		for i, f := range e.call.findings {
			// Some recorders leave Authorization out. That it is missing means
			// something only if it is there somewhere.
			if to := t.found; bare && slices.Contains(needAuthorization, f.Rule) {
				t.bare.add(ranked{e.order(), i, e.from, false, f})
			} else {
				to.add(ranked{e.order(), i, e.from, false, f})
			}
		}
	}
}

// needAuthorization are rules that speak of requests without credentials.
var needAuthorization = []string{"auth/credentials-needed", "auth/unauthenticated-status", "auth/no-error-without-token"}

// verdict takes what the history has found.
func (t *tally) verdict(s *Spec, v history.Verdict) {
	t.found.add(ranked{v.Order, afterRules + v.Nth, v.Src, true, s.historyFinding(v)})
}

// afterRules puts the verdicts of the history behind the findings of an
// exchange.
const afterRules = 1 << 20

// unsettle lets verdicts of the history fall that are about exchanges after a
// time: something at that time was not known to them.
func (t *tally) unsettle(after int64) {
	t.found.drop(func(r *ranked) bool { return r.history && r.order.End > after })
}

// all are the findings in their order.
func (t *tally) all() []Finding { return t.settled().findings(func(*ranked) bool { return true }) }

// findingsOf are those that were first seen in a recording.
func (t *tally) findingsOf(from int) []Finding {
	return t.settled().findings(func(r *ranked) bool { return r.from == from })
}

func (t *tally) settled() *ranking {
	if t.authorized {
		for _, r := range t.bare.list {
			t.found.add(*r)
		}
		t.bare = newRanking()
	}
	return t.found
}

// ranked is a finding and where it belongs among the others.
type ranked struct {
	order   history.Order
	nth     int // among those of one exchange
	from    int // which recording
	history bool
	Finding Finding
}

func (r *ranked) compare(other *ranked) int {
	return cmp.Or(r.order.Compare(other.order), cmp.Compare(r.nth, other.nth))
}

// ranking joins equal findings: the first in time stands for all.
type ranking struct {
	at   map[any]*ranked
	list []*ranked
}

func newRanking() *ranking { return &ranking{at: make(map[any]*ranked)} }

func (k *ranking) add(r ranked) {
	r.Finding.Count = max(r.Finding.Count, 1)
	there := k.at[r.Finding.key()]
	switch {
	case there == nil:
		k.at[r.Finding.key()] = &r
		k.list = append(k.list, &r)
	case r.compare(there) < 0:
		r.Finding.Count += there.Finding.Count
		*there = r
	default:
		there.Finding.Count += r.Finding.Count
	}
}

// drop takes out findings; of joined ones all go, since nobody knows how many
// of them are meant.
func (k *ranking) drop(which func(*ranked) bool) {
	k.list = slices.DeleteFunc(k.list, func(r *ranked) bool {
		if !which(r) {
			return false
		}
		delete(k.at, r.Finding.key())
		return true
	})
}

func (k *ranking) findings(which func(*ranked) bool) (all []Finding) {
	slices.SortFunc(k.list, (*ranked).compare)
	for _, r := range k.list {
		if which(r) {
			all = append(all, r.Finding)
		}
	}
	return all
}

// noTime is the time of an exchange that has none, for comparing.
const noTime = math.MinInt64
