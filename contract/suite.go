package contract

import (
	"context"

	"github.com/onvy-health/onvy-go/contract/internal/live"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases"
)

// Suite is the live suite for one target.
type Suite struct{ suite *live.Suite }

// NewSuite checks the target and the options. It sends nothing.
func NewSuite(spec *Spec, t Target, o Options) (*Suite, error) {
	inner, err := live.NewSuite(spec.spec, t, o, cases.All(spec.spec), cases.Rules)
	if err != nil {
		return nil, err
	}
	return &Suite{inner}, nil
}

// Cases returns the names of the cases that Run runs, in order.
func (s *Suite) Cases() []string {
	return s.suite.Names()
}

// Run runs the cases and returns what they found. It always returns a report:
// what could not be carried out is in its outcomes. When ctx ends, the cases
// stop, the users that they created are deleted, and the rest is "not run".
func (s *Suite) Run(ctx context.Context) *Report {
	return s.suite.Run(ctx)
}
