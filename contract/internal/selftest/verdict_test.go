package selftest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
)

// A fault that is also reported as another one is a false accusation, and no
// proof.
func TestARuleThatHasNoBusinessWithAFaultMakesItNoisy(t *testing.T) {
	nan := faults.Named("weight-nan")
	report := &contract.Report{}
	require.Equal(t, Killed, verdict(nan, []string{"json/syntax"}, report))
	require.Equal(t, Noisy, verdict(nan, []string{"isolation/write", "json/syntax"}, report))
	require.Equal(t, Other, verdict(nan, []string{"isolation/write"}, report))
	require.Equal(t, Survived, verdict(nan, nil, report))

	require.False(t, Noisy.missed(), "a false accusation has no second chance")
	require.True(t, Other.missed() && Survived.missed())

	m := Matrix{Clean: Result{Verdict: Quiet}, Faults: []Result{{Fault: nan, Verdict: Noisy, Rules: []string{"isolation/write", "json/syntax"}}}}
	require.False(t, m.OK())
}
