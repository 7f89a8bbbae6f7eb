package recording_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// all reads a recording to its end: the entries by index, the errors of
// entries by index, and the error that ended it.
func all(t *testing.T, r *recording.Reader, err error) (map[int]*contract.Exchange, map[int]error, error) {
	t.Helper()
	require.NoError(t, err)
	defer func() { require.NoError(t, r.Close()) }()
	entries, broken := map[int]*contract.Exchange{}, map[int]error{}
	var fatal error
	for entry, err := range r.All() {
		require.NoError(t, fatal, "something came after the last error")
		if e, ok := errors.AsType[*recording.EntryError](err); ok {
			require.Equal(t, entry.Index, e.Index)
			require.Nil(t, entry.Exchange)
			broken[e.Index] = e.Err
			continue
		}
		if err != nil {
			fatal = err
			continue
		}
		entries[entry.Index] = entry.Exchange
	}
	return entries, broken, fatal
}

func sample(t *testing.T, name string) (map[int]*contract.Exchange, map[int]error) {
	t.Helper()
	r, err := recording.Open(filepath.Join("testdata", name))
	entries, broken, fatal := all(t, r, err)
	require.NoError(t, fatal)
	return entries, broken
}

func TestChromiumEntryIsReadAsItWasOnTheWire(t *testing.T) {
	entries, broken := sample(t, "chromium.har")
	require.Empty(t, broken)
	require.Len(t, entries, 4)
	require.Equal(t, &contract.Exchange{
		Name:     "chromium.har#0",
		Started:  time.Date(2026, 3, 5, 18, 10, 27, 124.1e6, time.UTC), // behind the time in the queue
		Duration: 82884896 * time.Nanosecond,
		Request: contract.Request{
			Method: "POST",
			URL:    "https://api.onvy.health/users",
			Header: contract.Header{{Name: "content-type", Value: "application/json"}},
			Body:   []byte(`{"id":"user_123"}`),
		},
		Response: &contract.Response{
			Proto:  "HTTP/2.0",
			Status: 201,
			Header: contract.Header{
				{Name: "content-encoding", Value: "gzip"},
				{Name: "content-type", Value: "application/json"},
				{Name: "set-cookie", Value: "a=1; Path=/"},
				{Name: "set-cookie", Value: "b=2; Path=/"},
			},
			Body:    []byte(`{"id":"user_123 é"}`),
			Decoded: "gzip",
		},
	}, entries[0])
}

func TestChromiumBlockedRequestHasAnErrorInPlaceOfAResponse(t *testing.T) {
	entries, _ := sample(t, "chromium.har")
	require.Nil(t, entries[1].Response)
	require.ErrorContains(t, entries[1].Err, "net::ERR_BLOCKED_BY_CLIENT")
}

func TestBase64BodyIsDecoded(t *testing.T) {
	entries, _ := sample(t, "chromium.har")
	require.Equal(t, []byte("\x89PNG"), entries[2].Response.Body)
	require.Equal(t, "HTTP/3.0", entries[2].Response.Proto)
}

func TestBodyThatWasNotKeptIsNotAnEmptyBody(t *testing.T) {
	entries, _ := sample(t, "chromium.har")
	require.Empty(t, entries[3].Response.Body)
	require.Equal(t, contract.BodyNotRecorded, entries[3].Response.BodyState)
	entries, _ = sample(t, "playwright.har")
	require.Equal(t, contract.BodyNotRecorded, entries[0].Response.BodyState, "the body is in a file of its own")
	entries, _ = sample(t, "firefox.har")
	require.Equal(t, contract.BodyWhole, entries[1].Response.BodyState, "204 has none")
}

func TestFormIsPutTogetherFromItsParameters(t *testing.T) {
	entries, _ := sample(t, "firefox.har")
	require.Equal(t, "grant_type=client_credentials&scope=users%3Aread+a%26b", string(entries[0].Request.Body))
	require.Equal(t, 41*time.Millisecond, entries[0].Duration)
	require.Zero(t, entries[1].Duration)
	require.True(t, entries[0].Started.Equal(time.Date(2026, 3, 5, 18, 10, 27, 511e6, time.UTC)))
	require.Equal(t, "HTTP/2.0", entries[0].Response.Proto)
}

