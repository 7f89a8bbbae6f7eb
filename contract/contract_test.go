package contract_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// TestContract runs the live suite: against the server that ONVY_* variables
// name, or against the sandbox where none is set.
func TestContract(t *testing.T) {
	target, found, err := contract.TargetFromEnv(os.LookupEnv)
	require.NoError(t, err)
	var options contract.Options
	if !found {
		target, options.LedgerDir, options.Run = sandboxTarget(t, sandbox.Start(t)), t.TempDir(), cases(t)
	}
	contract.Run(t, target, options)
}
