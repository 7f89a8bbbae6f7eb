package replay

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/evidence"
	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/rules/auth"
	"github.com/onvy-health/onvy-go/contract/internal/rules/client"
	"github.com/onvy-health/onvy-go/contract/internal/rules/page"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// tally is what a replay has found so far. Tallies of parts of the record make
// one, in any order.
type tally struct {
	found      *ranking
	bare       map[string]*ranking // what rests on an Authorization or a query that is missing, by recording
	notJudged  rule.NotJudged
	recordings map[string]*recorded // by name
	witness    evidence.Witness
	proofs     map[any]map[fact.Order]*rule.Finding // evidence of verdicts that wait, by their keys
	selection  *pass.Selection                      // nil for all
	refused    error                                // why there is none, though it was asked for
	failed     []rule.Outcome                       // rules that could not be applied in other parts
}

// recorded is what became of one recording.
type recorded struct {
	Exchanges int `json:"exchanges,omitzero"`
	Answers   int `json:"answers,omitzero"` // exchanges with an answer of the server

	Authorized bool `json:"authorized,omitzero"` // some request had an access token
	Client     bool `json:"client,omitzero"`     // some request for a token had credentials in its header
	Queried    bool `json:"queried,omitzero"`    // some URL had a query

	Unmatched map[string]int `json:"unmatched,omitempty"`
	Unjudged  map[string]int `json:"unjudged,omitempty"` // bodies that are not whole, by the reason
	Repeated  int            `json:"repeated,omitzero"`  // exchanges that are in another recording too
	First     int64          `json:"first,omitzero"`     // when its first exchange began, in nanoseconds since 1970
	Last      int64          `json:"last,omitzero"`      // when its last exchange ended
	Unread    int            `json:"unread,omitzero"`    // entries that cannot be read
	Reasons   []string       `json:"reasons,omitempty"`  // of some of them
}

// erroneous is how many entries that cannot be read are named.
const erroneous = 100

func newTally() *tally {
	return &tally{found: newRanking(), bare: make(map[string]*ranking), recordings: make(map[string]*recorded), proofs: make(map[any]map[fact.Order]*rule.Finding)}
}

// choose takes over which rules speak. Patterns that match none are not looked
// for: some rules are for the live suite only.
func (t *tally) choose(o run.ReplayOptions) {
	t.selection, t.refused = pass.NewSelection(o.Rules, o.OnlyRules, o.SkipRules, passiveRules(), false)
}

// recording is that of a name.
func (t *tally) recording(name string) *recorded {
	r := t.recordings[name]
	if r == nil {
		r = &recorded{}
		t.recordings[name] = r
	}
	return r
}

// bareIn is what rests on a missing Authorization or query in a recording.
func (t *tally) bareIn(name string) *ranking {
	if t.bare[name] == nil {
		t.bare[name] = newRanking()
	}
	return t.bare[name]
}

// entry takes what the exchange rules have found.
func (t *tally) entry(e *checkedEntry) {
	r := t.recording(e.recording)
	switch {
	case e.err != nil:
		if r.Unread++; r.Unread <= erroneous {
			r.Reasons = append(r.Reasons, e.err.Error())
		}
		return
	case e.unmatched != "":
		if r.Unmatched == nil {
			r.Unmatched = make(map[string]int)
		}
		r.Unmatched[e.unmatched]++
		return
	}
	r.Exchanges++
	r.during(e.at.Start, e.at.End)
	if why := Unjudged(e.call.Exchange); why != "" {
		if r.Unjudged == nil {
			r.Unjudged = make(map[string]int)
		}
		r.Unjudged[why]++
	}
	if e.call.Exchange.Response != nil && !e.call.Exchange.FromCache {
		r.Answers++
	}
	_, credentials := e.call.Exchange.Request.Credentials()
	bare := credentials == "" // a mask, an empty field and a scheme alone are none
	r.Authorized = r.Authorized || e.call.Op.Bearer && !bare
	r.Client = r.Client || e.call.Op.Token && !bare
	_, query, _ := strings.Cut(e.call.Exchange.Request.URL, "?")
	r.Queried = r.Queried || query != ""
	t.witness.Add(e.at, e.call.Exchange)
	for i, f := range e.call.Findings {
		if !t.selection.Wants(f.Rule) {
			continue
		}
		to := t.found
		if bare && slices.Contains(needAuthorization, f.Rule) || query == "" && slices.Contains(needQuery, f.Rule) {
			// Some recorders leave Authorization out, or what is in it, or queries.
			// That it is missing means something only if it is there somewhere in
			// the same recording.
			to = t.bareIn(e.recording)
		}
		t.prove(to, &f, e.at, e.call.Exchange)
		to.add(ranked{Order: e.at, Nth: i, Finding: f})
	}
}

