package contract

import (
	"context"
	"iter"

	"github.com/onvy-health/onvy-go/contract/internal/replay"
)

// Replay is ReplayAll of one recording.
func (s *Spec) Replay(ctx context.Context, name string, entries iter.Seq2[*Exchange, error], o ReplayOptions) *Report {
	return replay.One(ctx, s.spec, name, entries, o)
}

// ReplayAll holds recorded exchanges against all exchange and history rules, in
// parallel, with findings in the order of the time. There is one history over
// all recordings, which are taken together by the time at which exchanges
// ended; what is out of order is counted in [Summary.NotJudged], and so are
// exchanges that are in two recordings, which count once. What has no time is
// held against its own recording only. An entry that
// cannot be read is an outcome of status error and does not stop the others;
// entries of other hosts, or of paths that are not of this API, are counted by
// host and path.
func (s *Spec) ReplayAll(ctx context.Context, recordings []Recording, o ReplayOptions) *Report {
	return replay.All(ctx, s.spec, recordings, o)
}

// ReplaySorted is ReplayAll of recordings in any order: what they say is sorted
// by time first, on disk where memory does not do. What is on disk holds keyed
// digests of ids, tokens and values, under a key that nobody knows. Memory is
// bounded but for what is known of listings: who is in them.
func (s *Spec) ReplaySorted(ctx context.Context, recordings []Recording, o ReplayOptions) (*Report, error) {
	return replay.Sorted(ctx, s.spec, recordings, o)
}

// MapShard is the first step: it holds recorded exchanges against the exchange
// rules, and emits lines for [Spec.ReduceShard]: what was found, and facts for
// the history. Lines hold no value of a person, no id and no token, but keyed
// digests of them. They are to be sorted by their bytes, as LC_ALL=C sort does,
// and those of one partition to be reduced together; the same line twice counts
// once, so that a task may be repeated.
func (s *Spec) MapShard(ctx context.Context, recordings []Recording, o ShardOptions, emit func(line []byte) error) error {
	return replay.Map(ctx, s.spec, recordings, o, emit)
}

// ReduceShard is the second step: it takes the sorted lines of one or more
// whole partitions and returns what they contradict, with what the exchange
// rules found. A line that is missing, or is of another replay, is an error.
func (s *Spec) ReduceShard(lines func(yield func([]byte, error) bool), o ShardOptions) (*Partial, error) {
	return replay.Reduce(s.spec, lines, o)
}
