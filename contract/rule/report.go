package rule

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// Status is how a case ended.
type Status string

const (
	Pass   Status = "pass"    // ran, found nothing at level violation
	Fail   Status = "fail"    // found a violation (with Strict: anything)
	Error  Status = "error"   // could not be carried out
	Skip   Status = "skip"    // deliberately not carried out; Reason says why
	NotRun Status = "not run" // the run ended before it
)

// Outcome is how one case of the live suite, or one recording, ended.
type Outcome struct {
	Case      string        `json:"case"` // "users/create", "recordings/clean.har"
	Status    Status        `json:"outcome"`
	Reason    string        `json:"reason,omitempty"` // for error, skip and not run
	Duration  time.Duration `json:"duration_ns"`
	Exchanges int           `json:"exchanges"`
	// Rules are the ids of those that only traffic like this case's can show; that
	// nothing was found of them means something where the case was carried out.
	Rules    []string  `json:"rules,omitempty"`
	Findings []Finding `json:"-"` // those first seen in this case; all are in Report.Findings
}

// Summary counts a Report.
type Summary struct {
	Violations  int `json:"violations"`
	Assumptions int `json:"assumptions"`
	Drift       int `json:"drift"`
	Causes      int `json:"causes"` // all three; see [Report.Causes]
	Waived      int `json:"waived"` // causes that waivers accept; in none of the counts above
	Exchanges   int `json:"exchanges"`
	Rules       int `json:"rules"` // rules that were applied
	Passed      int `json:"passed"`
	Failed      int `json:"failed"`
	Errors      int `json:"errors"`
	Skipped     int `json:"skipped"`
	NotRun      int `json:"not_run"`
	// Unmatched counts exchanges of a recording that are not of this API, by
	// host and path.
	Unmatched map[string]int `json:"unmatched,omitempty"`
	// Unjudged counts exchanges of a recording of which a part could not be judged,
	// by the reason: a body that the recorder did not keep, an answer from a cache,
	// a client that did not wait.
	Unjudged map[string]int `json:"unjudged,omitempty"`
	// NotJudged counts what a replay did not hold against the server, since the
	// recordings do not say enough; nil for nothing.
	NotJudged *NotJudged `json:"not_judged,omitempty"`
	// NotExercised says in a line each what of the spec the run did not come to: an
	// operation without a 2xx answer, a documented field, parameter or value of an
	// enum that was never sent. It fails a strict run, unless it is a part of one.
	NotExercised []string `json:"not_exercised,omitempty"`
}

// ReportVersion is the Version of reports that this package makes.
const ReportVersion = 2

// TargetKind says what a report is about.
type TargetKind string

const (
	Server     TargetKind = "server"     // a server that was named
	Sandbox    TargetKind = "sandbox"    // the embedded sandbox
	Recordings TargetKind = "recordings" // files, or traffic that was watched
)

// Report is the result of a run or a replay.
type Report struct {
	// Version is that of the form of the report: see [ReportVersion].
	Version  int           `json:"version"`
	Target   string        `json:"target"`      // base URL or file names
	Kind     TargetKind    `json:"target_kind"` // what Target is
	Started  time.Time     `json:"started"`
	Duration time.Duration `json:"duration_ns"`
	Seed     uint64        `json:"seed"`
	Spec     string        `json:"spec"` // SHA-256 of openapi.yaml
	Strict   bool          `json:"strict"`
	// FailOn are levels that fail the run beside violations.
	FailOn []Level `json:"fail_on,omitempty"`
	// NewOnly lets only those findings fail the run that are New.
	NewOnly bool `json:"new_only,omitempty"`
	// Stale are waivers that have expired or that nothing matched: each fails
	// the run.
	Stale []string `json:"stale_waivers,omitempty"`
	// Part says why this is a part of a run only, which cannot exercise
	// everything: "--run ^users/", "--shard 2/5", "cut short".
	Part []string `json:"part,omitempty"`
	// OnlyRules and SkipRules are what was asked for: only these rules spoke.
	OnlyRules []string `json:"only_rules,omitempty"`
	SkipRules []string `json:"skip_rules,omitempty"`
	// OwnRules are those that the user brought: see [run.Options.Rules].
	OwnRules []Rule `json:"own_rules,omitempty"`
	// Limits say in a line each what of the spec cannot be checked, and why: of one
	// that is not of this API, for example.
	Limits   []string  `json:"limits,omitempty"`
	Summary  Summary   `json:"summary"`
	Outcomes []Outcome `json:"outcomes"`
	Findings []Finding `json:"findings"`
	// Coverage is what of the spec was exercised; nil if it was not counted.
	Coverage *coverage.Counts `json:"coverage,omitempty"`
}

// ExitStatus is 0 for a clean report, 1 where something was found that fails
// the run, and 2 where a case could not be carried out or nothing ran at all.
func (r *Report) ExitStatus() int {
	s := &r.Summary
	switch {
	case len(r.Stale) > 0, r.unexercised(), slices.ContainsFunc(r.Findings, func(f Finding) bool { return r.Fails(&f) }):
		return 1
	case s.Errors > 0, s.NotRun > 0, s.Passed+s.Failed == 0:
		return 2
	}
	return 0
}

// Coverage is what of the spec a run or a replay has exercised: hits by the id
// of a point, and nothing that was sent. It merges over runs, recordings and
// machines.
type Coverage = coverage.Counts

