package outsiders_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/outsiders"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// Whatever the suite calls a violation on a server that is honest and not ours
// is one, and the reason is written down.
func TestEveryViolationOfAnHonestServerIsTrue(t *testing.T) {
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	for _, server := range needs.Sample(t, outsiders.All(), 2) {
		t.Run(server.Name, func(t *testing.T) {
			t.Parallel()
			target, stop, err := server.Start(t.Context())
			if errors.Is(err, outsiders.ErrMissing) {
				needs.Missing(t, err.Error())
			}
			require.NoError(t, err)
			t.Cleanup(stop)
			suite, err := contract.NewSuite(spec, target, contract.Options{Seed: 7, LedgerDir: t.TempDir(), Run: server.Cases})
			require.NoError(t, err)
			report := suite.Run(t.Context())
			for _, o := range report.Outcomes {
				require.NotContains(t, []contract.Status{contract.Error, contract.NotRun}, o.Status, "%s: %s", o.Case, o.Reason)
			}
			explained := map[string]bool{}
			for _, f := range report.Findings {
				if f.Level != contract.Violation {
					t.Logf("%s %s %s %d %s", f.Level, f.Rule, f.Operation, f.Status, f.Message)
					continue
				}
				if server.Explained[f.Rule] == "" {
					t.Errorf("a false violation, or one without a reason: %s (%s)", f, f.Exchange)
				}
				explained[f.Rule] = true
			}
			for rule := range server.Explained {
				require.True(t, explained[rule], "%s is explained and was not found", rule)
			}
		})
	}
}
