package again

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

func TestRulesOfWhichTheStatusIsAllAreProbeRules(t *testing.T) {
	for _, id := range byStatus {
		r, ok := contract.RuleByID(id)
		require.True(t, ok, id)
		require.Equal(t, contract.KindProbe, r.Kind, id)
	}
}
