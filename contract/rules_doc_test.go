package contract_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

func TestRulesPageIsCurrent(t *testing.T) {
	var want bytes.Buffer
	require.NoError(t, report.RulesMarkdown(&want, contract.Rules()))
	got, err := os.ReadFile("RULES.md")
	require.NoError(t, err)
	require.Equal(t, want.String(), string(got), "make rules writes it anew")
}
