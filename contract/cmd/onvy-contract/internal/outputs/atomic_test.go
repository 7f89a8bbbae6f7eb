package outputs

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func content(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(b)
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestFileIsThereOnceItIsWhole(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	require.NoError(t, os.WriteFile(name, []byte("before"), 0o640))
	f, err := createAtomic(name)
	require.NoError(t, err)
	require.NoError(t, f.commit(func(w io.Writer) error {
		require.Equal(t, "before", content(t, name))
		return text("after")(w)
	}))
	require.Equal(t, "after", content(t, name))
	require.Equal(t, []string{"report.json"}, files(t, dir))
	info, err := os.Stat(name)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm())
}

func TestFileOfAFailedWriteStaysAsItWas(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	require.NoError(t, os.WriteFile(name, []byte("before"), 0o600))
	f, err := createAtomic(name)
	require.NoError(t, err)
	broken := errors.New("broken")
	require.ErrorIs(t, f.commit(func(io.Writer) error { return broken }), broken)
	require.Equal(t, "before", content(t, name))
	require.Equal(t, []string{"report.json"}, files(t, dir))
}

func TestFileThatIsNotWantedAnyMoreLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := createAtomic(filepath.Join(dir, "report.json"))
	require.NoError(t, err)
	f.discard()
	f.discard()
	require.Empty(t, files(t, dir))
}

func TestLinkToAFileStaysALink(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "real"), nil, 0o600))
	link := filepath.Join(dir, "link")
	require.NoError(t, os.Symlink("real", link))
	f, err := createAtomic(link)
	require.NoError(t, err)
	require.NoError(t, f.commit(text("after")))
	require.Equal(t, "after", content(t, filepath.Join(dir, "real")))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink)
}
