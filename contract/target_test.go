package contract_test

import (
	"testing"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// sandboxTarget is a sandbox as a target that has everything.
func sandboxTarget(t testing.TB, s *sandbox.Server) contract.Target {
	t.Helper()
	return selftest.Target(s, s.URL)
}
