package recording_test

import (
	"encoding/json"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// entry is an entry of a HAR, as any recorder may have changed it.
type entry map[string]any

func (e entry) request() map[string]any  { return e["request"].(map[string]any) }
func (e entry) response() map[string]any { return e["response"].(map[string]any) }
func (e entry) content() map[string]any  { return e.response()["content"].(map[string]any) }
func (e entry) is(method, part string) bool {
	return e.request()["method"] == method && strings.Contains(e.request()["url"].(string), part)
}

// asRecorded is a session as the entries of a HAR, without what this package
// adds, and with sizes, as browsers write them.
func asRecorded(t *testing.T, xs []*contract.Exchange) []entry {
	t.Helper()
	path := filepath.Join(t.TempDir(), "session.har")
	write(t, path, xs...)
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var doc struct{ Log struct{ Entries []entry } }
	require.NoError(t, json.Unmarshal(data, &doc))
	for i, e := range doc.Log.Entries {
		delete(e, "_onvy")
		e["_took"] = e["time"]
		e["time"] = max(45, e["time"].(float64)) // no end is before what it was
		e.response()["content"].(map[string]any)["size"] = 0.0
		if r := xs[i].Response; r != nil {
			e.content()["size"] = float64(len(r.Body))
		}
	}
	return doc.Log.Entries
}

// replayed is what a replay of entries says.
func replayed(t *testing.T, spec *contract.Spec, es []entry) *contract.Report {
	t.Helper()
	data, err := json.Marshal(map[string]any{"log": map[string]any{"version": "1.2", "entries": es}})
	require.NoError(t, err)
	return replay(t, spec, string(data))
}

func replay(t *testing.T, spec *contract.Spec, data string) *contract.Report {
	t.Helper()
	r, err := recording.NewReader(strings.NewReader(data), "in")
	require.NoError(t, err)
	return spec.Replay(t.Context(), "in", read2(r), contract.ReplayOptions{})
}

func read2(r *recording.Reader) iter.Seq2[*contract.Exchange, error] {
	return func(yield func(*contract.Exchange, error) bool) {
		for e, err := range r.All() {
			if !yield(e.Exchange, err) {
				return
			}
		}
	}
}

func violations(r *contract.Report) (all []string) {
	for _, f := range r.Findings {
		if f.Level == contract.Violation {
			all = append(all, fmt.Sprintf("%s %s %d: %s", f.Rule, f.Operation, f.Status, f.Message))
		}
	}
	return all
}

func clone(es []entry) (all []entry) {
	for _, e := range es {
		all = append(all, entry(copied(map[string]any(e)).(map[string]any)))
	}
	return all
}

// copied is a value of JSON that shares nothing with another.
func copied(value any) any {
	switch value := value.(type) {
	case map[string]any:
		members := make(map[string]any, len(value))
		for name, member := range value {
			members[name] = copied(member)
		}
		return members
	case []any:
		items := make([]any, 0, len(value))
		for _, item := range value {
			items = append(items, copied(item))
		}
		return items
	}
	return value
}

// conforming is a session of the live suite with the embedded server, which
// holds by the contract. It is made once, and to be cloned before it is changed.
func conforming(t *testing.T) (*contract.Spec, []entry) {
	t.Helper()
	made.Do(func() {
		spec := loaded(t)
		es := asRecorded(t, session(t))
		require.Empty(t, violations(replayed(t, spec, es)), "the session itself")
		made.spec, made.entries = spec, es
	})
	require.NotEmpty(t, made.entries)
	return made.spec, made.entries
}

var made struct {
	sync.Once
	spec    *contract.Spec
	entries []entry
}

// Whatever a recorder leaves out, cuts or adds is not the server's doing, and
// the report names it.
func TestWhatARecorderDoesIsNotHeldAgainstTheServer(t *testing.T) {
	spec, session := conforming(t)
	for name, c := range map[string]struct {
		change func(e entry)
		named  string // in Summary.Unjudged
	}{
		"bodies of answers omitted":    {func(e entry) { delete(e.content(), "text") }, "the body was not recorded"},
		"bodies in files of their own": {func(e entry) { delete(e.content(), "text"); e.content()["_file"] = "a1b2.json" }, "the body was not recorded"},
		"no content at all":            {func(e entry) { delete(e.response(), "content") }, "the body was not recorded"},
		"size unknown, as in minimal":  {func(e entry) { delete(e.content(), "text"); e.content()["size"] = -1 }, "the body was not recorded"},
		"bodies evicted":               {func(e entry) { e.content()["text"] = "" }, "the body was not recorded"},
		"bodies of lists evicted": {func(e entry) {
			if e.is("GET", "/users?") || e.is("GET", "/users") {
				e.content()["text"] = ""
			}
		}, "the body was not recorded"},
		"bodies of requests omitted": {func(e entry) { delete(e.request(), "postData") }, "the body of the request was not recorded, or not all of it"},
		"bodies of requests empty": {func(e entry) {
			if p, ok := e.request()["postData"].(map[string]any); ok {
				p["text"] = ""
				e.request()["bodySize"] = -1
			}
		}, "the body of the request was not recorded, or not all of it"},
		"parameters without a text": {func(e entry) {
			if p, ok := e.request()["postData"].(map[string]any); ok {
				delete(p, "text")
				p["params"] = []any{}
				e.request()["bodySize"] = -1
			}
		}, "the body of the request was not recorded, or not all of it"},
		"bodies cut": {func(e entry) { cut(e.content()) }, "only the beginning of the body was recorded"},
		"bodies of requests cut": {func(e entry) {
			if p, ok := e.request()["postData"].(map[string]any); ok {
				e.request()["bodySize"] = float64(len(p["text"].(string)))
				cut(p)
			}
		}, "the body of the request was not recorded, or not all of it"},
		"aborted after half of the body": {func(e entry) {
			if cut(e.content()) {
				e["_error"] = "net::ERR_ABORTED"
			}
		}, "aborted by the client"},
		"aborted in Firefox": {func(e entry) {
			if e.is("GET", "") {
				e.response()["status"] = 0
				e.response()["_error"] = "NS_BINDING_ABORTED"
			}
		}, "aborted by the client"},
		"blocked by the client": {func(e entry) {
			if e.is("GET", "") {
				e.response()["status"] = 0
				e.response()["_error"] = "net::ERR_BLOCKED_BY_CLIENT"
			}
		}, "aborted by the client"},
		"answers from the cache, and old": {func(e entry) {
			if e.is("GET", "/users/") {
				e["_fromCache"] = "disk"
				e.content()["text"] = `{"id":"old","updated_at":"2020-01-01T00:00:00Z"}`
			}
		}, "an answer from the client's cache"},
		"waiting in the browser's queue": {func(e entry) {
			e["time"] = 3050.0
			e["timings"] = map[string]any{"blocked": 2900, "dns": 100, "wait": 45, "send": 1, "receive": 4}
		}, ""},
		"a header of Firefox's own": {func(e entry) {
			e.response()["headers"] = append(e.response()["headers"].([]any), map[string]any{"name": "X-Firefox-Spdy", "value": "h2"})
		}, ""},
		"names of headers in small letters": {func(e entry) {
			for _, h := range e.response()["headers"].([]any) {
				h.(map[string]any)["name"] = strings.ToLower(h.(map[string]any)["name"].(string))
			}
		}, ""},
		"no Authorization": {func(e entry) {
			e.request()["headers"] = slices.DeleteFunc(e.request()["headers"].([]any), func(h any) bool { return strings.EqualFold(h.(map[string]any)["name"].(string), "Authorization") })
		}, ""},
	} {
		es := clone(session)
		for _, e := range es {
			c.change(e)
		}
		r := replayed(t, spec, es)
		require.Empty(t, violations(r), name)
		require.Zero(t, r.Summary.Errors, name)
		if c.named != "" {
			require.Positive(t, r.Summary.Unjudged[c.named], "%s: %v", name, r.Summary.Unjudged)
		}
		for _, f := range r.Findings {
			require.NotContains(t, f.Message, "Spdy", name)
		}
	}
}

// cut takes the second half of a text off, and reports whether there was one.
func cut(m map[string]any) bool {
	text, _ := m["text"].(string)
	m["text"] = text[:len(text)/2]
	return len(text) > 1
}

func TestEntriesInAnyOrderAreJudgedByTheirTimes(t *testing.T) {
	spec, session := conforming(t)
	es := clone(session)
	slices.Reverse(es)
	require.Empty(t, violations(replayed(t, spec, es)), "reversed")
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(es), func(i, j int) { es[i], es[j] = es[j], es[i] })
	require.Empty(t, violations(replayed(t, spec, es)), "shuffled")
}

