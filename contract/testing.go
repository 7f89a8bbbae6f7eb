package contract

import (
	"fmt"
	"strings"
	"testing"

	onvy "github.com/onvy-health/onvy-go"
)

// Run runs the live suite against a target, with a subtest for each case, so
// that -run selects them: go test -run 'TestContract/users/create'. Findings
// below [Violation] are logged and do not fail the test.
//
// Any implementer of the API can call it from a test of their own.
func Run(t *testing.T, target Target, o Options) {
	t.Helper()
	spec, err := Load(onvy.Spec)
	if err != nil {
		t.Fatal(err)
	}
	suite, err := NewSuite(spec, target, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("seed %d; Options.Seed makes the same data again", suite.options.Seed)
	ctx, end := suite.begin(t.Context())
	t.Cleanup(func() {
		for _, o := range suite.selection.failures() {
			logOutcome(t, o, o.Status == Error)
		}
		end()
	})
	for i := range suite.cases {
		lc := &suite.cases[i]
		t.Run(lc.name, func(t *testing.T) {
			if lc.when == beside {
				t.Parallel() // these begin when the others have ended
			}
			logOutcome(t, suite.runCase(ctx, lc), o.Strict)
		})
	}
}

// Subtests reports a report as subtests, one for each outcome.
func Subtests(t *testing.T, r *Report) {
	t.Helper()
	for _, o := range r.Outcomes {
		t.Run(o.Case, func(t *testing.T) { logOutcome(t, o, r.Strict) })
	}
	if r.ExitStatus() == 2 && len(r.Outcomes) == 0 {
		t.Error("nothing ran")
	}
}

func logOutcome(t *testing.T, o Outcome, strict bool) {
	t.Helper()
	for _, f := range o.Findings {
		log := t.Logf
		if f.Level == Violation || strict {
			log = t.Errorf
		}
		log("%s", f)
	}
	switch o.Status {
	case Error, NotRun:
		t.Errorf("%s: %s", o.Status, o.Reason)
	case Skip:
		t.Skip(o.Reason)
	}
}

// String writes a finding in a few lines, as a test log shows it.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", f.Level, f.Message)
	if f.Pointer != "" {
		fmt.Fprintf(&b, " (at %s)", f.Pointer)
	}
	if f.Count > 1 {
		fmt.Fprintf(&b, " ×%d", f.Count)
	}
	fmt.Fprintf(&b, "\n    rule %s, by %s", f.Rule, f.Source)
	if f.Operation != "" {
		fmt.Fprintf(&b, "\n    %s", f.Operation)
		if f.Status != 0 {
			fmt.Fprintf(&b, " answered %d", f.Status)
		}
		if f.Spec != "" {
			fmt.Fprintf(&b, ", see %s", f.Spec)
		}
	}
	if f.Curl != "" {
		fmt.Fprintf(&b, "\n    %s", f.Curl)
	}
	return b.String()
}
