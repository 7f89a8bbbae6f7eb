package live

import (
	"context"

	"github.com/onvy-health/onvy-go/contract/internal/evidence"
	"github.com/onvy-health/onvy-go/contract/internal/live/client"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/run"
)

// cleaning is the one case of a suite that only cleans.
var cleaning = []Case{{Name: "clean"}}

// Clean deletes the users that crashed runs left on the target: those in the
// ledgers, and no others. A ledger in which nothing is left is removed.
func Clean(ctx context.Context, spec *pass.Spec, t run.Target, o run.Options) (run.Cleaned, error) {
	o.Run = ""
	s, err := NewSuite(spec, t, o, cleaning, nil)
	if err != nil {
		return run.Cleaned{}, err
	}
	paths, err := ledgers(o.LedgerDir)
	if err != nil {
		return run.Cleaned{}, err
	}
	s.wire = client.New(s.Base, s.Options.Timeout, &s.Target.Reach)
	s.history = past.Whole(spec)
	s.tokens = newTokenSource(s)
	s.evidence = evidence.New(spec, &s.Target, s.Base)
	var total run.Cleaned
	for _, path := range paths {
		one, err := s.cleanFile(ctx, path)
		total.Deleted += one.Deleted
		total.Left += one.Left
		total.Others += one.Others
		if err != nil {
			return total, err
		}
	}
	return total, nil
}
