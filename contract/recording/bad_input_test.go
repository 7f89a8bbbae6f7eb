package recording_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/recording"
)

const getEntry = `{"request":{"method":"GET","url":"https://api.onvy.health/users"},"response":{"status":200,"content":{"text":"{}"}}}`

func har(entries ...string) string {
	return `{"log":{"entries":[` + strings.Join(entries, ",") + `]}}`
}

func TestWhatIsNoRecordingIsRefused(t *testing.T) {
	for name, tc := range map[string]struct {
		input string
		want  error
	}{
		"nothing":                     {"", recording.ErrEmpty},
		"white space":                 {" \n\t", recording.ErrEmpty},
		"a byte order mark":           {"\xef\xbb\xbf", recording.ErrEmpty},
		"HTML":                        {"<html></html>", recording.ErrFormat},
		"prose":                       {"hello", recording.ErrFormat},
		"other YAML":                  {"a: 1\n", recording.ErrFormat},
		"a JSON array":                {"[]", recording.ErrFormat},
		"other JSON":                  {`{"openapi":"3.0.3"}`, recording.ErrFormat},
		"UTF-16":                      {"\xff\xfe{\x00", recording.ErrFormat},
		"a zip archive":               {"PK\x03\x04....", recording.ErrFormat},
		"a log that is no object":     {`{"log":[]}`, recording.ErrSyntax},
		"entries that are no array":   {`{"log":{"entries":{}}}`, recording.ErrSyntax},
		"a HAR without entries":       {har(), recording.ErrNoEntries},
		"a HAR without a list":        {`{"log":{"version":"1.2"}}`, recording.ErrNoEntries},
		"a HAR with null":             {`{"log":{"entries":null}}`, recording.ErrNoEntries},
		"a cassette without any":      {"version: 2\ninteractions: []\n", recording.ErrNoEntries},
		"a cassette of go-vcr v1":     {"version: 1\ninteractions:\n- a: 1\n", recording.ErrFormat},
		"a cassette in flow style":    {"version: 2\ninteractions: [{}]\n", recording.ErrFormat},
		"an exchange over many lines": {"{\n\"request\":{}\n}", recording.ErrFormat},
		"a closing bracket":           {`{"log":{"entries":[]]}}`, recording.ErrSyntax},
		"a name without a value":      {`{"log"}`, recording.ErrSyntax},
		"only the beginning":          {`{"lo`, recording.ErrTruncated},
		"half a gzip header":          {"\x1f\x8b\x08\x00", recording.ErrTruncated},
		"half a zstd header":          {"\x28\xb5\x2f\xfd", recording.ErrTruncated},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.NewReader(strings.NewReader(tc.input), "in")
			if err == nil {
				_, _, err = all(t, r, nil)
			}
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, "recording: in: ")
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestMissingFileAndDirectoryAreErrors(t *testing.T) {
	_, err := recording.Open(filepath.Join(t.TempDir(), "none.har"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = recording.Open(t.TempDir())
	require.ErrorContains(t, err, "directory")
}

func TestTruncatedRecordingGivesWhatCameBeforeTheCut(t *testing.T) {
	whole := har(getEntry, getEntry, getEntry)
	for _, cut := range []int{1, 3, 60, len(getEntry) + 4} {
		r, err := recording.NewReader(strings.NewReader(whole[:len(whole)-cut]), "in")
		entries, broken, fatal := all(t, r, err)
		require.ErrorIs(t, fatal, recording.ErrTruncated)
		require.Empty(t, broken)
		require.GreaterOrEqual(t, len(entries), 2)
	}
	for _, name := range []string{"cassette.yaml", "lines.ndjson"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		r, err := recording.NewReader(bytes.NewReader(data[:len(data)-20]), "in")
		entries, _, fatal := all(t, r, err)
		require.ErrorIs(t, fatal, recording.ErrTruncated, name)
		require.NotEmpty(t, entries)
	}
}

func TestTruncatedGzipGivesWhatCameBeforeTheCut(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := io.WriteString(z, har(getEntry, getEntry))
	require.NoError(t, err)
	require.NoError(t, z.Flush())
	r, err := recording.NewReader(&packed, "in")
	entries, _, fatal := all(t, r, err)
	require.Len(t, entries, 2)
	require.ErrorIs(t, fatal, recording.ErrTruncated, "the end of the gzip stream is missing")

	packed.Reset()
	z.Reset(&packed)
	_, err = io.WriteString(z, `{"log":{"entries":[`+getEntry+`,`+getEntry[:20])
	require.NoError(t, err)
	require.NoError(t, z.Flush())
	r, err = recording.NewReader(&packed, "in")
	entries, _, fatal = all(t, r, err)
	require.Len(t, entries, 1)
	require.ErrorIs(t, fatal, recording.ErrTruncated)
}

func TestPackedRecordingsAreUnpackedByTheirFirstBytes(t *testing.T) {
	var gz, zst bytes.Buffer
	z := gzip.NewWriter(&gz)
	_, err := io.WriteString(z, har(getEntry))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	e, err := zstd.NewWriter(&zst)
	require.NoError(t, err)
	_, err = io.WriteString(e, har(getEntry))
	require.NoError(t, err)
	require.NoError(t, e.Close())
	zhar := deflated(t, har(getEntry))
	for _, packed := range []*bytes.Buffer{&gz, &zst, &zhar} {
		r, err := recording.NewReader(packed, "in")
		entries, _, fatal := all(t, r, err)
		require.NoError(t, fatal)
		require.Len(t, entries, 1)
	}
}

// deflated is what mitmproxy writes to a file whose name ends in ".zhar".
func deflated(t *testing.T, text string) (b bytes.Buffer) {
	t.Helper()
	z := zlib.NewWriter(&b)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b
}

func TestTruncatedZlibIsCutOff(t *testing.T) {
	packed := deflated(t, har(getEntry, getEntry))
	packed.Truncate(packed.Len() - 10)
	r, err := recording.NewReader(&packed, "in")
	_, _, fatal := all(t, r, err)
	require.ErrorIs(t, fatal, recording.ErrTruncated)
}

// zstd refers as far back as its user lets it, and has no bound in the file that
// its own program would not take without being told.
func TestZstdWithTheLongestWindowIsUnpacked(t *testing.T) {
	for size, fits := range map[int]bool{32 << 20: true, 128 << 20: true, 256 << 20: false} {
		var packed bytes.Buffer
		e, err := zstd.NewWriter(&packed, zstd.WithWindowSize(size), zstd.WithSingleSegment(false), zstd.WithEncoderConcurrency(1))
		require.NoError(t, err)
		_, err = io.WriteString(e, har(getEntry))
		require.NoError(t, err)
		require.NoError(t, e.Flush()) // what it is made of is not known at its beginning
		require.NoError(t, e.Close())
		r, err := recording.NewReader(&packed, "in")
		if !fits {
			require.Error(t, err)
			continue
		}
		entries, _, fatal := all(t, r, err)
		require.NoError(t, fatal, size)
		require.Len(t, entries, 1)
	}
}

func TestConcatenatedRecordingsAreReadOneAfterTheOther(t *testing.T) {
	r, err := recording.NewReader(strings.NewReader(har(getEntry)+"\n"+har(getEntry, getEntry)), "in")
	entries, _, fatal := all(t, r, err)
	require.NoError(t, fatal)
	require.Len(t, entries, 3)
	require.Equal(t, "in#2", entries[2].Name)

	r, err = recording.NewReader(strings.NewReader(har(getEntry)+"junk"), "in")
	entries, _, fatal = all(t, r, err)
	require.ErrorIs(t, fatal, recording.ErrSyntax)
	require.Len(t, entries, 1)
}

func TestEntryBeyondTheLimitCostsOnlyItself(t *testing.T) {
	large := strings.Replace(getEntry, `"{}"`, `"`+strings.Repeat("a", 4096)+`"`, 1)
	for name, input := range map[string]string{
		"har":      har(getEntry, large, getEntry),
		"ndjson":   getEntry + "\n" + large + "\n" + getEntry,
		"cassette": `{"interactions":[` + getEntry + `,` + large + `,` + getEntry + `]}`,
		"yaml":     "version: 2\ninteractions:\n- a: 1\n- b: " + strings.Repeat("a", 4096) + "\n- c: 1\n  code: 200\n",
	} {
		r, err := recording.NewReader(strings.NewReader(input), "in", recording.WithEntryLimit(1024))
		entries, broken, fatal := all(t, r, err)
		require.NoError(t, fatal, name)
		require.ErrorIs(t, broken[1], recording.ErrTooLarge, name)
		require.Equal(t, 2, len(entries)+len(broken)-1, name)
	}
	_, err := recording.NewReader(strings.NewReader(har()), "in", recording.WithEntryLimit(0))
	require.Error(t, err)
}

func TestDeeplyNestedEntryCostsOnlyItself(t *testing.T) {
	for _, depth := range []int{999, 1001, 200_000} {
		deep := `{"request":` + strings.Repeat(`[`, depth) + strings.Repeat(`]`, depth) + `}`
		r, err := recording.NewReader(strings.NewReader(har(getEntry, deep, getEntry)), "in")
		entries, broken, fatal := all(t, r, err)
		require.NoError(t, fatal)
		require.Len(t, entries, 2)
		if depth > 1000 {
			require.ErrorIs(t, broken[1], recording.ErrTooDeep)
		} else {
			require.ErrorIs(t, broken[1], recording.ErrEntry)
		}
	}
}

func TestInvalidUTF8IsRefusedOnlyWhereItIsUsed(t *testing.T) {
	unused := strings.Replace(getEntry, `{"request"`, `{"_comment":"`+"\xff"+`","request"`, 1)
	used := strings.Replace(getEntry, `"{}"`, `"`+"\xff"+`"`, 1)
	r, err := recording.NewReader(strings.NewReader(har(unused, used)), "in")
	entries, broken, fatal := all(t, r, err)
	require.NoError(t, fatal)
	require.Contains(t, entries, 0)
	require.ErrorIs(t, broken[1], recording.ErrEncoding)
}

func TestEntriesMayComeBeforeEverythingElse(t *testing.T) {
	r, err := recording.NewReader(strings.NewReader(`{"log":{"entries":[`+getEntry+`],"version":"1.2"},"x":{}}`), "in")
	entries, _, fatal := all(t, r, err)
	require.NoError(t, fatal)
	require.Len(t, entries, 1)
}

func TestErrorsDoNotQuoteTheInput(t *testing.T) {
	const secret = "hunter2"
	for _, input := range []string{
		har(`{"request":{"method":"GET","url":"` + secret + `" 1}}`),
		har(`{"request":{"method":"GET","url":"` + secret + `\ud800"}}`),
		har(`{"` + secret + `":"\x"}`),
		`{"request":` + secret + "}\n{}",
		"version: 2\ninteractions:\n- request: " + secret + "\n  code: 1\n",
		"version: 2\ninteractions:\n- request: {method: [" + secret + "]}\n  code: 1\n",
		`{"Interactions":[{"Request":{"ProtoMajor":"` + secret + `"}}]}`,
		"version: " + secret,
	} {
		r, err := recording.NewReader(strings.NewReader(input), "in")
		_, broken, fatal := all(t, r, err)
		if fatal == nil {
			require.NotEmpty(t, broken, input)
			fatal = broken[0]
		}
		require.NotContains(t, fatal.Error(), secret)
	}
}
