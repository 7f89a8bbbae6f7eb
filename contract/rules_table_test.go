package contract_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

func TestEveryRuleSaysWhatItIs(t *testing.T) {
	id := regexp.MustCompile(`^[a-z]+/[a-z0-9-]+$`)
	source := regexp.MustCompile(`^(rfc\d{4}#\d+(\.\d+)*|quickstart|authentication|resources-and-pagination|users/[a-z-]+|policy|assumed|openapi\.yaml)$`)
	sentence := regexp.MustCompile(`^[A-Za-z0-9_.].*\.$`)
	seen := make(map[string]bool)
	for _, r := range contract.Rules() {
		require.False(t, seen[r.ID], "%s stands twice", r.ID)
		seen[r.ID] = true
		require.Regexp(t, id, r.ID)
		require.Regexp(t, source, r.Source, r.ID)
		require.Regexp(t, sentence, r.Title, r.ID)
		require.NotEmpty(t, r.Breaks, r.ID)
		require.NotEmpty(t, r.Holds, r.ID)
		require.Contains(t, []contract.Level{contract.Violation, contract.Assumption, contract.Drift}, r.Level, r.ID)
	}
}
