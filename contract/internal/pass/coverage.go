package pass

import (
	"sync"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/recent"
)

// CoveragePoint is one thing in the spec that a run may exercise.
type CoveragePoint = coverage.Point

// Counting is the recorder of a run, and the tokens that were granted in it.
type Counting struct {
	*coverage.Recorder
	whole bool // no token was granted before

	mu      sync.Mutex
	granted *recent.Map[string, bool] // by digest
}

// NewCounting counts what a run covers; whole says that it sees every
// token from its grant.
func NewCounting(s *Spec, whole bool) *Counting {
	return &Counting{Recorder: coverage.NewRecorder(s.model, s.slotsOf), whole: whole, granted: recent.New[string, bool](5_000)}
}

// saw reports whether a token was granted in the run.
func (c *Counting) saw(digest string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.granted.Get(digest)
}

func (c *Counting) grant(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.granted.Put(mask.Digest(token), true)
}

// maxOdd is how much of a body that is no object is worth decoding.
const maxOdd = 1 << 10
