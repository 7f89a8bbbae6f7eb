package waivers

import (
	"cmp"
	"fmt"
	"time"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
)

func (w *Waiver) matches(f *contract.Finding) bool {
	return w.Rule == f.Rule && (w.Operation == "" || w.Operation == f.Operation) && (w.Pointer == "" || w.Pointer == f.Pointer)
}

// reason is what reports say of a waived finding.
func (w *Waiver) reason() string {
	text := fmt.Sprintf("%s (until %s", w.Why, w.Until)
	if w.Ticket != "" {
		text += ", " + w.Ticket
	}
	return text + ")"
}

// name says which entry it is.
func (w *Waiver) name() string {
	text := w.Rule
	for _, part := range []string{w.Operation, w.Pointer} {
		if part != "" {
			text += " " + part
		}
	}
	if w.line > 0 {
		text += fmt.Sprintf(" (line %d)", w.line)
	}
	return text
}

// Apply marks the findings of a report that waivers accept, and gives it those
// that are stale: expired at now, or matching nothing although it was looked for.
func Apply(r *contract.Report, all []Waiver, now time.Time) {
	r.Stale = nil
	looked := lookedFor(r)
	byRule := map[string][]*Waiver{}
	matched := map[*Waiver]bool{}
	for i := range all {
		byRule[all[i].Rule] = append(byRule[all[i].Rule], &all[i])
	}
	waive := func(findings []contract.Finding) {
		for i := range findings {
			f := &findings[i]
			f.Waived = ""
			for _, w := range byRule[f.Rule] {
				if !w.matches(f) {
					continue
				}
				matched[w] = true
				if !w.expired(now) {
					f.Waived = cmp.Or(f.Waived, w.reason())
				}
			}
		}
	}
	waive(r.Findings)
	for i := range r.Outcomes {
		waive(r.Outcomes[i].Findings)
	}
	for i := range all {
		switch w := &all[i]; {
		case w.expired(now):
			r.Stale = append(r.Stale, fmt.Sprintf("the waiver for %s expired on %s", w.name(), w.Until))
		case !matched[w] && looked(w.Rule):
			r.Stale = append(r.Stale, fmt.Sprintf("the waiver for %s matches nothing: take it out", w.name()))
		}
	}
}

// lookedFor says whether a report would have what a rule finds. A part of a run, or
// one that could not do everything, may not have come to it; a recording has
// nothing of the traffic that probes make; rules that were not chosen were silent;
// and whether a rule of one's own ran, nobody can tell.
func lookedFor(r *contract.Report) func(id string) bool {
	whole := len(r.Part) == 0 && r.Summary.NotRun+r.Summary.Errors == 0
	chosen, err := pass.NewSelection(nil, r.OnlyRules, r.SkipRules, nil, false)
	return func(id string) bool {
		known, ok := contract.RuleByID(id)
		return whole && ok && err == nil && chosen.Wants(id) && (r.Kind != contract.Recordings || known.Kind != contract.KindProbe)
	}
}

func (w *Waiver) expired(now time.Time) bool { return !now.Before(w.Until.AddDate(0, 0, 1)) }

// mostPlaces is how many places of a cause get an entry each; with more of
// them, a waiver is for all places of its operation.
const mostPlaces = 10

// For makes the waivers that accept a cause and what follows from it, one for
// each place. What is waived already gets none.
func For(c *contract.Cause, why, ticket string, until Day) []Waiver {
	var all []Waiver
	had := map[Waiver]bool{}
	add := func(w Waiver) {
		if !had[w] {
			had[w] = true
			all = append(all, w)
		}
	}
	places := map[Waiver]bool{}
	for _, f := range c.Findings {
		places[Waiver{Rule: f.Rule, Operation: f.Operation, Pointer: f.Pointer}] = true
	}
	for _, f := range c.Findings {
		if f.Waived != "" {
			continue
		}
		w := Waiver{Rule: f.Rule, Operation: f.Operation, Pointer: f.Pointer, Why: why, Ticket: ticket, Until: until}
		if len(places) > mostPlaces {
			w.Pointer = ""
		}
		add(w)
	}
	for _, follower := range c.Follows {
		for _, w := range For(follower, why, ticket, until) {
			add(w)
		}
	}
	return all
}
