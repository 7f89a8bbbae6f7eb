package evidence

import (
	"slices"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Witness keeps the last exchanges of a recording, to show what led to a
// finding. Its memory is bounded.
type Witness struct {
	Things
	Redact func(*wire.Exchange) *wire.Exchange
	last   []*wire.Exchange
	orders []fact.Order
	bytes  int
}

const (
	witnessed      = 512 // and so more than the lanes of a replay have at a time
	witnessedBytes = 16 << 20
)

// Add keeps an exchange, and forgets the oldest ones.
func (w *Witness) Add(order fact.Order, x *wire.Exchange) {
	if w.Redact == nil {
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

func bodyBytes(x *wire.Exchange) int {
	n := len(x.Request.Body)
	if x.Response != nil {
		n += len(x.Response.Body)
	}
	return n
}

// Prove gives a finding the steps that lead to it, redacted.
func (w *Witness) Prove(f *rule.Finding, x *wire.Exchange) {
	if w.Redact == nil {
		return
	}
	steps := w.LeadingTo(w.last, x)
	var redacted []*wire.Exchange
	for _, one := range w.Holders(w.last, steps) {
		redacted = append(redacted, w.Redact(one))
	}
	for _, one := range steps {
		one = w.Redact(one)
		redacted = append(redacted, one)
		f.Steps = append(f.Steps, recordedStep(one))
	}
	f.Curl = recordedScript(w.Things, f, redacted)
	f.Steps[len(f.Steps)-1].Pointer = f.Pointer
	Compare(f)
}

// At is the exchange with a place in the order, if it is not too long ago.
func (w *Witness) At(order fact.Order) *wire.Exchange {
	i := slices.IndexFunc(w.orders, func(o fact.Order) bool { return o.Compare(order) == 0 })
	if i < 0 {
		return nil
	}
	return w.last[i]
}
