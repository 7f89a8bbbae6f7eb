package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/internal/needs"
)

// A sixth of the time of these tests would be the collector's.
var _ = debug.SetGCPercent(400)

// asProgram is set in the environment of a test program that is to be the
// command itself.
const asProgram = "ONVY_CONTRACT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// program starts the command as a process of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		late.Stop()
		if cmd.Process != nil {
			_ = cmd.Process.Kill() // it has ended, unless the test has failed
			_, _ = cmd.Process.Wait()
		}
	})
	return cmd
}

// someCases is a flag that leaves most cases out where long tables do not run
// whole: for tests about what becomes of a run, whatever its cases are.
func someCases(t *testing.T) string {
	t.Helper()
	if needs.Whole(t) {
		return "--run="
	}
	return "--run=" + theseCases
}

const theseCases = "^(auth/.*|client/server|isolation/.*|bearer/(missing|garbage)|users/(quickstart|create|replace|unknown|input-measurement_unit))$"

// onPath is a folder in which the command is, for a shell's PATH.
func onPath(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	dir := t.TempDir()
	script := "#!/bin/sh\n" + asProgram + "=1 exec '" + self + "' \"$@\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "onvy-contract"), []byte(script), 0o700))
	return dir
}
