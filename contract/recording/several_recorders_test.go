package recording_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// together replays several recordings as one.
func together(t *testing.T, spec *contract.Spec, complete bool, readers ...*recording.Reader) *contract.Report {
	t.Helper()
	var all []contract.Recording
	for i, r := range readers {
		all = append(all, contract.Recording{Name: fmt.Sprintf("%d %s", i, r.Name()), Entries: func(yield func(contract.Entry, error) bool) {
			for raw, err := range r.Raw() {
				if !yield(contract.Entry{Size: raw.Size(), Decode: raw.Exchange}, err) {
					return
				}
			}
		}})
	}
	return spec.ReplayAll(t.Context(), all, contract.ReplayOptions{Complete: complete})
}

// One session, of which a browser, a logger and a proxy have recorded a part
// each: what one has written another has read.
func TestRecordingsOfSeveralRecordersAreOneSession(t *testing.T) {
	spec := loaded(t)
	xs := session(t)
	for _, order := range []string{"in order", "reversed", "the proxy without times"} {
		var browser, proxy []*contract.Exchange
		var lines [][]byte
		for i, x := range xs {
			switch i % 3 {
			case 0:
				browser = append(browser, x)
			case 1:
				proxy = append(proxy, x)
			case 2:
				var line bytes.Buffer
				require.NoError(t, recording.WriteLine(&line, x))
				lines = append(lines, line.Bytes())
			}
		}
		entries, passed := asRecorded(t, browser), asRecorded(t, proxy)
		for _, e := range slices.Concat(entries, passed) {
			e["time"] = e["_took"]
		}
		switch order {
		case "reversed":
			slices.Reverse(entries)
			slices.Reverse(passed)
			slices.Reverse(lines)
		case "the proxy without times":
			passed = afterOneAnother(t, passed)
			for _, e := range passed {
				delete(e, "startedDateTime")
				delete(e, "time")
				delete(e, "timings")
			}
		}
		open := func() (all []*recording.Reader) {
			for _, text := range []string{harOf(t, entries), harOf(t, passed), string(bytes.Join(lines, nil))} {
				r, err := recording.NewReader(bytes.NewReader([]byte(text)), "in")
				require.NoError(t, err)
				all = append(all, r)
			}
			return all
		}
		for _, complete := range []bool{false, true} {
			if complete && order != "in order" {
				continue // what is not told when it was is not a complete record
			}
			r := together(t, spec, complete, open()...)
			require.Empty(t, violations(r), "%s, complete: %v", order, complete)
			require.Zero(t, r.Summary.Errors)
			require.GreaterOrEqual(t, r.Summary.Exchanges, len(xs)*6/10) // some are of no operation, or left out above
		}
	}
}

// afterOneAnother are the entries that began when the one before had ended: what
// was under way together nobody can tell without times.
func afterOneAnother(t *testing.T, es []entry) (some []entry) {
	t.Helper()
	var last time.Time
	for _, e := range es {
		at, err := time.Parse(time.RFC3339Nano, e["startedDateTime"].(string))
		require.NoError(t, err)
		if !at.Before(last) {
			last = at.Add(time.Duration(e["_took"].(float64) * float64(time.Millisecond)))
			some = append(some, e)
		}
	}
	return some
}

// A cassette has no times, and is of another server; a browser has left out the
// credentials that the others have kept.
func TestCassetteAndHARsAreReplayedTogether(t *testing.T) {
	spec := loaded(t)
	srv := sandbox.Start(t)
	path := filepath.Join(t.TempDir(), "session")
	vcr, err := recorder.New(path, recorder.WithMode(recorder.ModeRecordOnly))
	require.NoError(t, err)
	n := drive(t, vcr.GetDefaultClient(), srv.URL, srv)
	require.NoError(t, vcr.Stop())
	xs := session(t)
	har := filepath.Join(t.TempDir(), "session.har.gz")
	write(t, har, xs...)
	// As browsers export it for others to see: without credentials.
	sanitized := filepath.Join(t.TempDir(), "sanitized.har")
	es := asRecorded(t, xs)
	for _, e := range es {
		e.request()["headers"] = []any{}
	}
	require.NoError(t, os.WriteFile(sanitized, []byte(harOf(t, es)), 0o600))
	var readers []*recording.Reader
	for _, name := range []string{path + ".yaml", har, sanitized} {
		r, err := recording.Open(name)
		require.NoError(t, err)
		defer r.Close()
		readers = append(readers, r)
	}
	r := together(t, spec, false, readers...)
	require.Empty(t, violations(r))
	require.GreaterOrEqual(t, r.Summary.Exchanges, n+len(xs))
}

func harOf(t *testing.T, es []entry) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{"log": map[string]any{"version": "1.2", "entries": es}})
	require.NoError(t, err)
	return string(data)
}
