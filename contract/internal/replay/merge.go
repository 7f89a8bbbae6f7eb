package replay

import (
	"cmp"
	"container/heap"
	"iter"
	"slices"

	"github.com/onvy-health/onvy-go/contract/rule"
)

// merged yields the entries of several recordings by the time at which they
// ended, as far as each recording is in order. An entry without a time comes
// with the one before it.
func merged(recordings []<-chan *job) iter.Seq[checkedEntry] {
	return func(yield func(checkedEntry) bool) {
		var heads heads
		for i, jobs := range recordings {
			h := &head{jobs: jobs, nth: i, time: noTime}
			if h.next() {
				heads = append(heads, h)
			}
		}
		defer func() { // let the readers see that it is over
			for _, jobs := range recordings {
				for range jobs {
				}
			}
		}()
		heap.Init(&heads)
		for len(heads) > 0 {
			h := heads[0]
			if !yield(h.entries[0]) {
				return
			}
			h.entries[0] = checkedEntry{} // the memory behind it is still there
			h.entries = h.entries[1:]
			if h.next() {
				heap.Fix(&heads, 0)
			} else {
				heap.Pop(&heads)
			}
		}
	}
}

// head is the first entry of a recording that was not yielded yet.
type head struct {
	jobs    <-chan *job
	entries []checkedEntry
	time    int64
	nth     int
}

// next looks at the next entry; false at the end.
func (h *head) next() bool {
	for len(h.entries) == 0 {
		j, ok := <-h.jobs
		if !ok {
			return false
		}
		<-j.done
		h.entries = j.entries
	}
	if end := h.entries[0].at.End; end != 0 {
		h.time = end
	}
	return true
}

// heads is a heap by time; of one time it does not matter in which order the
// recordings were given.
type heads []*head

func (h heads) Len() int { return len(h) }

func (h heads) Less(i, j int) bool {
	a, b := h[i], h[j]
	return cmp.Or(cmp.Compare(a.time, b.time), cmp.Compare(a.entries[0].recording, b.entries[0].recording), cmp.Compare(a.nth, b.nth)) < 0
}

func (h heads) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *heads) Push(x any) { *h = append(*h, x.(*head)) }

func (h *heads) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}

// Recorders write entries as they end, or as they begin. So some are read ahead
// and put in the order of their ends: more than there are requests at the same
// time. Entries with long bodies are fewer, for memory's sake.
const (
	lookAhead      = 256
	lookAheadBytes = 8 << 20
)

// inOrder yields entries in the order of their ends, and marks and counts those
// that come too late for that.
func inOrder(entries iter.Seq[checkedEntry], n *rule.NotJudged) iter.Seq[checkedEntry] {
	return func(yield func(checkedEntry) bool) {
		var w []waiting // in order; before from they are gone
		from, bytes, last := 0, 0, int64(noTime)
		next := func() bool {
			e := w[from].checkedEntry
			w[from] = waiting{}
			if from++; from > lookAhead {
				w, from = slices.Delete(w, 0, from), 0
			}
			bytes -= e.bytes
			if end := e.at.End; end != 0 && end < last {
				e.late = true
				n.OutOfOrder++
			} else if end != 0 {
				last = end
			}
			return yield(e)
		}
		newest := int64(noTime)
		for e := range entries {
			end := e.at.End
			if end == 0 {
				end = newest // it stays where it is
			}
			newest = max(newest, end)
			bytes += e.bytes
			at := len(w)
			for at > from && w[at-1].time > end { // seldom far
				at--
			}
			w = slices.Insert(w, at, waiting{e, end})
			for len(w)-from > lookAhead || bytes > lookAheadBytes {
				if !next() {
					return
				}
			}
		}
		for len(w) > from {
			if !next() {
				return
			}
		}
	}
}

// waiting is an entry that others may still overtake.
type waiting struct {
	checkedEntry
	time int64
}
