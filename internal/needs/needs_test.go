package needs_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/internal/needs"
)

// ending is a test that only takes down how it ended.
type ending struct {
	testing.TB
	skipped, failed string
}

func (e *ending) Helper()                        {}
func (e *ending) Skip(args ...any)               { e.skipped = args[0].(string); runtime.Goexit() }
func (e *ending) Fatalf(format string, _ ...any) { e.failed = format; runtime.Goexit() }

// end is how a test ends that needs a program.
func end(t *testing.T, program string) (e *ending, ran bool) {
	e = &ending{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		needs.Programs(e, program)
		ran = true
	}()
	<-done
	return e, ran
}

func TestAMissingProgramIsASkipWithTheReasonAndAFailureWhereAllHaveToRun(t *testing.T) {
	t.Setenv(needs.RequireTools, "")
	e, ran := end(t, "no-such-program")
	require.False(t, ran)
	require.True(t, strings.Contains(e.skipped, "no-such-program"), e.skipped)
	require.Empty(t, e.failed)

	t.Setenv(needs.RequireTools, "1")
	e, ran = end(t, "no-such-program")
	require.False(t, ran)
	require.Empty(t, e.skipped)
	require.NotEmpty(t, e.failed)

	_, ran = end(t, "go")
	require.True(t, ran)
}

func TestLongTablesRunWholeWhereThatIsAskedFor(t *testing.T) {
	t.Setenv(needs.WholeTests, "")
	require.False(t, needs.Whole(t))
	t.Setenv(needs.WholeTests, "1")
	require.Equal(t, !testing.Short(), needs.Whole(t))
}

func TestASampleIsEachNthRow(t *testing.T) {
	all := []int{0, 1, 2, 3, 4, 5, 6}
	t.Setenv(needs.WholeTests, "")
	require.Equal(t, []int{0, 3, 6}, needs.Sample(t, all, 3))
	t.Setenv(needs.WholeTests, "1")
	if !testing.Short() {
		require.Equal(t, all, needs.Sample(t, all, 3))
	}
}
