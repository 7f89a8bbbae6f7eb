package replay

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
)

// shardVersion is that of the lines.
const shardVersion = 1

// shardHead is the first line of each partition, and must be the same in all.
type shardHead struct {
	Format     int    `json:"format"`
	Spec       string `json:"spec"`
	Rules      string `json:"rules"`
	Version    string `json:"version"`
	Key        string `json:"key"` // a digest that only this key gives
	Partitions int    `json:"partitions"`
	Complete   bool   `json:"complete"`
}

func headOf(s *pass.Spec, o run.ShardOptions) shardHead {
	check := history.NewHasher(o.Key).Digest("key")
	return shardHead{shardVersion, s.SHA256(), rulesHash(), o.Version, hex.EncodeToString(check[:]), max(o.Partitions, 1), o.Complete}
}

// rulesHash tells sets of rules apart.
func rulesHash() string {
	sum := sha256.New()
	for _, r := range passiveRules() {
		_, _ = fmt.Fprintln(sum, r.ID, r.Level, r.Source)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// Kinds of lines beside the facts: a byte that sorts before or behind them.
const (
	lineHead  = '!'
	linePart  = 'y' // what the exchange rules found
	lineCount = '~' // how many lines a task has written into a partition
)

// Map is the first step: it holds recorded exchanges against the exchange
// rules, and emits lines for [Reduce]: what was found, and facts for
// the history. Lines hold no value of a person, no id and no token, but keyed
// digests of them. They are to be sorted by their bytes, as LC_ALL=C sort does,
// and those of one partition to be reduced together; the same line twice counts
// once, so that a task may be repeated.
func Map(ctx context.Context, s *pass.Spec, recordings []run.Recording, o run.ShardOptions, emit func(line []byte) error) error {
	o.Partitions = max(o.Partitions, 1)
	hasher := history.NewHasher(o.Key)
	extractor := history.NewExtractor(past.ReadClaims, hasher)
	counts := make([]*pass.Counting, len(recordings))
	for i := range counts {
		counts[i] = pass.NewCounting(s, false)
	}
	t := newTally()
	if t.choose(o.ReplayOptions); t.refused != nil {
		return t.refused
	}
	lines := make([]int, o.Partitions)
	head, err := json.Marshal(headOf(s, o))
	if err != nil {
		return err
	}
	write := func(partition int, line []byte) error {
		lines[partition]++
		return emit(line)
	}
	for p := range o.Partitions {
		if err := emit(fmt.Appendf(nil, "%06d\t%c\t%s\n", p, lineHead, head)); err != nil {
			return err
		}
	}
	var failed error
	for e := range merged(pipelines(ctx, s, recordings, o.ReplayOptions, counts, extractor, t.selection)) {
		if failed != nil {
			continue // the pipelines are to be read to the end
		}
		t.entry(&e)
		if o.OnEntry != nil {
			o.OnEntry()
		}
		if e.call == nil {
			continue
		}
		e.call.Count()
		failed = emitFacts(e.facts, hasher, o.Partitions, write)
		e.call.Release()
	}
	if err := cmp.Or(failed, ctx.Err(), t.selection.Err()); err != nil {
		return err
	}
	part, err := json.Marshal(t.partial(s, o, covered(counts)))
	if err != nil {
		return err
	}
	task := sha256.Sum256(part) // the same input gives the same
	for i, name := range names(recordings) {
		task = sha256.Sum256(fmt.Appendf(task[:], "%d %s", i, name))
	}
	if err := write(0, fmt.Appendf(nil, "%06d\t%c\t%x\t%s\n", 0, linePart, task[:12], part)); err != nil {
		return err
	}
	for p := range o.Partitions {
		if err := emit(fmt.Appendf(nil, "%06d\t%c\t%x\t%d\n", p, lineCount, task[:12], lines[p])); err != nil {
			return err
		}
	}
	return nil
}

// emitFacts writes the facts of one exchange.
func emitFacts(facts []history.Fact, h *history.Hasher, partitions int, write func(int, []byte) error) error {
	for i := range facts {
		f := &facts[i]
		f.Pack(h)
		home := f.Partition(partitions)
		for p := range partitions {
			if p != home && f.Class != history.Grants {
				continue
			}
			f.Copy = p != home
			line, err := f.AppendLine(nil, p, i)
			if err != nil {
				return err
			}
			if err := write(p, line); err != nil {
				return err
			}
		}
	}
	return nil
}

// ErrShard is what is wrong with the lines of a shard.
var ErrShard = errors.New("contract: not a whole shard")

// Reduce is the second step: it takes the sorted lines of one or more
// whole partitions and returns what they contradict, with what the exchange
// rules found. A line that is missing, or is of another replay, is an error.
func Reduce(s *pass.Spec, lines func(yield func([]byte, error) bool), o run.ShardOptions) (*Partial, error) {
	r := &shardReducer{spec: s, tally: newTally(), partition: -1, want: shardHead{}}
	if r.tally.choose(o.ReplayOptions); r.tally.refused != nil {
		return nil, r.tally.refused
	}
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
	p.Partitions = r.done
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
	lines     int // facts and parts of the partition
	counted   int // as its tasks say
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
		r.engine = history.NewEngine(r.spec.Lives, nil, history.Options{Whole: o.Complete, Later: true, Sorted: true}, func(v history.Verdict) { r.tally.verdict(r.spec, v) })
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
	if kind == linePart {
		return r.part(rest)
	}
	f, err := history.ReadLine(line[7:])
	if err != nil {
		return err
	}
	r.engine.Add(f, false)
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
	case h.Rules != own.Rules, h.Version != own.Version:
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
	r.engine.Flush()
	r.tally.notJudged.Add(r.engine.NotJudged)
	r.done = append(r.done, r.partition)
	r.partition = -1
	return nil
}

// sortedCopy is a list in order.
func sortedCopy[T cmp.Ordered](list []T) []T { return slices.Sorted(slices.Values(list)) }
