//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// ends are the signals that end the command; a closed terminal does not where
// these tests themselves run under nohup.
func ends() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		all = append(all, syscall.SIGHUP)
	}
	return all
}

// What a proxy has recorded is there after Ctrl-C, and after its terminal was
// closed.
func TestSignalsEndAProxyInOrder(t *testing.T) {
	s := sandbox.Start(t)
	for _, signal := range ends() {
		out := filepath.Join(t.TempDir(), "session.har")
		cmd := program(t, "proxy", "--addr", "127.0.0.1:0", "--upstream", s.URL, "--record", out)
		stderr, err := cmd.StderrPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewReader(stderr)
		first, err := lines.ReadString('\n')
		require.NoError(t, err)
		client(t, regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(first), s)
		require.NoError(t, cmd.Process.Signal(signal))
		rest, err := io.ReadAll(lines)
		require.NoError(t, err)
		require.NoError(t, cmd.Wait(), "%v: %s", signal, rest)
		require.Contains(t, string(rest), "4 exchanges", signal)
		require.FileExists(t, out, signal)
	}
}

// Redacting ends soon, says that it was not finished, and leaves nothing.
func TestSignalsEndRedacting(t *testing.T) {
	all := ends()
	if !needs.Whole(t) {
		all = all[:1] // it is one handler; the proxy gets them all
	}
	for _, signal := range all {
		dir := t.TempDir()
		in, err := os.Create(filepath.Join(dir, "in.ndjson"))
		require.NoError(t, err)
		defer in.Close()
		line := `{"request":{"method":"GET","url":"https://api.onvy.health/users/u"},"response":{"status":200,"body":"{\"firstname\":\"` + strings.Repeat("Zoë ", 200) + `\"}"}}` + "\n"
		_, err = in.WriteString(strings.Repeat(line, 8_000)) // it takes a second or two
		require.NoError(t, err)
		out := filepath.Join(dir, "out.har")
		cmd := program(t, "redact", in.Name(), out)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool { // it has begun to write
			there, err := os.ReadDir(dir)
			return err == nil && len(there) == 2
		}, 30*time.Second, 10*time.Millisecond)
		require.NoError(t, cmd.Process.Signal(signal))
		asked := time.Now()
		_ = cmd.Wait()
		require.Less(t, time.Since(asked), 5*time.Second)
		require.Equal(t, 2, cmd.ProcessState.ExitCode(), "%v: %s", signal, &stderr)
		require.Contains(t, stderr.String(), "nothing was written", signal)
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, left, 1, "nothing but what was read: %v", left)
	}
}
