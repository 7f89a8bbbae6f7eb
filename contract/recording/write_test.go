package recording_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// odd is exchanges that are hard to write down.
func odd() []*contract.Exchange {
	return []*contract.Exchange{
		{
			Started:  time.Date(2026, 3, 5, 18, 10, 27, 123456789, time.UTC),
			Duration: 83984896 * time.Nanosecond,
			Request: contract.Request{
				Method: "POST", URL: "https://api.onvy.health/users?page=a%2Fb&limit=1&&x",
				Header: contract.Header{{Name: "b", Value: "2"}, {Name: "A", Value: "1"}, {Name: "B", Value: "3"}, {Name: "Content-Type", Value: "application/json"}},
				Body:   []byte("\ufeff{\"id\":\"<é\u2028\x00>\"}"),
			},
			Response: &contract.Response{
				Proto: "HTTP/1.1", Status: 201, Reason: "Created",
				Header: contract.Header{{Name: "Content-Encoding", Value: "gzip"}, {Name: "Location", Value: "/users/a"}},
				Body:   []byte("{\"a\":\"\xff\"}"), Decoded: "gzip", Extra: []byte("HTTP/1.1 200 OK\r\n"), Truncated: true,
			},
		},
		{
			Request:  contract.Request{Method: "POST", URL: "https://api.onvy.health/users", Body: []byte{0xff, 0xfe}},
			Response: &contract.Response{Status: 200, Header: contract.Header{{Name: "Content-Encoding", Value: "br"}}, Body: []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00")},
		},
		{
			Request: contract.Request{Method: "GET", URL: "https://api.onvy.health/users"},
			Err:     errors.New("dial https://api.onvy.health/users/user_123: no"),
		},
		{
			Request:  contract.Request{Method: "PATCH", URL: "https://api.onvy.health/users/a", BodyState: contract.BodyNotRecorded},
			Response: &contract.Response{Status: 200, Header: contract.Header{{Name: "Content-Type", Value: "application/json"}}, BodyState: contract.BodyNotRecorded},
		},
		{
			Request:   contract.Request{Method: "PUT", URL: "https://api.onvy.health/users/a", Body: []byte(`{"a`), BodyState: contract.BodyCut},
			Response:  &contract.Response{Status: 200, Header: contract.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(`{"a`), BodyState: contract.BodyCut},
			FromCache: true,
		},
		{
			Request:  contract.Request{Method: "GET", URL: "https://api.onvy.health/users/a"},
			Response: &contract.Response{Status: 200, Header: contract.Header{{Name: "Content-Length", Value: "100"}}, Body: []byte(`{"a`)},
			Err:      fmt.Errorf("%w: read tcp", contract.ErrClosed),
		},
		{Request: contract.Request{Method: "POST", URL: "https://api.onvy.health/users"}, Err: contract.ErrAborted},
		{Request: contract.Request{Method: "POST", URL: "https://api.onvy.health/users"}, Err: contract.ErrTimeout},
		{Request: contract.Request{Method: "POST", URL: "https://api.onvy.health/users"}, Err: contract.ErrMalformed},
		{Request: contract.Request{Method: "POST", URL: "https://api.onvy.health/users"}, Err: contract.ErrUnreachable},
	}
}

// requireSameReason asks that a rule that looks at an error sees the same in both.
func requireSameReason(t *testing.T, want, got error) {
	t.Helper()
	for _, known := range []error{contract.ErrClosed, contract.ErrAborted, contract.ErrTimeout, contract.ErrMalformed, contract.ErrUnreachable} {
		require.Equal(t, errors.Is(want, known), errors.Is(got, known), "%v, %v", want, got)
	}
}

func TestHARIsReadBackAsItWasWritten(t *testing.T) {
	for _, name := range []string{"out.har", "out.har.gz"} {
		path := filepath.Join(t.TempDir(), name)
		at := time.Date(2026, 3, 5, 18, 0, 0, 0, time.UTC)
		w, err := recording.CreatePlain(path, recording.Meta{SpecSHA256: "abc", RecordedAt: at})
		require.NoError(t, err)
		for _, x := range odd() {
			require.NoError(t, w.Write(x))
		}
		require.NoError(t, w.Close())

		r, err := recording.Open(path)
		entries, broken, fatal := all(t, r, err)
		require.NoError(t, fatal)
		require.Empty(t, broken)
		require.Equal(t, recording.Meta{SpecSHA256: "abc", RecordedAt: at}, r.Meta())
		for i, want := range odd() {
			got := entries[i]
			want.Name = got.Name
			if want.Err != nil {
				require.Error(t, got.Err)
				require.NotContains(t, got.Err.Error(), "user_123")
				requireSameReason(t, want.Err, got.Err)
				want.Err = got.Err
			}
			require.Equal(t, want, got)
		}
	}
}

func TestWrittenHARHasWhatHARAsksFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.har")
	w, err := recording.CreatePlain(path, recording.Meta{})
	require.NoError(t, err)
	for _, x := range odd() {
		require.NoError(t, w.Write(x))
	}
	require.NoError(t, w.Close())
	var doc struct {
		Log struct {
			Version string
			Creator struct{ Name, Version string }
			Entries []map[string]any
		}
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &doc))
	require.Equal(t, "1.2", doc.Log.Version)
	require.NotEmpty(t, doc.Log.Creator.Name)
	require.NotEmpty(t, doc.Log.Creator.Version)
	require.Len(t, doc.Log.Entries, len(odd()))
	for _, e := range doc.Log.Entries {
		for _, k := range []string{"startedDateTime", "time", "request", "response", "cache", "timings"} {
			require.Contains(t, e, k)
		}
		for _, k := range []string{"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"} {
			require.Contains(t, e["request"], k)
		}
		for _, k := range []string{"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"} {
			require.Contains(t, e["response"], k)
		}
		require.NotNil(t, e["request"].(map[string]any)["cookies"])
		_, err := time.Parse(time.RFC3339Nano, e["startedDateTime"].(string))
		require.NoError(t, err)
	}
	require.Equal(t, []any{
		map[string]any{"name": "page", "value": "a/b"}, map[string]any{"name": "limit", "value": "1"}, map[string]any{"name": "x", "value": ""},
	}, doc.Log.Entries[0]["request"].(map[string]any)["queryString"])
}

