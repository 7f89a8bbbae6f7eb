package recording_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
	stats, err := redactor(t).RedactFile(t.Context(), in, out)
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
		stats, err := redactor(t).RedactFile(t.Context(), filepath.Join("testdata", name), out)
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
	_, err := redactor(t).RedactFile(t.Context(), in, out)
	require.NoError(t, err)
	data, err := os.ReadFile(out)
	require.NoError(t, err)
	require.NotContains(t, string(data), "Zacharias")
}

// A recording that is made live learns as it goes. What it could not know is
// found at the end and mended; nothing else changes, and nothing is lost.
func TestValueThatIsLearnedTooLateIsMendedWhereverItIs(t *testing.T) {
	for _, name := range []string{"out.har", "out.har.gz", "out.har.zst"} {
		dir := t.TempDir()
		out := filepath.Join(dir, name)
		w, err := recording.Create(out, recording.Meta{SpecSHA256: "abc"}, redactor(t))
		require.NoError(t, err)
		early := answer("GET", "/users?katharina=1&limit=10", 200, `{"katharina":true,"language":"katharina","pagination":{"limit":10}}`)
		early.Request.Header = contract.Header{{Name: "Accept-Language", Value: "katharina"}, {Name: "X-katharina", Value: "1"}}
		require.NoError(t, w.Write(early))
		require.NoError(t, w.Write(answer("GET", "/users/katharina", 200, `{"id":"katharina","firstname":"Ann"}`)))
		require.NoError(t, w.Close())
		require.Zero(t, w.Left())
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, files, 1, "nothing is left beside it")
		info, err := files[0].Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

		xs := readAll(t, out)
		require.Len(t, xs, 2)
		id := strings.TrimPrefix(xs[1].Request.URL, "https://api.onvy.health/users/")
		require.NotContains(t, id, "katharina")
		require.Regexp(t, `^https://api\.onvy\.health/users\?`+id+`=[0-9]&limit=10$`, xs[0].Request.URL, "the same pseudonym as where it was known")
		require.Equal(t, `{"`+id+`":true,"language":"`+id+`","pagination":{"limit":10}}`, string(xs[0].Response.Body))
		r, err := recording.Open(out)
		require.NoError(t, err)
		for range r.All() {
		}
		require.Equal(t, recording.Meta{SpecSHA256: "abc", Redacted: true}, r.Meta())
		require.NoError(t, r.Close())
	}
}

// What a value hides behind when it is learned too late is no reason to lose the
// recording either.
func TestEntryIsMendedUnderEveryEncoding(t *testing.T) {
	encodings := encodings(t)
	names := slices.Sorted(maps.Keys(encodings))
	for place, in := range places() {
		out := filepath.Join(t.TempDir(), "out.har")
		w, err := recording.Create(out, recording.Meta{}, redactor(t))
		require.NoError(t, err)
		for _, name := range names {
			require.NoError(t, w.Write(in(encodings[name]("zacharyquirin"))))
		}
		require.NoError(t, w.Write(answer("GET", "/users/zacharyquirin", 200, `{"id":"zacharyquirin"}`)))
		require.NoError(t, w.Close())
		require.Zero(t, w.Left(), place)
		data, err := os.ReadFile(out)
		require.NoError(t, err)
		entries := bytes.Split(data, []byte("\n"))[1:]
		require.Greater(t, len(entries), len(names)+1)
		for i, entry := range entries {
			require.False(t, survives(string(entry), "zacharyquirin", 3), "%s in %s: %s", names[min(i, len(names)-1)], place, entry)
		}
	}
}

// People choose their ids. One that is a piece of the file itself must not cost
// anybody the recording.
func TestIDThatLooksLikeTheFileCostsNothing(t *testing.T) {
	for _, id := range []string{`"headers":[`, `text":"`, `{"name`, `"status":200`, "startedDateTime", `","value":"`} {
		in := filepath.Join(t.TempDir(), "in.har")
		b, err := json.Marshal(map[string]string{"id": id})
		require.NoError(t, err)
		write(t, in, answer("GET", "/users/u", 200, string(b)), answer("GET", "/users/u", 404, `{"error":"not_found"}`))
		stats, err := redactor(t).RedactFile(t.Context(), in, in)
		require.NoError(t, err)
		require.Equal(t, recording.Stats{Entries: 2, Learned: stats.Learned}, stats, "%s", id)
	}
}

func TestRedactingEndsWithItsContextAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in.har")
	write(t, in, answer("GET", "/users/u", 200, `{}`))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := redactor(t).RedactFile(ctx, in, filepath.Join(dir, "out.har"))
	require.ErrorIs(t, err, context.Canceled)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
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
		_, err := redactor(t).RedactFile(t.Context(), in, filepath.Join(dir, "out.har"))
		require.ErrorIs(t, err, tc.want, name)
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, files, 1, name)
	}
	_, err := redactor(t).RedactFile(t.Context(), filepath.Join(dir, "none"), filepath.Join(dir, "out.har"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "in"), []byte(har(getEntry)), 0o600))
	_, err = redactor(t).RedactFile(t.Context(), filepath.Join(dir, "in"), filepath.Join(dir, "no", "out.har"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRedactingIsTheDefault(t *testing.T) {
	_, err := recording.Create(filepath.Join(t.TempDir(), "out.har"), recording.Meta{}, nil)
	require.ErrorContains(t, err, "CreatePlain")
}

func TestRecordingCanBeRedactedInPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "in.har")
	write(t, path, answer("GET", "/users/zachary_1", 200, `{"id":"zachary_1"}`))
	_, err := redactor(t).RedactFile(t.Context(), path, path)
	require.NoError(t, err)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.False(t, strings.Contains(string(data), "zachary_1"))
}
