package replay

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// A core takes up to batch exchanges at a time, or batchBytes of them: enough
// for the hand-over to cost nothing, few enough for memory not to matter.
const (
	batch      = 16
	batchBytes = 256 << 10
)

// checkedEntry is an entry after the exchange rules.
type checkedEntry struct {
	entry     run.Entry
	recording string     // its name
	seq       uint64     // its place in there
	call      *pass.Call // nil if it is not of this API, or cannot be read
	facts     *[]fact.Fact
	at        fact.Order // when the exchange was
	bytes     int        // about how much memory the exchange takes
	unmatched string
	err       error
	late      bool // it ended before another that came earlier
}

// measure notes when the exchange was and what it takes, on the core that has
// read it.
func (e *checkedEntry) measure() {
	e.at = fact.Order{Seq: e.seq, From: e.recording}
	if e.call == nil {
		return
	}
	x := e.call.Exchange
	e.at.Name = x.Name
	if !x.Started.IsZero() {
		e.at.Start, e.at.End = x.Started.UnixNano(), x.End().UnixNano()
	}
	if e.bytes = len(x.Request.Body); x.Response != nil {
		e.bytes += len(x.Response.Body)
	}
}

// facts are lists that are used again.
var facts = sync.Pool{New: func() any { return new([]fact.Fact) }}

// told yields the facts of the entry.
func (e *checkedEntry) told(yield func(int, *fact.Fact) bool) {
	if e.facts == nil {
		return
	}
	for i := range *e.facts {
		if !yield(i, &(*e.facts)[i]) {
			return
		}
	}
}

// tells reports whether there are any.
func (e *checkedEntry) tells() bool { return e.facts != nil && len(*e.facts) > 0 }

// forget gives the facts back.
func (e *checkedEntry) forget() {
	if e.facts == nil {
		return
	}
	clear(*e.facts)
	*e.facts = (*e.facts)[:0]
	facts.Put(e.facts)
	e.facts = nil
}

// count counts what the exchange covers. Nothing more may be asked of the call.
func (e *checkedEntry) count() {
	if !e.call.Exchange.FromCache {
		e.call.Count()
	}
	e.call.Release()
}

// job is some entries of one recording, in order.
type job struct {
	entries  []checkedEntry
	counting *pass.Counting
	done     chan struct{} // closed when they are checked
}

// pipelines decodes and checks the entries of each recording on all cores, and
// returns a channel of each, in order. All of them are to be read to the end;
// when ctx ends, that comes early.
func pipelines(ctx context.Context, s *pass.Spec, recordings []run.Recording, o run.ReplayOptions, counts []*pass.Counting, x *fact.Extractor, sel *pass.Selection) []<-chan *job {
	width := cmp.Or(o.Parallel, runtime.GOMAXPROCS(0))
	work := make(chan *job, width)
	for range width {
		go func() {
			for j := range work {
				for i := range j.entries {
					prepare(s, &j.entries[i], o, j.counting, x, sel)
				}
				close(j.done)
			}
		}()
	}
	var readers sync.WaitGroup
	all := make([]<-chan *job, len(recordings))
	nth := nthOfName(recordings)
	for i, r := range recordings {
		// What is in memory is bounded by the jobs that nobody has taken yet.
		out := make(chan *job, max(1, width/len(recordings)))
		all[i] = out
		readers.Go(func() {
			defer close(out)
			cut(ctx, &r, nth[i]*copies, counts[i], out, work)
		})
	}
	go func() {
		readers.Wait()
		close(work)
	}()
	return all
}

// cut cuts a recording into jobs. Seq is the place before its first entry.
func cut(ctx context.Context, r *run.Recording, seq uint64, n *pass.Counting, out, work chan<- *job) {
	j, bytes := &job{counting: n, done: make(chan struct{})}, 0
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
func prepare(s *pass.Spec, e *checkedEntry, o run.ReplayOptions, n *pass.Counting, extractor *fact.Extractor, sel *pass.Selection) {
	defer e.measure()
	if e.err != nil {
		return
	}
	x, err := e.entry.Decode()
	e.entry.Decode = nil // and with it the bytes of the entry
	if err != nil {
		e.err = err
		return
	}
	sort(s, e, x, o)
	if e.call == nil || x.FromCache {
		return
	}
	e.call.Counting = n
	e.call.Skim()
	rules.Apply(e.call)
	if extractor != nil {
		e.facts = facts.Get().(*[]fact.Fact)
		*e.facts = past.Facts(*e.facts, e.call, extractor, e.seq)
		for i := range *e.facts {
			(*e.facts)[i].From = e.recording
		}
	}
	sel.Look(e.call)
}

// sort finds out whether an exchange is of this API.
func sort(s *pass.Spec, e *checkedEntry, x *wire.Exchange, o run.ReplayOptions) {
	a, ok := read.ParseAddress(x.Request.URL)
	if !ok || a.Host == "" {
		e.unmatched = "(no host)"
		return
	}
	if host := usualHost(x.Request.URL, a.Host); host != a.Host && s.Hosts[host] {
		a.Host = host
	}
	if !s.Hosts[a.Host] && !read.IsLoopback(a.Hostname()) && !slices.Contains(o.Hosts, a.Host) && !slices.Contains(o.Hosts, a.Hostname()) {
		e.unmatched = a.Host
		return
	}
	c := s.Route(x, a, strings.TrimRight(o.BasePath, "/"))
	if c.Op == nil {
		e.unmatched = fmt.Sprintf("%s %s%s", x.Request.Method, a.Host, knownPart(a.Path))
		return
	}
	c.Slow = pass.OrDefault(o.Slow, pass.DefaultSlow)
	e.call = c
}

// usualHost is a host as specs write it: in lower case, and without the port
// that is meant anyhow, which proxies add.
func usualHost(rawURL, host string) string {
	port := ":80"
	if len(rawURL) > 5 && strings.EqualFold(rawURL[:5], "https") {
		port = ":443"
	}
	return strings.TrimSuffix(strings.ToLower(host), port)
}

// knownPart keeps the first segment of a path that is of no operation; the
// others may be ids.
func knownPart(path string) string {
	first, rest, more := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if mask.Name(first) != first {
		first = "…"
	}
	if more && rest != "" {
		return "/" + first + "/…"
	}
	return "/" + first
}
