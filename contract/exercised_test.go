package contract_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// Whoever adds an operation that nothing exercises gets no green run.
func TestWhatWasNotExercisedIsSaidAndFailsAStrictRun(t *testing.T) {
	const path = "  /users:\n"
	require.Equal(t, 1, bytes.Count(onvy.Spec, []byte(path)))
	text := bytes.Replace(onvy.Spec, []byte(path), []byte(`  /contract/word:
    get:
      operationId: getWord
      x-onvy-source: assumed
      x-onvy-scope: 'users:read'
      responses:
        '200': {description: A word., content: {application/json: {schema: {type: object}}}}
        '404': {$ref: '#/components/responses/NotFound'}
`+path), 1)
	const gap = "getWord: no 2xx answer"
	report := runSpec(t, text, nil, contract.Options{Seed: 3})
	require.Contains(t, report.Summary.NotExercised, gap)
	require.Empty(t, report.Part)
	require.Equal(t, 0, report.ExitStatus())
	report.Strict = true
	require.Equal(t, 1, report.ExitStatus())
}

// Our own spec is exercised as a whole.
func TestASandboxRunExercisesTheWholeSpec(t *testing.T) {
	report := run(t, sandboxTarget(t, sandbox.Start(t)), contract.Options{Seed: 4, Strict: true})
	require.Empty(t, report.Summary.NotExercised)
	require.Equal(t, 0, report.ExitStatus())
}

// A part of a run is not blamed; the parts together are a whole.
func TestPartsOfARunAreNotBlamed(t *testing.T) {
	target := sandboxTarget(t, sandbox.Start(t))
	some := run(t, target, contract.Options{Seed: 4, Strict: true, Run: "^(auth/server|users/create)$"})
	require.NotEmpty(t, some.Summary.NotExercised)
	require.Equal(t, []string{"--run ^(auth/server|users/create)$"}, some.Part)
	require.Equal(t, 0, some.ExitStatus())

	one := run(t, target, contract.Options{Seed: 4, Strict: true, Shard: "1/2"})
	two := run(t, target, contract.Options{Seed: 4, Strict: true, Shard: "2/2"})
	require.NotEmpty(t, one.Summary.NotExercised)
	require.Equal(t, 0, one.ExitStatus())
	require.NoError(t, one.Merge(two))
	require.Empty(t, one.Part)
	require.Empty(t, one.Summary.NotExercised)

	cut := run(t, target, contract.Options{Seed: 4, MaxRequests: 30, Parallel: 1})
	require.Equal(t, []string{"cut short"}, cut.Part)
}
