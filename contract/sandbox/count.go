package sandbox

import (
	"maps"
	"net/http"
	"strings"
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

// Requests returns how many requests each operation got, by operationId,
// those included that were refused or met trouble. HEAD counts as GET.
func (s *Server) Requests() map[string]int {
	s.counts.mu.Lock()
	defer s.counts.mu.Unlock()
	return maps.Clone(s.counts.n)
}

// TokenRequests returns how many requests the token endpoints got.
func (s *Server) TokenRequests() (n int) {
	all := s.Requests()
	for _, op := range s.spec.TokenEndpoints() {
		n += all[op.ID]
	}
	return n
}

// Operation returns the operationId of a request, by its escaped path; "" where
// the spec has none. HEAD counts as GET.
func (s *Server) Operation(method, path string) string {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	segments := strings.Split(path, "/")
	for i := range s.router {
		if _, ok := s.router[i].match(segments); ok && s.router[i].method == method {
			return s.router[i].op.ID
		}
	}
	return ""
}