func TestRecordingIsAtItsPlaceOnlyAfterClose(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.har")
	require.NoError(t, os.WriteFile(path, []byte("before"), 0o600))

	w, err := recording.CreatePlain(path, recording.Meta{})
	require.NoError(t, err)
	require.NoError(t, w.Write(odd()[0]))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 2)
	for _, f := range files {
		info, err := f.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "before", string(data))

	require.NoError(t, w.Abort())
	require.NoError(t, w.Abort())
	require.Error(t, w.Close())
	require.Error(t, w.Write(odd()[0]))
	data, err = os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "before", string(data))
	files, err = os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing is left next to it")

	w, err = recording.CreatePlain(path, recording.Meta{})
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, w.Abort(), "after Close it does nothing")
	data, err = os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, json.Valid(data))
}

func TestRecordingThatCannotBePutInPlaceLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.har")
	w, err := recording.CreatePlain(path, recording.Meta{})
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(path, 0o700)) // a file cannot replace a directory
	require.Error(t, w.Close())
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)

	_, err = recording.CreatePlain(filepath.Join(dir, "none", "out.har"), recording.Meta{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestWriterMayBeSharedByGoroutines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.har")
	w, err := recording.CreatePlain(path, recording.Meta{})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, x := range odd() {
				_ = w.Write(x)
			}
		})
	}
	wg.Wait()
	require.NoError(t, w.Close())
	r, err := recording.Open(path)
	entries, _, fatal := all(t, r, err)
	require.NoError(t, fatal)
	require.Len(t, entries, 8*len(odd()))
}

func TestLinesAreReadBackAsTheyWereWrittenAndFitTheSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(recording.ExchangeSchema))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("exchange.schema.json", doc))
	schema, err := c.Compile("exchange.schema.json")
	require.NoError(t, err)

	var out bytes.Buffer
	for _, x := range odd() {
		require.NoError(t, recording.WriteLine(&out, x))
	}
	for line := range bytes.Lines(out.Bytes()) {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(v))
	}
	r, err := recording.NewReader(&out, "out")
	entries, _, fatal := all(t, r, err)
	require.NoError(t, fatal)
	for i, want := range odd() {
		got := entries[i]
		requireSameReason(t, want.Err, got.Err)
		want.Name, want.Err = got.Name, got.Err
		if want.Response != nil {
			want.Response.Extra = nil // has no place in a line
		}
		require.Equal(t, want, got)
	}
}

func TestStaleRecordingSaysWhy(t *testing.T) {
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for want, m := range map[string]recording.Meta{
		"":             {SpecSHA256: "a", RecordedAt: now.AddDate(0, 0, -90)},
		"openapi.yaml": {SpecSHA256: "b", RecordedAt: now},
		"91 days":      {SpecSHA256: "a", RecordedAt: now.AddDate(0, 0, -91)},
	} {
		if got := m.Stale("a", now); want == "" {
			require.Empty(t, got)
		} else {
			require.Contains(t, got, want)
		}
	}
	require.Empty(t, recording.Meta{}.Stale("a", now), "other recorders say nothing about it")
}