func TestPlaywrightFailedRequestHasAnErrorInPlaceOfAResponse(t *testing.T) {
	entries, _ := sample(t, "playwright.har")
	require.Nil(t, entries[1].Response)
	require.ErrorContains(t, entries[1].Err, "net::ERR_CONNECTION_REFUSED")
}

func TestMitmproxyBodyIsTheDecodedOneWhateverTheSizesSay(t *testing.T) {
	entries, _ := sample(t, "mitmproxy.har")
	require.Equal(t, "{\"tz_offset\":7200}\n", string(entries[0].Response.Body))
	require.Equal(t, "br", entries[0].Response.Decoded)
	require.Equal(t, contract.BodyWhole, entries[0].Response.BodyState)
	require.Equal(t, `{"tz_offset": 7200}`, string(entries[0].Request.Body))
}

func TestProxyDialectIsRead(t *testing.T) {
	entries, broken := sample(t, "proxy.har")
	require.Len(t, entries, 3)
	x := entries[0]
	require.Equal(t, "https://api.onvy.health/users?limit=1", x.Request.URL)
	require.Equal(t, []string{"text/html", "application/json"}, x.Request.Header.Values("Accept"))
	require.Equal(t, 200, x.Response.Status)
	require.Equal(t, "{}", string(x.Response.Body), "gzip bytes were kept by the proxy")
	require.Equal(t, "gzip", x.Response.Decoded)
	require.Equal(t, 12*time.Millisecond, x.Duration)
	require.Equal(t, time.Date(2026, 3, 5, 18, 10, 27, 5e8, time.UTC), x.Started)

	require.Equal(t, []byte("{\"id\":\"\xff\"}"), entries[1].Request.Body)
	require.Nil(t, entries[1].Response)
	require.Error(t, entries[1].Err)
	require.Equal(t, contract.BodyWhole, entries[7].Response.BodyState, "the answer to HEAD has no body")

	require.Len(t, broken, 5)
	require.ErrorIs(t, broken[2], recording.ErrEntry)
	require.ErrorIs(t, broken[3], recording.ErrEncoding, "half a surrogate pair")
	require.ErrorIs(t, broken[4], recording.ErrEncoding, "no base64")
	require.ErrorIs(t, broken[5], recording.ErrSyntax)
	require.ErrorIs(t, broken[6], recording.ErrEntry)
}

func TestCassetteInYAMLIsReadItemByItem(t *testing.T) {
	entries, broken := sample(t, "cassette.yaml")
	require.Equal(t, &contract.Exchange{
		Name:     "cassette.yaml#0",
		Duration: 83984896 * time.Nanosecond,
		Request: contract.Request{
			Method: "POST",
			URL:    "https://api.onvy.health/users",
			Header: contract.Header{
				{Name: "Accept", Value: "application/json"},
				{Name: "Accept", Value: "text/plain"},
				{Name: "Content-Type", Value: "application/json"},
			},
			Body: []byte(`{"id":"user_123"}`),
		},
		Response: &contract.Response{
			Proto:   "HTTP/2.0",
			Status:  201,
			Reason:  "Created",
			Header:  contract.Header{{Name: "Content-Type", Value: "application/json"}},
			Body:    []byte("{\n- \"id\": \"user_123\"\n}\n"),
			Decoded: "gzip",
		},
	}, entries[0])
	require.ErrorIs(t, broken[1], recording.ErrEntry)
	require.Equal(t, "grant_type=client_credentials", string(entries[2].Request.Body))
	require.Equal(t, []byte{0xff, 0}, entries[2].Response.Body)
}

