package contract

import (
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
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
	Findings  []Finding     `json:"-"` // those first seen in this case; all are in Report.Findings
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
