package run

import (
	"iter"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// ReplayOptions of a replay. The zero value is a good one.
type ReplayOptions struct {
	Hosts    []string      // hosts that are this API too, beside those of the spec and loopback
	BasePath string        // of the base URL, if it has one
	Slow     time.Duration // an answer that took longer is a finding; 0 is 2 s
	Strict   bool          // assumptions and drift fail the replay too
	Parallel int           // exchanges checked at once; 0 is one for each core
	// Complete says that the recordings have every write there was, by anybody.
	// Then two views of a user must agree unless a write lies between them, and
	// more is found; where a line is missing, wrongly.
	Complete bool
	// Rules, OnlyRules and SkipRules are as in [Options]. A rule of your own that
	// lacks something, or panics, is an outcome of status error; the rest goes on.
	Rules                []*rule.Rule
	OnlyRules, SkipRules []string
	// OnEntry is called after each entry, one at a time.
	OnEntry func()
	// OnExchange is called with each exchange of this API, one at a time, in the
	// order of the time.
	OnExchange func(*wire.Exchange)
	// Evidence redacts an exchange; what it returns is shown in the steps of
	// findings. Without it findings of recordings have no steps.
	Evidence func(*wire.Exchange) *wire.Exchange
}

// Recording is one recording of a replay.
type Recording struct {
	Name    string
	Entries iter.Seq2[Entry, error]
}

// Entry is an exchange that need not be decoded yet: Decode is called on any
// goroutine.
type Entry struct {
	Size   int // in bytes, about
	Decode func() (*wire.Exchange, error)
}

// ShardKeySize is the length of a shard key in bytes.
const ShardKeySize = fact.KeySize

// ShardOptions of the steps of a replay on several machines.
type ShardOptions struct {
	ReplayOptions
	// Key makes the digests that stand for ids, tokens and values. All steps of
	// one replay need the same; who does not have it cannot find out what is
	// behind them.
	Key        [ShardKeySize]byte
	Partitions int    // 0 is 1
	Version    string // of the program; steps of different versions do not mix
}