// during notes that there was an exchange in a time; 0 is an unknown one.
func (r *recorded) during(start, end int64) {
	if start == 0 || end == 0 {
		return
	}
	if r.First == 0 || start < r.First {
		r.First = start
	}
	r.Last = max(r.Last, end)
}

// overlapping counts the recordings in whose time there is an exchange of another
// one.
func (t *tally) overlapping() (n int) {
	all := slices.SortedFunc(maps.Values(t.recordings), func(a, b *recorded) int { return cmp.Compare(a.First, b.First) })
	all = slices.DeleteFunc(all, func(r *recorded) bool { return r.First == 0 })
	latest := int64(math.MinInt64)
	for i, r := range all {
		if r.First < latest || i+1 < len(all) && all[i+1].First < r.Last {
			n++
		}
		latest = max(latest, r.Last)
	}
	return n
}

// needAuthorization are rules that speak of requests without credentials.
var needAuthorization = []string{auth.CredentialsNeeded.ID, auth.UnauthenticatedStatus.ID, auth.NoErrorWithoutToken.ID, client.Missing.ID}

// needQuery are rules that speak of the default where a request has no limit.
var needQuery = []string{page.LimitEcho.ID, page.Limit.ID}

// verdict takes what the history has found.
func (t *tally) verdict(s *pass.Spec, v history.Verdict) {
	if !t.selection.Wants(v.Rule()) {
		return
	}
	f := past.Finding(s, v)
	if proof := t.proofs[f.Key()]; proof[v.Order] != nil {
		f.Steps, f.Curl, f.Expected, f.Actual = proof[v.Order].Steps, proof[v.Order].Curl, proof[v.Order].Expected, proof[v.Order].Actual
	} else {
		t.prove(t.found, &f, v.Order, t.witness.At(v.Order))
	}
	t.found.add(ranked{Order: v.Order, Nth: afterRules + v.Nth, Finding: f})
}

// mostProofs is of how many verdicts that wait, and are equal but for the exchange,
// the evidence is kept. The first one that does not fall stands for all.
const mostProofs = 8

// made takes a verdict that the history has made and not given yet.
func (t *tally) made(s *pass.Spec, v history.Verdict) {
	if !t.selection.Wants(v.Rule()) {
		return
	}
	f := past.Finding(s, v)
	proof := t.proofs[f.Key()]
	if len(proof) == mostProofs {
		return
	}
	x := t.witness.At(v.Order)
	if x == nil {
		return
	}
	if proof == nil {
		proof = make(map[fact.Order]*rule.Finding)
		t.proofs[f.Key()] = proof
	}
	t.witness.Prove(&f, x)
	proof[v.Order] = &f
}

// prove gives a finding its evidence if it may stand for all in a ranking that are
// equal.
func (t *tally) prove(among *ranking, f *rule.Finding, order fact.Order, x *wire.Exchange) {
	if t.witness.Redact == nil || x == nil {
		return
	}
	if there := among.at[f.Key()]; there == nil || there.Order.Compare(order) > 0 {
		t.witness.Prove(f, x)
	}
}

