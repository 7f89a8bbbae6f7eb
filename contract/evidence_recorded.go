package contract

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/history"
)

// witness keeps the last exchanges of a recording, to show what led to a
// finding. Its memory is bounded.
type witness struct {
	redact func(*Exchange) *Exchange
	last   []*Exchange
	orders []history.Order
	bytes  int
}

const (
	witnessed      = 256
	witnessedBytes = 4 << 20
)

func (w *witness) add(order history.Order, x *Exchange) {
	if w.redact == nil {
		return
	}
	w.last, w.orders = append(w.last, x), append(w.orders, order)
	w.bytes += bodyBytes(x)
	for len(w.last) > witnessed || w.bytes > witnessedBytes && len(w.last) > 1 {
		w.bytes -= bodyBytes(w.last[0])
		w.last[0] = nil
		w.last, w.orders = w.last[1:], w.orders[1:]
	}
}

func bodyBytes(x *Exchange) int {
	n := len(x.Request.Body)
	if x.Response != nil {
		n += len(x.Response.Body)
	}
	return n
}

// prove gives a finding the steps that lead to it, redacted.
func (w *witness) prove(f *Finding, x *Exchange) {
	if w.redact == nil {
		return
	}
	var redacted []*Exchange
	for _, one := range leadingTo(w.last, x) {
		one = w.redact(one)
		redacted = append(redacted, one)
		f.Steps = append(f.Steps, recordedStep(one))
	}
	f.Curl = recordedScript(f, redacted)
	f.Steps[len(f.Steps)-1].Pointer = f.Pointer
	f.compare()
}

// at is the exchange with a place in the order, if it is not too long ago.
func (w *witness) at(order history.Order) *Exchange {
	i := slices.IndexFunc(w.orders, func(o history.Order) bool { return o.Compare(order) == 0 })
	if i < 0 {
		return nil
	}
	return w.last[i]
}
