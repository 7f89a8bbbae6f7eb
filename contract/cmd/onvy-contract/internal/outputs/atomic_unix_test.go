//go:build unix

package outputs

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
)

// pipeFile makes a named pipe. These tests must not name devices of the
// machine: a fault in the code could replace them.
func pipeFile(t *testing.T) (name string, reader *os.File) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(name, 0o600))
	reader, err := os.OpenFile(name, os.O_RDWR, 0) // would wait for a writer if it were read-only
	require.NoError(t, err)
	t.Cleanup(func() { _ = reader.Close() })
	return name, reader
}

func TestPipeIsWrittenDirectly(t *testing.T) {
	name, reader := pipeFile(t)
	f, err := createAtomic(name)
	require.NoError(t, err)
	require.NoError(t, f.commit(text("through")))
	got := make([]byte, 16)
	n, err := reader.Read(got)
	require.NoError(t, err)
	require.Equal(t, "through", string(got[:n]))
	info, err := os.Stat(name)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeNamedPipe, "it is still a pipe")
}

func TestReportThatCannotBeWrittenIsAnErrorAndTheOthersAreWritten(t *testing.T) {
	name, reader := pipeFile(t)
	junit := filepath.Join(t.TempDir(), "report.xml")
	var stdout bytes.Buffer
	out, err := (&Flags{json: name, junit: junit}).Open(&console.App{Stdout: &stdout, Lookup: os.LookupEnv})
	require.NoError(t, err)
	require.NoError(t, reader.Close())
	err = out.Finish(&contract.Report{Summary: contract.Summary{Passed: 1}})
	require.ErrorContains(t, err, "--json: ")
	require.ErrorIs(t, err, syscall.EPIPE)
	require.Contains(t, stdout.String(), "PASS  ")
	require.Contains(t, content(t, junit), "<testsuites")
}
