package replay

import (
	"bytes"
	"iter"
	"slices"
	"strconv"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// source is what an exchange is from: a recording, and of those that are given
// under one name which.
type source struct {
	name string
	nth  uint64
}

// copies is how far the places of recordings of one name are apart.
const copies = 1_000_000_000_000

func sourceOf(o fact.Order) source { return source{o.From, o.Seq / copies} }

// nthOfName says for each recording how many of its name come before it.
func nthOfName(recordings []run.Recording) []uint64 {
	nth, before := make([]uint64, len(recordings)), make(map[string]uint64)
	for i, r := range recordings {
		nth[i] = before[r.Name]
		before[r.Name]++
	}
	return nth
}

// once leaves out what is there a second time: an exchange that another recording
// has too, with the same times. Two recorders that watch one client, or a file
// that is given under two names, tell everything twice.
func once(entries iter.Seq[checkedEntry], t *tally) iter.Seq[checkedEntry] {
	type told struct {
		source
		x *wire.Exchange
	}
	return func(yield func(checkedEntry) bool) {
		var now []told // what ended at one time
		end := int64(noTime)
		for e := range entries {
			order := e.at
			if e.call == nil || order.End == 0 {
				if !yield(e) {
					return
				}
				continue
			}
			if order.End != end {
				end, now = order.End, now[:0]
			}
			from := sourceOf(order)
			if slices.ContainsFunc(now, func(earlier told) bool {
				return earlier.source != from && sameExchange(earlier.x, e.call.Exchange)
			}) {
				t.again(order)
				e.call.Release()
				continue
			}
			now = append(now, told{from, e.call.Exchange})
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

// identity is a digest of all that sameExchange compares.
func identity(h *fact.Hasher, x *wire.Exchange) fact.Digest {
	status, answer := "", ""
	if x.Response != nil {
		status, answer = strconv.Itoa(x.Response.Status), string(x.Response.Body)
	}
	return h.Digest(strconv.FormatInt(x.Started.UnixNano(), 10), strconv.FormatInt(int64(x.Duration), 10), x.Request.Method, x.Request.URL,
		string(x.Request.Body), x.Request.Header.Get("Authorization"), status, answer)
}
