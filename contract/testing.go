package contract

import (
	"testing"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
)

// Run runs the live suite against a target, with a subtest for each case, so
// that -run selects them: go test -run 'TestContract/users/create'. Findings
// below [Violation] are logged and do not fail the test.
//
// Any implementer of the API can call it from a test of their own.
func Run(t *testing.T, target Target, o Options) {
	t.Helper()
	spec, err := pass.Load(onvy.Spec)
	if err != nil {
		t.Fatal(err)
	}
	suite, err := live.NewSuite(spec, target, o, cases.All(spec), cases.Rules)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("seed %d; Options.Seed makes the same data again", suite.Options.Seed)
	ctx, end := suite.Begin(t.Context())
	t.Cleanup(func() {
		for _, o := range suite.Selection.Failures() {
			logOutcome(t, o, o.Status == Error)
		}
		end()
	})
	for i := range suite.Cases {
		lc := &suite.Cases[i]
		t.Run(lc.Name, func(t *testing.T) {
			if lc.When == live.Beside {
				t.Parallel() // these begin when the others have ended
			}
			logOutcome(t, suite.RunCase(ctx, lc), o.Strict)
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