// Without times the order is that of the file, and what was under way together
// is not known: here one followed the other.
func TestEntriesWithoutTimesAreJudgedByTheirOrder(t *testing.T) {
	spec, session := conforming(t)
	var es []entry
	last := ""
	for _, e := range clone(session) {
		if started := e["startedDateTime"].(string); started < last {
			continue // it began before the one before it had ended
		}
		at, err := time.Parse(time.RFC3339Nano, e["startedDateTime"].(string))
		require.NoError(t, err)
		last = at.Add(time.Duration(e["_took"].(float64) * float64(time.Millisecond))).Format(time.RFC3339Nano)
		delete(e, "startedDateTime")
		delete(e, "time")
		delete(e, "timings")
		es = append(es, e)
	}
	require.Greater(t, len(es), 5)
	require.Empty(t, violations(replayed(t, spec, es)))
}

// Loggers of gateways write objects where others write lists and texts.
func TestLinesWithObjectsAreRead(t *testing.T) {
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	user := `{"id":"user_1","created_at":"2026-03-05T18:10:27Z","updated_at":"2026-03-05T18:10:27Z","measurement_unit":"metric"}`
	line := `{"request":{"method":"GET","url":"https://api.onvy.health/users/user_1","headers":{"Authorization":"Bearer x","Accept":["a/b","c/d"]}},` +
		`"response":{"status":200,"headers":{"content-type":"application/json; charset=utf-8","content-length":142},"body":` + user + `}}` + "\n"
	r, err := recording.NewReader(strings.NewReader(line), "in")
	require.NoError(t, err)
	entries, broken, fatal := all(t, r, err)
	require.NoError(t, fatal)
	require.Empty(t, broken)
	x := entries[0]
	require.Equal(t, contract.Header{{Name: "Authorization", Value: "Bearer x"}, {Name: "Accept", Value: "a/b"}, {Name: "Accept", Value: "c/d"}}, x.Request.Header)
	require.Equal(t, "142", x.Response.Header.Get("Content-Length"))
	require.JSONEq(t, user, string(x.Response.Body))
	require.Empty(t, violations(replay(t, spec, line)))
	wrong := strings.Replace(line, `"metric"`, `"cubits"`, 1)
	require.NotEmpty(t, violations(replay(t, spec, wrong)), "and it is judged")
}

