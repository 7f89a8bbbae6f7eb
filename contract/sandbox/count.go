package sandbox

import (
	"sync"
)

// counters counts requests by operation.
type counters struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counters) add(operation string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = make(map[string]int)
	}
	c.n[operation]++
}
