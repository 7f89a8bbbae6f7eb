package contract

import (
	"github.com/onvy-health/onvy-go/contract/internal/past"
)

// History holds exchanges of the same users, listings and tokens against each
// other. Feed it exchanges in the order in which they ended; live and recorded
// traffic are the same to it. It is safe for concurrent use.
//
// It takes into account that it may not see every write: others write too. Two
// views of a user are compared only if their updated_at says that nothing
// changed in between, unless the history is a [WholeHistory].
//
// Its memory is bounded: it knows the 20,000 users and the 20,000 tokens that it
// met last, at least. What it has forgotten it takes as if never seen.
type History struct{ history *past.History }

// NewHistory returns an empty history.
func NewHistory(spec *Spec) *History {
	return &History{past.New(spec.spec)}
}

// WholeHistory returns an empty history that is going to see every write there
// is. Then any two views of a user must agree with the writes between them, and
// much more can be said.
func WholeHistory(spec *Spec) *History {
	return &History{past.Whole(spec.spec)}
}

// Add takes the next exchange and returns what it contradicts.
func (h *History) Add(x *Exchange) []Finding {
	return h.history.Add(x)
}
