package live

import (
	"errors"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// patience is how often an operation may keep the suite waiting. An operation
// that never answers would otherwise take the time of every case that needs
// it, and the others would come too late.
type patience struct {
	mu   sync.Mutex
	left map[string]int
}

// What an operation has, and what a wait costs. Answers that are merely slow
// are still worth having.
const (
	patienceFull    = 24
	patienceTimeout = 8
	patienceSlow    = 2
)

// note takes the time of an exchange into account.
func (p *patience) note(op string, x *wire.Exchange, slow time.Duration) {
	cost := 0
	switch {
	case errors.Is(x.Err, wire.ErrTimeout):
		cost = patienceTimeout
	case x.Duration > slow, x.Response != nil && x.Response.Truncated:
		cost = patienceSlow
	}
	if cost == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left == nil {
		p.left = make(map[string]int)
	}
	if _, known := p.left[op]; !known {
		p.left[op] = patienceFull
	}
	p.left[op] -= cost
}

// lost tells whether an operation is not to be asked again.
func (p *patience) lost(op string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	left, known := p.left[op]
	return known && left <= 0
}
