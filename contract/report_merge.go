package contract

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Merge takes another report, of another machine or another part of the cases.
// It does not matter which comes first, nor in which order several are merged; an
// empty one, the zero Report, changes nothing. A report of another spec is refused,
// and so is one that ran other rules.
func (r *Report) Merge(other *Report) error {
	switch {
	case other.Version == 0:
		return nil
	case r.Version == 0:
		*r = Report{
			Version: other.Version, Target: other.Target, Kind: other.Kind, Started: other.Started, Seed: other.Seed,
			Spec: other.Spec, Part: other.Part, Summary: Summary{Rules: other.Summary.Rules, NotExercised: other.Summary.NotExercised},
		}
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
	r.mergeExercised(other)
	for _, line := range other.Limits {
		if !slices.Contains(r.Limits, line) {
			r.Limits = append(r.Limits, line)
		}
	}
	slices.Sort(r.Limits)
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
	s.Unmatched, s.Unjudged = sum(s.Unmatched, o.Unmatched), sum(s.Unjudged, o.Unjudged)
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
		return cmp.Or(cmp.Compare(a.Case, b.Case), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Exchanges, b.Exchanges),
			cmp.Compare(a.Duration, b.Duration))
	})
	r.Findings = append(slices.Clip(r.Findings), other.Findings...)
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Pointer, b.Pointer),
			cmp.Compare(a.Message, b.Message), cmp.Compare(a.Level, b.Level), cmp.Compare(a.Exchange, b.Exchange))
	})
	rules := s.Rules
	r.finish()
	r.Duration, s.Rules = duration, rules
	return nil
}

// sum adds counts up by name; nil for none.
func sum(a, b map[string]int) map[string]int {
	if len(a)+len(b) == 0 {
		return nil
	}
	all := maps.Clone(a)
	if all == nil {
		all = make(map[string]int)
	}
	for name, n := range b {
		all[name] += n
	}
	return all
}

// joinedTargets names each target once.
func joinedTargets(a, b string) string {
	all := append(strings.Split(a, ", "), strings.Split(b, ", ")...)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}
