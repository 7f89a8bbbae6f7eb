package replay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
)

// ErrShard is what is wrong with the lines of a shard.
var ErrShard = errors.New("contract: not a whole shard")

// Reduce is the second step: it takes the sorted lines of one or more
// whole partitions and returns what they contradict, with what the exchange
// rules found. A line that is missing, or is of another replay, is an error.
func Reduce(s *pass.Spec, lines func(yield func([]byte, error) bool), o run.ShardOptions) (*Partial, error) {
	r := &shardReducer{spec: s, tally: newTally(), partition: -1, want: shardHead{}}
	r.tally.choose(o.ReplayOptions)
	started := time.Now()
	n := 0
	var last []byte
	for line, err := range lines {
		n++
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrShard, n, err)
		}
		if bytes.Equal(line, last) {
			continue // of a task that was carried out twice
		}
		if bytes.Compare(line, last) < 0 {
			return nil, fmt.Errorf("%w: line %d is out of order; lines are to be sorted by their bytes (LC_ALL=C sort)", ErrShard, n)
		}
		last = append(last[:0], line...)
		if err := r.take(bytes.TrimSuffix(line, []byte("\n")), o); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrShard, n, err)
		}
	}
	if err := r.endPartition(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrShard, err)
	}
	p := r.tally.partial(s, o, r.coverage)
	p.Partitions, p.Of, p.Started, p.Duration = r.done, r.want.Partitions, started, time.Since(started)
	return p, nil
}

// shardReducer is a reduce that is under way.
type shardReducer struct {
	spec     *pass.Spec
	tally    *tally
	coverage *rule.Coverage
	want     shardHead
	done     []int

	partition int // -1 before the first one
	engine    *history.Engine
	apart     map[source]*history.Engine // of what has no time, as in a replay
	newly     func() *history.Engine
	timelines map[source]int // exchanges of each, see [shardMapper]
	lines     int            // facts and parts of the partition
	counted   int            // as its tasks say

	alike  []*fact.Fact // of one key and one time
	id     string       // of these:
	copies []told       // of one exchange
}

func (r *shardReducer) take(line []byte, o run.ShardOptions) error {
	if len(line) < 10 || line[6] != '\t' || line[8] != '\t' {
		return errors.New("it is not of a shard")
	}
	partition, err := strconv.Atoi(string(line[:6]))
	if err != nil {
		return errors.New("it has no partition")
	}
	kind, rest := line[7], line[9:]
	if partition != r.partition {
		if err := r.endPartition(); err != nil {
			return err
		}
		if kind != lineHead {
			return fmt.Errorf("partition %d has no head", partition)
		}
		r.partition, r.lines, r.counted = partition, 0, 0
		r.newly = func() *history.Engine {
			return history.NewEngine(r.spec.Lives, nil, history.Options{Whole: o.Complete && len(r.timelines) < 2, Later: true, Sorted: true}, func(v history.Verdict) { r.tally.verdict(r.spec, v) })
		}
		r.timelines = make(map[source]int)
		r.engine, r.apart = r.newly(), make(map[source]*history.Engine)
	}
	switch kind {
	case lineHead:
		return r.head(rest, o)
	case lineCount:
		_, text, _ := bytes.Cut(rest, []byte("\t"))
		n, err := strconv.Atoi(string(text))
		r.counted += n
		return err
	}
	r.lines++
	switch kind {
	case lineTimeline:
		return r.timeline(rest)
	case linePart:
		return r.part(rest)
	case lineExchange:
		return r.exchange(rest)
	}
	f, err := fact.ReadLine(line[7:])
	if err != nil {
		return err
	}
	r.fact(f)
	return nil
}

func (r *shardReducer) head(text []byte, o run.ShardOptions) error {
	var h shardHead
	if err := json.Unmarshal(text, &h); err != nil {
		return fmt.Errorf("the head is not JSON: %w", err)
	}
	own := headOf(r.spec, o)
	own.Partitions = h.Partitions
	switch {
	case h.Format != own.Format:
		return fmt.Errorf("its format is %d, and this program reads %d", h.Format, own.Format)
	case h.Spec != own.Spec:
		return errors.New("it was made with another openapi.yaml")
	case h.Rules != own.Rules && h.Version == own.Version:
		return errors.New("the same rules are to be chosen in both steps")
	case h.Version != own.Version:
		return fmt.Errorf("it was made by another version: %s, and this is %s", h.Version, own.Version)
	case h.Key != own.Key:
		return errors.New("it was made with another key")
	case h.Complete != own.Complete:
		return errors.New("--complete is to be given to both steps, or to none")
	case r.want != (shardHead{}) && r.want != h:
		return errors.New("its number of partitions is another")
	}
	r.want = h
	return nil
}

// timeline takes a line that comes before all facts.
func (r *shardReducer) timeline(text []byte) error {
	_, text, _ = bytes.Cut(text, []byte("\t"))
	var t timeline
	if err := json.Unmarshal(text, &t); err != nil {
		return fmt.Errorf("a timeline is not JSON: %w", err)
	}
	r.timelines[source{t.From, t.Nth}] += t.Exchanges
	if len(r.timelines) > 1 { // what is of one may lie between what is of another
		r.engine.Doubt()
	}
	return nil
}

func (r *shardReducer) part(text []byte) error {
	_, text, _ = bytes.Cut(text, []byte("\t"))
	var p Partial
	if err := json.Unmarshal(text, &p); err != nil {
		return fmt.Errorf("what was found is not JSON: %w", err)
	}
	r.tally.merge(p.tally())
	if r.coverage == nil {
		r.coverage = &rule.Coverage{}
	}
	return r.coverage.Merge(p.Coverage)
}

func (r *shardReducer) endPartition() error {
	if r.partition < 0 {
		return nil
	}
	if r.lines != r.counted {
		return fmt.Errorf("partition %d has %d lines, and the tasks have written %d: some are missing, or a task is", r.partition, r.lines, r.counted)
	}
	r.endCopies()
	r.endAlike()
	for from, n := range r.timelines {
		if r.want.Complete && len(r.timelines) > 1 && from != (source{}) && r.partition == 0 { // each has them all
			r.tally.notJudged.Timeless += n
		}
	}
	for _, engine := range append(slices.Collect(maps.Values(r.apart)), r.engine) {
		engine.Flush()
		r.tally.notJudged.Add(engine.NotJudged)
	}
	r.done = append(r.done, r.partition)
	r.partition = -1
	return nil
}

// sortedCopy is a list in order.
func sortedCopy[T cmp.Ordered](list []T) []T { return slices.Sorted(slices.Values(list)) }
