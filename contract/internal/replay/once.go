package replay

import (
	"bytes"
	"iter"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// once leaves out what is there a second time: an exchange that another recording
// has too, with the same times. Two recorders that watch one client, or a file
// that is given under two names, tell everything twice.
func once(entries iter.Seq[checkedEntry], t *tally) iter.Seq[checkedEntry] {
	type told struct {
		recording string
		seq       uint64
		x         *wire.Exchange
	}
	return func(yield func(checkedEntry) bool) {
		var now []told // what ended at one time
		end := int64(noTime)
		for e := range entries {
			if e.call == nil || e.order().End == 0 {
				if !yield(e) {
					return
				}
				continue
			}
			if e.order().End != end {
				end, now = e.order().End, now[:0]
			}
			again := false
			for _, earlier := range now {
				again = again || (earlier.recording != e.recording || earlier.seq == e.seq) && sameExchange(earlier.x, e.call.Exchange)
			}
			if again {
				t.notJudged.Repeated++
				r := t.recording(e.recording)
				r.Repeated++
				r.during(e.order().Start, e.order().End)
				e.call.Release()
				continue
			}
			now = append(now, told{e.recording, e.seq, e.call.Exchange})
			if !yield(e) {
				return
			}
		}
	}
}

// sameExchange reports whether two exchanges are one, told twice.
func sameExchange(a, b *wire.Exchange) bool {
	r, s := &a.Request, &b.Request
	if !a.Started.Equal(b.Started) || a.Duration != b.Duration || r.Method != s.Method || r.URL != s.URL ||
		!bytes.Equal(r.Body, s.Body) || r.Header.Get("Authorization") != s.Header.Get("Authorization") || (a.Response == nil) != (b.Response == nil) {
		return false
	}
	return a.Response == nil || a.Response.Status == b.Response.Status && bytes.Equal(a.Response.Body, b.Response.Body)
}