func TestCassetteInJSONIsRead(t *testing.T) {
	for _, name := range []string{"cassette.json", "cassette-go.json"} {
		entries, broken := sample(t, name)
		require.Empty(t, broken)
		require.Equal(t, "https://api.onvy.health/users", entries[0].Request.URL, name)
		require.Equal(t, "{}", string(entries[0].Response.Body))
		require.Equal(t, "OK", entries[0].Response.Reason)
		require.Equal(t, 5*time.Millisecond, entries[0].Duration)
	}
}

func TestLinesOfExchangesAreRead(t *testing.T) {
	entries, broken := sample(t, "lines.ndjson")
	require.Equal(t, &contract.Exchange{
		Name:     "lines.ndjson#0",
		Started:  time.Date(2026, 3, 5, 18, 10, 27, 5e8, time.UTC),
		Duration: 12500 * time.Microsecond,
		Request:  contract.Request{Method: "GET", URL: "https://api.onvy.health/users", Header: contract.Header{{Name: "Accept", Value: "*/*"}}},
		Response: &contract.Response{
			Proto: "HTTP/1.1", Status: 200, Body: []byte("{}"),
			Header: contract.Header{{Name: "Content-Type", Value: "application/json"}, {Name: "X-A", Value: "1"}, {Name: "x-a", Value: "2"}},
		},
	}, entries[0])
	require.Equal(t, []byte{0xff, 0}, entries[1].Request.Body)
	require.ErrorContains(t, entries[1].Err, "timeout")
	require.ErrorIs(t, broken[2], recording.ErrSyntax)
	require.ErrorIs(t, broken[3], recording.ErrEntry)
	require.Equal(t, contract.BodyCut, entries[4].Response.BodyState)
	require.Equal(t, "gzip", entries[4].Response.Decoded)
	require.Len(t, entries, 3)
	require.Len(t, broken, 2)
}

// Loggers write null for what they did not keep.
func TestABodyOfNullWasNotRecorded(t *testing.T) {
	for body, want := range map[string]contract.BodyState{
		`,"body":null`: contract.BodyNotRecorded, `,"body":false`: contract.BodyNotRecorded, ``: contract.BodyNotRecorded,
		`,"body":""`: contract.BodyWhole, `,"body":[]`: contract.BodyWhole,
	} {
		line := `{"request":{"method":"PUT","url":"https://api.onvy.health/users/u"` + body + `},"response":{"status":200` + body + `}}`
		r, err := recording.NewReader(strings.NewReader(line), "in")
		entries, _, fatal := all(t, r, err)
		require.NoError(t, fatal)
		require.Equal(t, want, entries[0].Request.BodyState, body)
		require.Equal(t, want, entries[0].Response.BodyState, body)
	}
}

// A line may have any member beside its own, and a log may begin with one of
// another kind.
func TestLinesAreLinesWhateverElseIsInThem(t *testing.T) {
	const members = `"request":{"method":"GET","url":"https://api.onvy.health/users"},"response":{"status":200}}` + "\n"
	for _, text := range []string{
		`{"log":"gateway",` + members, `{"log":{"level":"info"},` + members, `{"interactions":3,` + members,
		`{"level":"info","text":"started"}` + "\r\n{" + members,
	} {
		r, err := recording.NewReader(strings.NewReader(text), "in")
		require.NoError(t, err)
		require.Equal(t, recording.Lines, r.Format(), text)
		entries, _, fatal := all(t, r, nil)
		require.NoError(t, fatal)
		require.Len(t, entries, 1, text)
	}
}

func TestFormatIsToldByContent(t *testing.T) {
	for name, want := range map[string]recording.Format{
		"chromium.har": recording.HAR, "cassette.yaml": recording.Cassette,
		"cassette.json": recording.Cassette, "lines.ndjson": recording.Lines,
	} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		anonymous := filepath.Join(t.TempDir(), "recording")
		require.NoError(t, os.WriteFile(anonymous, data, 0o600))
		r, err := recording.Open(anonymous)
		require.NoError(t, err)
		require.Equal(t, want, r.Format(), name)
		read, size := r.Progress()
		require.Equal(t, int64(len(data)), size)
		require.LessOrEqual(t, read, size)
		require.NoError(t, r.Close())
	}
}
