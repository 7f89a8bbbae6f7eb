package cases_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/live/cases"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
)

// A probe rule without a case would be listed as one that is never tried. That a
// case speaks of no other is checked where it reports.
func TestEveryProbeRuleIsOfACase(t *testing.T) {
	spec, err := pass.Load(onvy.Spec)
	require.NoError(t, err)
	of := map[string]bool{}
	for _, lc := range cases.All(spec) {
		for _, r := range lc.Rules {
			of[r.ID] = true
		}
	}
	for _, r := range cases.Rules {
		if !strings.HasPrefix(r.ID, "operation/") { // of every case
			require.True(t, of[r.ID], r.ID)
		}
	}
}
