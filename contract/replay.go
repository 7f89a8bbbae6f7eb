package contract

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// ReplayOptions of a replay. The zero value is a good one.
type ReplayOptions struct {
	Hosts    []string      // hosts that are this API too, beside those of the spec and loopback
	BasePath string        // of the base URL, if it has one
	Slow     time.Duration // an answer that took longer is a finding; 0 is 2 s
	Strict   bool          // assumptions and drift fail the replay too
	Parallel int           // exchanges checked at once; 0 is one for each core
	// OnEntry is called after each entry, one at a time.
	OnEntry func()
}

// A core takes up to batch exchanges at a time, or batchBytes of them: enough
// for the hand-over to cost nothing, few enough for memory not to matter.
const (
	batch      = 16
	batchBytes = 256 << 10
)

// erroneous is how many entries that cannot be read are named.
const erroneous = 100

// Replay holds recorded exchanges against all exchange and history rules, in
// parallel, with findings in the order of the entries. An entry that cannot be
// read is an outcome of status error and does not stop the others; entries of
// other hosts, or of paths that are not of this API, are counted by host and
// path.
func (s *Spec) Replay(ctx context.Context, name string, entries iter.Seq2[*Exchange, error], o ReplayOptions) *Report {
	r := &Report{Target: name, Started: time.Now(), Spec: s.SHA256(), Strict: o.Strict}
	r.Summary.Unmatched = make(map[string]int)
	one := Outcome{Case: name, Status: Pass}
	var failed []Outcome
	unread := 0
	history := NewHistory(s)
	folder := newFolder()
	n := newCounting(s, false)

	for e := range inOrder(s.checked(ctx, entries, o, n)) {
		switch {
		case e.err != nil:
			if unread++; unread <= erroneous {
				failed = append(failed, Outcome{Case: name, Status: Error, Reason: e.err.Error()})
			}
		case e.unmatched != "":
			r.Summary.Unmatched[e.unmatched]++
		default:
			one.Exchanges++
			history.addCall(e.call)
			e.call.count()
			for _, f := range e.call.findings {
				folder.add(f)
			}
			e.call.close()
		}
		if o.OnEntry != nil {
			o.OnEntry()
		}
	}
	one.Findings = folder.findings
	one.Duration = time.Since(r.Started)
	for _, f := range one.Findings {
		if f.Level == Violation || o.Strict {
			one.Status = Fail
		}
	}
	switch {
	case ctx.Err() != nil:
		one.Status, one.Reason = NotRun, "interrupted"
	case one.Exchanges == 0 && len(failed) == 0:
		one.Status, one.Reason = NotRun, "no entry is of this API"
		if len(r.Summary.Unmatched) > 0 {
			hosts := slices.Sorted(maps.Keys(r.Summary.Unmatched))
			one.Reason += "; its hosts and paths: " + strings.Join(hosts[:min(5, len(hosts))], ", ") + " (other hosts of the API are named by --host)"
		} else {
			one.Reason = "there are no entries"
		}
	}
	if one.Exchanges > 0 || len(failed) == 0 {
		r.add(one)
	}
	for _, o := range failed {
		r.add(o)
	}
	r.Summary.Errors += unread - len(failed)
	r.finish()
	r.Coverage = n.Counts()
	return r
}

// checkedEntry is an entry after the exchange rules.
type checkedEntry struct {
	call      *call
	unmatched string
	err       error
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

// checked runs the exchange rules over entries on all cores and yields them in
// order.
func (s *Spec) checked(ctx context.Context, entries iter.Seq2[*Exchange, error], o ReplayOptions, n *counting) iter.Seq[[]checkedEntry] {
	width := orDefault(o.Parallel, runtime.GOMAXPROCS(0))
	return func(yield func([]checkedEntry) bool) {
		type job struct {
			entries []checkedEntry
			done    chan struct{}
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		order := make(chan *job, width) // bounds what is in memory
		work := make(chan *job, width)
		var workers sync.WaitGroup
		for range width {
			workers.Go(func() {
				for j := range work {
					for i := range j.entries {
						if e := &j.entries[i]; e.call != nil {
							s.prepare(e.call)
						}
					}
					close(j.done)
				}
			})
		}
		go func() {
			defer close(order)
			defer close(work)
			j, bytes := &job{done: make(chan struct{})}, 0
			flush := func() bool {
				if len(j.entries) == 0 {
					return true
				}
				select {
				case <-ctx.Done():
					return false
				case order <- j:
				}
				work <- j
				j, bytes = &job{done: make(chan struct{})}, 0
				return true
			}
			hasAuth := false
			for x, err := range entries {
				e := s.sort(x, err, o)
				if e.call != nil {
					e.call.counting = n
					// Some recorders leave Authorization out. Once it was
					// seen, its absence means something.
					hasAuth = hasAuth || x.Request.Header.Has("Authorization") && e.call.op.bearer
					e.call.noAuth = !hasAuth
				}
				j.entries = append(j.entries, e)
				bytes += e.size()
				if (len(j.entries) == batch || bytes >= batchBytes) && !flush() {
					return
				}
			}
			flush()
		}()
		for j := range order {
			<-j.done
			if !yield(j.entries) {
				break
			}
		}
		cancel()
		for range order { // let the reader see that it is over
		}
		workers.Wait()
	}
}

// prepare runs the exchange rules, and decodes what the history will ask for.
func (s *Spec) prepare(c *call) {
	c.skim()
	s.checkCall(c)
	if c.op.token || c.x.Request.Method == "GET" {
		return // decoded already, or not needed where nothing has changed
	}
	c.requestObject()
	for i := range c.outline().users {
		c.outline().users[i].object()
	}
}

// sort tells whether an entry is of this API.
func (s *Spec) sort(x *Exchange, err error, o ReplayOptions) checkedEntry {
	if err != nil {
		return checkedEntry{err: err}
	}
	a, ok := readAddress(x.Request.URL)
	if !ok || a.host == "" {
		return checkedEntry{unmatched: "(no host)"}
	}
	if !s.hosts[a.host] && !isLoopback(a.hostname()) && !slices.Contains(o.Hosts, a.host) && !slices.Contains(o.Hosts, a.hostname()) {
		return checkedEntry{unmatched: a.host}
	}
	c := s.route(x, a, strings.TrimRight(o.BasePath, "/"))
	if c.op == nil {
		return checkedEntry{unmatched: fmt.Sprintf("%s %s%s", x.Request.Method, a.host, knownPart(a.path))}
	}
	c.slow = orDefault(o.Slow, defaultSlow)
	return checkedEntry{call: c}
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