// What only a server does is a finding of the recording, as it is of the suite.
func TestFailuresThatOnlyAServerCausesAreFindings(t *testing.T) {
	spec, session := conforming(t)
	for word, rule := range map[string]string{
		"net::ERR_EMPTY_RESPONSE": "http/closed", "net::ERR_CONNECTION_RESET": "http/closed", "net::ERR_HTTP2_PROTOCOL_ERROR": "http/closed",
		"NS_ERROR_NET_RESET": "http/closed", "net::ERR_INVALID_HTTP_RESPONSE": "http/malformed", "closed": "http/closed", "timeout": "http/timeout",
	} {
		es := clone(session)
		for _, e := range es {
			if strings.Contains(e.request()["url"].(string), "/users") {
				e.response()["status"], e.response()["_error"] = -1, word
				e.response()["headers"], e.response()["content"] = []any{}, map[string]any{"size": -1}
			}
		}
		r := replayed(t, spec, es)
		require.Equal(t, 1, r.ExitStatus(), word)
		require.Contains(t, strings.Join(violations(r), "\n"), rule, word)
	}
	for _, word := range []string{"net::ERR_CONTENT_LENGTH_MISMATCH", "net::ERR_INCOMPLETE_CHUNKED_ENCODING", "NS_ERROR_NET_PARTIAL_TRANSFER"} {
		es := clone(session)
		for _, e := range es {
			if e.is("GET", "/users?") && cut(e.content()) {
				e["_error"] = word
			}
		}
		got := strings.Join(violations(replayed(t, spec, es)), "\n")
		require.Contains(t, got, "http/incomplete", word)
		require.NotContains(t, got, "json/syntax", "one cause, one finding")
	}
}

// A recording of nothing but failures that may be anybody's is not a pass.
func TestRecordingWithoutAnyAnswerIsNotRun(t *testing.T) {
	spec, session := conforming(t)
	for _, word := range []string{"net::ERR_NAME_NOT_RESOLVED", "net::ERR_ABORTED", "net::ERR_FAILED", ""} {
		es := clone(session)
		for _, e := range es {
			e.response()["status"], e.response()["_error"] = -1, word
		}
		r := replayed(t, spec, es)
		require.Equal(t, 2, r.ExitStatus(), word)
		total := 0
		for _, n := range r.Summary.Unjudged {
			total += n
		}
		require.Equal(t, r.Summary.Exchanges, total, "each is counted: %v", r.Summary.Unjudged)
	}
}

// What the proxy sees when it passes traffic on, a replay of its recording sees.
func TestRecordingKeepsHowAnExchangeFailed(t *testing.T) {
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	xs := []*contract.Exchange{
		{Request: contract.Request{Method: "GET", URL: "https://api.onvy.health/users/u"}, Err: fmt.Errorf("%w: EOF", contract.ErrClosed)},
		{Request: contract.Request{Method: "DELETE", URL: "https://api.onvy.health/users/u"}, Err: contract.ErrTimeout},
		{Request: contract.Request{Method: "PUT", URL: "https://api.onvy.health/users/u"}, Err: contract.ErrMalformed},
	}
	cutShort := answer("GET", "/users", 200, `{"users":[`)
	cutShort.Err = contract.ErrClosed
	xs = append(xs, cutShort)
	var want []string
	for _, x := range xs {
		for _, f := range spec.Check(x) {
			want = append(want, f.Rule)
		}
	}
	require.Subset(t, want, []string{"http/closed", "http/timeout", "http/malformed", "http/incomplete"})
	for _, name := range []string{"plain.har", "redacted.har"} {
		path := filepath.Join(t.TempDir(), name)
		write(t, path, xs...)
		if name == "redacted.har" {
			_, err := redactor(t).RedactFile(t.Context(), path, path)
			require.NoError(t, err)
		}
		var got []string
		for _, x := range readAll(t, path) {
			for _, f := range spec.Check(x) {
				got = append(got, f.Rule)
			}
		}
		require.Equal(t, want, got, name)
	}
}
