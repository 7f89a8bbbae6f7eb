package contract

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/onvy-health/onvy-go/contract/internal/history"
)

// A core takes up to batch exchanges at a time, or batchBytes of them: enough
// for the hand-over to cost nothing, few enough for memory not to matter.
const (
	batch      = 16
	batchBytes = 256 << 10
)

// checkedEntry is an entry after the exchange rules.
type checkedEntry struct {
	entry     Entry
	recording string // its name
	seq       uint64 // its place in there
	call      *call  // nil if it is not of this API, or cannot be read
	facts     []history.Fact
	unmatched string
	err       error
	late      bool // it ended before another that came earlier
}

// order is when the exchange was.
func (e *checkedEntry) order() history.Order {
	o := history.Order{Seq: e.seq, From: e.recording}
	if e.call == nil {
		return o
	}
	o.Name = e.call.x.Name
	if !e.call.x.Started.IsZero() {
		o.Start, o.End = e.call.x.Started.UnixNano(), e.call.x.end().UnixNano()
	}
	return o
}

// size is about how much memory the entry takes.
func (e *checkedEntry) size() int {
	if e.call == nil {
		return 0
	}
	n := len(e.call.x.Request.Body)
	if r := e.call.x.Response; r != nil {
		n += len(r.Body)
	}
	return n
}

// job is some entries of one recording, in order.
type job struct {
	entries  []checkedEntry
	counting *counting
	done     chan struct{} // closed when they are checked
}

// pipelines decodes and checks the entries of each recording on all cores, and
// returns a channel of each, in order. All of them are to be read to the end;
// when ctx ends, that comes early.
func (s *Spec) pipelines(ctx context.Context, recordings []Recording, o ReplayOptions, counts []*counting, x *history.Extractor, sel *selection) []<-chan *job {
	width := cmp.Or(o.Parallel, runtime.GOMAXPROCS(0))
	work := make(chan *job, width)
	for range width {
		go func() {
			for j := range work {
				for i := range j.entries {
					s.prepare(&j.entries[i], o, j.counting, x, sel)
				}
				close(j.done)
			}
		}()
	}
	var readers sync.WaitGroup
	all := make([]<-chan *job, len(recordings))
	for i, r := range recordings {
		// What is in memory is bounded by the jobs that nobody has taken yet.
		out := make(chan *job, max(1, width/len(recordings)))
		all[i] = out
		readers.Go(func() {
			defer close(out)
			r.read(ctx, counts[i], out, work)
		})
	}
	go func() {
		readers.Wait()
		close(work)
	}()
	return all
}

// read cuts a recording into jobs.
func (r *Recording) read(ctx context.Context, n *counting, out, work chan<- *job) {
	j, bytes, seq := &job{counting: n, done: make(chan struct{})}, 0, uint64(0)
	flush := func() bool {
		if len(j.entries) == 0 {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case out <- j:
		}
		work <- j
		j, bytes = &job{counting: n, done: make(chan struct{})}, 0
		return true
	}
	for entry, err := range r.Entries {
		seq++
		j.entries = append(j.entries, checkedEntry{entry: entry, recording: r.Name, seq: seq, err: err})
		bytes += entry.Size
		if (len(j.entries) == batch || bytes >= batchBytes) && !flush() {
			return
		}
	}
	flush()
}

// prepare decodes an entry, runs the exchange rules, and takes it apart for the
// history.
func (s *Spec) prepare(e *checkedEntry, o ReplayOptions, n *counting, extractor *history.Extractor, sel *selection) {
	if e.err != nil {
		return
	}
	x, err := e.entry.Decode()
	e.entry.Decode = nil // and with it the bytes of the entry
	if err != nil {
		e.err = err
		return
	}
	s.sort(e, x, o)
	if e.call == nil || x.FromCache {
		return
	}
	e.call.counting = n
	e.call.skim()
	s.checkCall(e.call)
	if extractor != nil {
		e.facts = e.call.facts(extractor, e.seq)
		for i := range e.facts {
			e.facts[i].From = e.recording
		}
	}
	sel.look(e.call)
}

// sort finds out whether an exchange is of this API.
func (s *Spec) sort(e *checkedEntry, x *Exchange, o ReplayOptions) {
	a, ok := readAddress(x.Request.URL)
	if !ok || a.host == "" {
		e.unmatched = "(no host)"
		return
	}
	if !s.hosts[a.host] && !isLoopback(a.hostname()) && !slices.Contains(o.Hosts, a.host) && !slices.Contains(o.Hosts, a.hostname()) {
		e.unmatched = a.host
		return
	}
	c := s.route(x, a, strings.TrimRight(o.BasePath, "/"))
	if c.op == nil {
		e.unmatched = fmt.Sprintf("%s %s%s", x.Request.Method, a.host, knownPart(a.path))
		return
	}
	c.slow = orDefault(o.Slow, defaultSlow)
	e.call = c
}

// knownPart keeps the first segment of a path that is of no operation; the
// others may be ids.
func knownPart(path string) string {
	first, rest, more := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if maskName(first) != first {
		first = "…"
	}
	if more && rest != "" {
		return "/" + first + "/…"
	}
	return "/" + first
}
