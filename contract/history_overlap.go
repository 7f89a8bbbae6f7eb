package contract

import "iter"

// Exchanges that overlap in time say nothing about each other: the server may
// have carried them out in either order.

// begin says that a request is under way whose answer is still to be added.
// The returned function says that it was added, or never will be. A listing
// that ends while something is being written is not judged.
func (h *History) begin(method string) (end func()) {
	if method == "GET" || method == "HEAD" {
		return func() {}
	}
	h.open.Add(1)
	return func() { h.open.Add(-1) }
}

// lookAhead is how many entries of a recording are read before one is judged:
// more than there are requests at the same time. Entries with long bodies are
// fewer, for memory's sake.
const (
	lookAhead      = 128
	lookAheadBytes = 8 << 20
)

// inOrder yields the entries of a recording one by one, and marks those that
// overlap with a write that comes later. Those before it the history knows
// itself.
func inOrder(jobs iter.Seq[[]checkedEntry]) iter.Seq[checkedEntry] {
	return func(yield func(checkedEntry) bool) {
		var ahead []checkedEntry
		bytes := 0
		next := func() bool {
			e := ahead[0]
			ahead[0] = checkedEntry{} // the memory behind ahead is still there
			ahead = ahead[1:]
			bytes -= e.size()
			e.mark(ahead)
			return yield(e)
		}
		for job := range jobs {
			for i := range job {
				bytes += job[i].size()
			}
			ahead = append(ahead, job...)
			for len(ahead) > lookAhead || bytes > lookAheadBytes {
				if !next() {
					return
				}
			}
		}
		for len(ahead) > 0 {
			if !next() {
				return
			}
		}
	}
}

// mark looks for writes of what the entry is about that began before it ended.
func (e *checkedEntry) mark(after []checkedEntry) {
	c := e.call
	if c == nil || c.op.token || c.x.end().IsZero() {
		return
	}
	id, _ := c.requestID()
	for i := range after {
		o := after[i].call
		if o == nil || o.op.token || o.x.Request.Method == "GET" || o.x.Started.IsZero() || !o.x.Started.Before(c.x.end()) {
			continue
		}
		if other, _ := o.requestID(); c.is("listUsers") || other == id {
			c.racing = true
			return
		}
	}
}
