package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Merge takes another report, of another machine or another part of the cases.
// It does not matter which comes first. A report of another spec is refused, and
// so is one that ran other rules.
func (r *Report) Merge(other *Report) error {
	switch {
	case r.Spec != other.Spec:
		return fmt.Errorf("%w: they are of different specs", ErrMerge)
	case r.Summary.Rules != other.Summary.Rules:
		return fmt.Errorf("%w: one ran %d rules and the other %d", ErrMerge, r.Summary.Rules, other.Summary.Rules)
	}
	coverage := &Coverage{}
	for _, one := range []*Coverage{r.Coverage, other.Coverage} {
		if err := coverage.Merge(one); err != nil {
			return fmt.Errorf("%w: %w", ErrMerge, err)
		}
	}
	if r.Coverage != nil || other.Coverage != nil {
		r.Coverage = coverage
	}
	r.Target = joinedTargets(r.Target, other.Target)
	if other.Started.Before(r.Started) {
		r.Started = other.Started
	}
	duration := r.Duration + other.Duration
	if r.Seed != other.Seed {
		r.Seed = 0
	}
	r.Strict = r.Strict || other.Strict
	s, o := &r.Summary, &other.Summary
	s.Exchanges += o.Exchanges
	s.Passed, s.Failed, s.Errors = s.Passed+o.Passed, s.Failed+o.Failed, s.Errors+o.Errors
	s.Skipped, s.NotRun = s.Skipped+o.Skipped, s.NotRun+o.NotRun
	unmatched := make(map[string]int)
	for _, places := range []map[string]int{s.Unmatched, o.Unmatched} {
		for place, n := range places {
			unmatched[place] += n
		}
	}
	if s.Unmatched = unmatched; len(unmatched) == 0 {
		s.Unmatched = nil
	}
	if o.NotJudged != nil {
		var n NotJudged
		if s.NotJudged != nil {
			n = *s.NotJudged
		}
		n.Add(*o.NotJudged)
		s.NotJudged = &n
	}
	r.Outcomes = append(slices.Clip(r.Outcomes), other.Outcomes...)
	slices.SortStableFunc(r.Outcomes, func(a, b Outcome) int {
		return cmp.Or(cmp.Compare(a.Case, b.Case), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Exchanges, b.Exchanges))
	})
	r.Findings = append(slices.Clip(r.Findings), other.Findings...)
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Pointer, b.Pointer),
			cmp.Compare(a.Message, b.Message), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Exchange, b.Exchange))
	})
	r.finish()
	r.Duration = duration
	return nil
}

// joinedTargets names each target once.
func joinedTargets(a, b string) string {
	all := append(strings.Split(a, ", "), strings.Split(b, ", ")...)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}
