//go:build unix

package recording_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/recording"
)

// These tests must not name devices of the machine: a fault in the code could
// replace them.
func TestPipeIsWrittenToAndStaysAPipe(t *testing.T) {
	dir := t.TempDir()
	in, pipe := filepath.Join(dir, "in.har"), filepath.Join(dir, "pipe")
	write(t, in, answer("GET", "/users/zachary_1", 200, `{"id":"zachary_1"}`))
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	reader, err := os.OpenFile(pipe, os.O_RDWR, 0)
	require.NoError(t, err)
	defer reader.Close()
	_, err = redactor(t).RedactFile(t.Context(), in, pipe)
	require.NoError(t, err)
	require.NoError(t, reader.SetReadDeadline(time.Now().Add(10*time.Second)))
	got := make([]byte, 64<<10)
	n, err := reader.Read(got)
	require.NoError(t, err)
	require.Contains(t, string(got[:n]), `{"log":`)
	require.NotContains(t, string(got[:n]), "zachary_1")
	info, err := os.Lstat(pipe)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeNamedPipe)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 2)
}

func TestDeviceIsWrittenToAndStaysADevice(t *testing.T) {
	dir := t.TempDir()
	null := filepath.Join(dir, "null")
	if err := syscall.Mknod(null, syscall.S_IFCHR|0o600, 1<<8|3); err != nil {
		t.Skipf("no device can be made here: %v", err)
	}
	if f, err := os.OpenFile(null, os.O_WRONLY, 0); err != nil {
		t.Skipf("no device can be opened here: %v", err)
	} else {
		require.NoError(t, f.Close())
	}
	w, err := recording.Create(null, recording.Meta{}, redactor(t))
	require.NoError(t, err)
	require.NoError(t, w.Write(answer("GET", "/users/u", 200, `{}`)))
	require.NoError(t, w.Close())
	info, err := os.Lstat(null)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeCharDevice)
}

func TestLinkToARecordingStaysALink(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link.har")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "real.har"), nil, 0o664))
	require.NoError(t, os.Symlink("real.har", link))
	write(t, link, answer("GET", "/users/u", 200, `{}`))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
	info, err = os.Stat(filepath.Join(dir, "real.har"))
	require.NoError(t, err)
	require.Positive(t, info.Size())
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "nobody else may read it")
}