// afterRules puts the verdicts of the history behind the findings of an
// exchange.
const afterRules = 1 << 20

// unsettle lets verdicts of the history fall that are about exchanges after a
// time: something at that time was not known to them.
func (t *tally) unsettle(after int64) {
	t.found.drop(func(r *ranked) bool { return r.Nth >= afterRules && r.Order.End > after })
}

// settled are the findings.
func (t *tally) settled() *ranking {
	for name, bare := range t.bare {
		recording := t.recording(name)
		delete(t.bare, name)
		for _, r := range bare.list {
			if recording.has(r.Finding.Rule) {
				t.found.add(*r)
			}
		}
	}
	return t.found
}

// has reports whether a recording has somewhere what a finding of the rule rests
// on the absence of.
func (r *recorded) has(rule string) bool {
	switch rule {
	case client.Missing.ID:
		return r.Client
	case page.LimitEcho.ID, page.Limit.ID:
		return r.Queried
	}
	return r.Authorized
}

// merge takes another tally.
func (t *tally) merge(other *tally) {
	for _, r := range other.found.list {
		t.found.add(*r)
	}
	for name, bare := range other.bare {
		for _, r := range bare.list {
			t.bareIn(name).add(*r)
		}
	}
	t.notJudged.Add(other.notJudged)
	t.failed = append(t.failed, other.failures()...)
	for name, more := range other.recordings {
		r := t.recording(name)
		r.Exchanges += more.Exchanges
		r.Unmatched, r.Unjudged = read.Sum(r.Unmatched, more.Unmatched), read.Sum(r.Unjudged, more.Unjudged)
		r.Answers += more.Answers
		r.Authorized, r.Client, r.Queried = r.Authorized || more.Authorized, r.Client || more.Client, r.Queried || more.Queried
		r.Repeated += more.Repeated
		r.during(more.First, more.Last)
		r.Unread += more.Unread
		r.Reasons = append(r.Reasons, more.Reasons...)
		slices.Sort(r.Reasons)
		r.Reasons = r.Reasons[:min(len(r.Reasons), erroneous)]
	}
}

// noTime is the time of an exchange that has none, for comparing.
const noTime = math.MinInt64

func (t *tally) partial(s *pass.Spec, o run.ShardOptions, c *rule.Coverage) *Partial {
	return &Partial{
		Format: shardVersion, Spec: s.SHA256(), Rules: rulesHash(o), Version: o.Version,
		OnlyRules: o.OnlyRules, SkipRules: o.SkipRules, OwnRules: rule.Own(o.Rules), Applied: t.selection.Count(passiveRules()), Limits: s.Limits(), Coverage: c, share: t.share(),
	}
}

func (t *tally) share() share {
	return share{t.found.sorted(), t.allBare(), t.notJudged, t.recordings, t.failures()}
}

// failures are outcomes of the rules that could not be applied, one for each.
func (t *tally) failures() []rule.Outcome {
	all := slices.Concat(t.failed, t.selection.Failures())
	if t.refused != nil {
		all = append(all, rule.Outcome{Case: "rules", Status: rule.Error, Reason: t.refused.Error()})
	}
	slices.SortFunc(all, func(a, b rule.Outcome) int {
		return cmp.Or(cmp.Compare(a.Case, b.Case), cmp.Compare(a.Reason, b.Reason))
	})
	return slices.CompactFunc(all, func(a, b rule.Outcome) bool { return a.Case == b.Case })
}

// allBare is what rests on a missing Authorization or query, in the order of the time.
func (t *tally) allBare() (all []*ranked) {
	for _, bare := range t.bare {
		all = append(all, bare.list...)
	}
	slices.SortFunc(all, (*ranked).compare)
	return all
}

// again counts an exchange that another recording has too.
func (t *tally) again(o fact.Order) {
	t.notJudged.Repeated++
	r := t.recording(o.From)
	r.Repeated++
	r.during(o.Start, o.End)
}
