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
// more than there are requests at the same time.
const lookAhead = 128

// inOrder yields the entries of a recording one by one, and marks those that
// overlap with a write that comes later. Those before it the history knows
// itself.
func inOrder(jobs iter.Seq[[]checkedEntry]) iter.Seq[checkedEntry] {
	return func(yield func(checkedEntry) bool) {
		var ahead []checkedEntry
		for job := range jobs {
			ahead = append(ahead, job...)
			for len(ahead) > lookAhead {
				ahead[0].mark(ahead[1:])
				if !yield(ahead[0]) {
					return
				}
				ahead = ahead[1:]
			}
		}
		for i := range ahead {
			ahead[i].mark(ahead[i+1:])
			if !yield(ahead[i]) {
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
