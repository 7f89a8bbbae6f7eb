package recording_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

func write(t testing.TB, path string, xs ...*contract.Exchange) {
	t.Helper()
	w, err := recording.CreatePlain(path, recording.Meta{SpecSHA256: "abc", RecordedAt: time.Unix(1772735427, 0).UTC()})
	require.NoError(t, err)
	for _, x := range xs {
		require.NoError(t, w.Write(x))
	}
	require.NoError(t, w.Close())
}

func TestRedactedFileKeepsMetaAndSaysThatItIsRedacted(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.har"), filepath.Join(dir, "out.har.gz")
	write(t, in, answer("GET", "/users/zachary_1", 200, `{"id":"zachary_1"}`))
	stats, err := redactor(t).RedactFile(in, out)
	require.NoError(t, err)
	require.Equal(t, recording.Stats{Entries: 1, Learned: 1}, stats)
	r, err := recording.Open(out)
	entries, _, fatal := all(t, r, err)
	require.NoError(t, fatal)
	require.Len(t, entries, 1)
	require.Equal(t, recording.Meta{SpecSHA256: "abc", RecordedAt: time.Unix(1772735427, 0).UTC(), Redacted: true}, r.Meta())
}

func TestEveryFormatCanBeRedacted(t *testing.T) {
	for name, broken := range map[string]int{"chromium.har": 0, "proxy.har": 5, "cassette.yaml": 1, "cassette.json": 0, "lines.ndjson": 2} {
		out := filepath.Join(t.TempDir(), "out.har")
		stats, err := redactor(t).RedactFile(filepath.Join("testdata", name), out)
		require.NoError(t, err, name)
		require.Equal(t, broken, stats.Broken, name)
		data, err := os.ReadFile(out)
		require.NoError(t, err)
		require.NotContains(t, string(data), "user_123")
	}
}

func TestValueOfALaterEntryIsKnownInAnEarlierOne(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.har"), filepath.Join(dir, "out.har")
	early := answer("GET", "/users", 200, `{}`)
	early.Response.Header[0] = contract.Field{Name: "Vary", Value: "Zacharias"} // a plain word, in a technical field
	write(t, in, early, answer("GET", "/users/u", 200, `{"firstname":"Zacharias"}`))
	_, err := redactor(t).RedactFile(in, out)
	require.NoError(t, err)
	data, err := os.ReadFile(out)
	require.NoError(t, err)
	require.NotContains(t, string(data), "Zacharias")
}

// A recording that is made live learns as it goes. What it could not know is
// found at the end, and then there is no recording.
func TestLeakThatIsFoundAtTheEndDeletesTheRecording(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out.har")
	require.NoError(t, os.WriteFile(out, []byte("before"), 0o600))
	w, err := recording.Create(out, recording.Meta{}, redactor(t))
	require.NoError(t, err)
	early := answer("GET", "/users", 200, `{}`)
	early.Response.Header[0] = contract.Field{Name: "Vary", Value: "Zacharias"}
	require.NoError(t, w.Write(early))
	require.NoError(t, w.Write(answer("GET", "/users/u", 200, `{"firstname":"Zacharias"}`)))
	err = w.Close()
	require.ErrorIs(t, err, recording.ErrLeak)
	require.NotContains(t, err.Error(), "Zacharias")
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing is left")
	data, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, "before", string(data))
}

// What a kill in the middle leaves behind is what is in the temporary file at
// any time: after every exchange, nothing that was not redacted.
func TestTemporaryFileIsRedactedAtAnyTime(t *testing.T) {
	dir := t.TempDir()
	w, err := recording.Create(filepath.Join(dir, "out.har"), recording.Meta{}, redactor(t))
	require.NoError(t, err)
	written := 0
	for range 50 {
		require.NoError(t, w.Write(listing()))
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, files, 1)
		data, err := os.ReadFile(filepath.Join(dir, files[0].Name()))
		require.NoError(t, err)
		for _, value := range []string{"google_1049", "Avery", "Ångström", "1990-04-0", "48.137", "eyJzdWIiOiJzZXJ2ZXIi", "c2lnbmF0dXJl"} {
			require.NotContains(t, string(data[min(written, len(data)):]), value)
		}
		written = len(data)
	}
	require.Greater(t, written, 1<<20, "it was written as it came")
	require.NoError(t, w.Abort())
}

func TestRedactingWhatCannotBeReadLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	for name, tc := range map[string]struct {
		input string
		want  error
	}{
		"truncated":   {`{"log":{"entries":[` + getEntry + `,{"req`, recording.ErrTruncated},
		"empty":       {"", recording.ErrEmpty},
		"no entries":  {har(), recording.ErrNoEntries},
		"all broken":  {har(`1`, `2`), recording.ErrNoEntries},
		"other":       {"hello", recording.ErrFormat},
		"bad nesting": {`{"log":{"entries":[` + getEntry + `,{"a":[}]}]}}`, recording.ErrSyntax},
	} {
		in := filepath.Join(dir, "in")
		require.NoError(t, os.WriteFile(in, []byte(tc.input), 0o600))
		_, err := redactor(t).RedactFile(in, filepath.Join(dir, "out.har"))
		require.ErrorIs(t, err, tc.want, name)
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, files, 1, name)
	}
	_, err := redactor(t).RedactFile(filepath.Join(dir, "none"), filepath.Join(dir, "out.har"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "in"), []byte(har(getEntry)), 0o600))
	_, err = redactor(t).RedactFile(filepath.Join(dir, "in"), filepath.Join(dir, "no", "out.har"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRedactingIsTheDefault(t *testing.T) {
	_, err := recording.Create(filepath.Join(t.TempDir(), "out.har"), recording.Meta{}, nil)
	require.ErrorContains(t, err, "CreatePlain")
}

func TestRecordingCanBeRedactedInPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "in.har")
	write(t, path, answer("GET", "/users/zachary_1", 200, `{"id":"zachary_1"}`))
	_, err := redactor(t).RedactFile(path, path)
	require.NoError(t, err)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.False(t, strings.Contains(string(data), "zachary_1"))
}