// unexercised reports whether a strict run fails because it left something of
// the spec out. A part of a run is not expected to have it all.
func (r *Report) unexercised() bool {
	return r.Strict && len(r.Part) == 0 && len(r.Summary.NotExercised) > 0
}

// mergeExercised is what none of two reports came to, by the counts of both.
func (r *Report) mergeExercised(other *Report) {
	one, two := r.Summary.NotExercised, other.Summary.NotExercised
	var left []string
	for _, line := range slices.Concat(one, two) {
		// A replay does not say what it did not come to; its counts do.
		both := slices.Contains(one, line) && slices.Contains(two, line) || r.Kind != other.Kind && (r.Kind == Recordings || other.Kind == Recordings)
		if both && !r.Coverage.Closed(line) && !slices.Contains(left, line) {
			left = append(left, line)
		}
	}
	slices.Sort(left)
	r.Summary.NotExercised = left
	live := func(r *Report) bool { return r.Kind != Recordings }
	switch {
	case live(r) && len(r.Part) == 0, live(other) && len(other.Part) == 0:
		r.Part = nil // one of them is whole
	default:
		r.Part = wholeShards(slices.Concat(r.Part, other.Part))
	}
}

// ErrMerge is why partials do not belong together.
var ErrMerge = errors.New("contract: cannot be merged")

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
			Spec: other.Spec, OnlyRules: other.OnlyRules, SkipRules: other.SkipRules, OwnRules: other.OwnRules, Part: other.Part,
			Summary: Summary{Rules: other.Summary.Rules, NotExercised: other.Summary.NotExercised},
		}
	case r.Spec != other.Spec:
		return fmt.Errorf("%w: they are of different specs", ErrMerge)
	case r.Summary.Rules != other.Summary.Rules:
		return fmt.Errorf("%w: one ran %d rules and the other %d", ErrMerge, r.Summary.Rules, other.Summary.Rules)
	case !sameRules(r.OnlyRules, other.OnlyRules), !sameRules(r.SkipRules, other.SkipRules), !sameRules(ids(r.OwnRules), ids(other.OwnRules)):
		return fmt.Errorf("%w: they ran different rules", ErrMerge)
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
	r.Kind = joinedKinds(r.Kind, other.Kind)
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
	r.Summary.add(&other.Summary)
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
	rules := r.Summary.Rules
	r.Finish()
	r.Duration, r.Summary.Rules = duration, rules
	return nil
}

// add adds what can be counted without the findings.
func (s *Summary) add(o *Summary) {
	s.Exchanges += o.Exchanges
	s.Passed, s.Failed, s.Errors = s.Passed+o.Passed, s.Failed+o.Failed, s.Errors+o.Errors
	s.Skipped, s.NotRun = s.Skipped+o.Skipped, s.NotRun+o.NotRun
	s.Unmatched, s.Unjudged = read.Sum(s.Unmatched, o.Unmatched), read.Sum(s.Unjudged, o.Unjudged)
	if o.NotJudged != nil {
		var n NotJudged
		if s.NotJudged != nil {
			n = *s.NotJudged
		}
		n.Add(*o.NotJudged)
		s.NotJudged = &n
	}
}

// Settle counts a report anew after its findings were marked as waived or new,
// or after what fails it was changed: cases pass or fail by what they found.
func (r *Report) Settle() {
	any := slices.ContainsFunc(r.Findings, func(f Finding) bool { return r.Fails(&f) })
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		switch failed := r.failed(o, any); {
		case o.Status == Fail && !failed:
			o.Status = Pass
			r.Summary.Failed--
			r.Summary.Passed++
		case o.Status == Pass && failed:
			o.Status = Fail
			r.Summary.Passed--
			r.Summary.Failed++
		}
	}
	r.Tally()
}

// failed reports whether a case failed. One that is read from a file has no
// findings of its own, only those of the report that name it; where none does,
// what it failed by was seen elsewhere too, and it fails as long as anything does.
func (r *Report) failed(o *Outcome, any bool) bool {
	own := o.Findings
	if own == nil {
		for i := range r.Findings {
			if r.Findings[i].Exchange == o.Case {
				own = append(own, r.Findings[i])
			}
		}
	}
	switch {
	case slices.ContainsFunc(own, func(f Finding) bool { return r.Fails(&f) }):
		return true
	case slices.ContainsFunc(own, func(f Finding) bool { return f.Waived != "" || r.NewOnly && !f.New }):
		return false
	}
	return o.Status == Fail && any
}

// Add takes an outcome into a report.
func (r *Report) Add(o Outcome) {
	r.Outcomes = append(r.Outcomes, o)
	r.Findings = append(r.Findings, o.Findings...)
	r.Summary.Exchanges += o.Exchanges
	switch o.Status {
	case Pass:
		r.Summary.Passed++
	case Fail:
		r.Summary.Failed++
	case Error:
		r.Summary.Errors++
	case Skip:
		r.Summary.Skipped++
	default:
		r.Summary.NotRun++
	}
}

// Finish folds and counts the findings. How many rules there were is for the
// caller to say.
func (r *Report) Finish() {
	r.Findings = Fold(r.Findings)
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	r.Tally()
	r.Duration = time.Since(r.Started)
}
