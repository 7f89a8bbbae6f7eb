package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// Whoever adds an operation that nothing exercises gets no green run.
func TestWhatWasNotExercisedIsSaidAndFailsAStrictRun(t *testing.T) {
	const gap = "getWord: no 2xx answer"
	report := runOfOthers(t).report
	require.Equal(t, []string{gap}, report.Summary.NotExercised)
	require.Empty(t, report.Part)
	require.Equal(t, 0, report.ExitStatus())
	report.Strict = true
	require.Equal(t, 1, report.ExitStatus())
}

// A part of a run is not blamed; the parts together are a whole.
func TestPartsOfARunAreNotBlamed(t *testing.T) {
	target := sandboxTarget(t, sandbox.Start(t))
	some := run(t, target, contract.Options{Seed: 4, Strict: true, Run: "^(auth/server|users/create)$"})
	require.NotEmpty(t, some.Summary.NotExercised)
	require.Equal(t, []string{"--run ^(auth/server|users/create)$"}, some.Part)
	require.Equal(t, 0, some.ExitStatus())

	cut := run(t, target, contract.Options{Seed: 4, MaxRequests: 30, Parallel: 1})
	require.Equal(t, []string{"cut short"}, cut.Part)
	if !needs.Whole(t) {
		return // the command's tests have a run in two halves
	}

	one := run(t, target, contract.Options{Seed: 4, Strict: true, Shard: "1/2"})
	two := run(t, target, contract.Options{Seed: 4, Strict: true, Shard: "2/2"})
	require.NotEmpty(t, one.Summary.NotExercised)
	require.Equal(t, 0, one.ExitStatus())
	require.NoError(t, one.Merge(two))
	require.Empty(t, one.Part)
	require.Empty(t, one.Summary.NotExercised)
}
