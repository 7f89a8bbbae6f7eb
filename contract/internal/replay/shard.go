package replay

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"

	"github.com/onvy-health/onvy-go/contract/internal/fact"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/run"
)

// shardVersion is that of the lines.
const shardVersion = 4

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
	check := fact.NewHasher(o.Key).Digest("key")
	return shardHead{shardVersion, s.SHA256(), rulesHash(o), o.Version, hex.EncodeToString(check[:]), max(o.Partitions, 1), o.Complete}
}

// rulesHash tells sets of rules apart, and what was chosen of them.
func rulesHash(o run.ShardOptions) string {
	sum := sha256.New()
	for _, r := range passiveRules() {
		_, _ = fmt.Fprintln(sum, r.ID, r.Level, r.Source)
	}
	for _, r := range o.Rules {
		if r != nil {
			_, _ = fmt.Fprintln(sum, r.ID, r.Level, r.Source)
		}
	}
	if len(o.OnlyRules)+len(o.SkipRules) > 0 {
		_, _ = fmt.Fprintf(sum, "%q %q", sortedCopy(o.OnlyRules), sortedCopy(o.SkipRules))
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// Kinds of lines beside the facts: a byte that sorts before or behind them.
const (
	lineHead     = '!'
	lineTimeline = '"' // exchanges whose order among themselves is known
	lineExchange = 'd' // what the exchange rules found in an exchange, by its identity
	linePart     = 'y' // what they found in what cannot be told apart by time
	lineCount    = '~' // how many lines a task has written into a partition
)

// Map is the first step: it holds recorded exchanges against the exchange
// rules, and emits lines for [Reduce]: what was found, and facts for
// the history. Lines hold no value of a person, no id and no token, but keyed
// digests of them. They are to be sorted by their bytes, as LC_ALL=C sort does,
// and those of one partition to be reduced together; the same line twice counts
// once, so that a task may be repeated.
func Map(ctx context.Context, s *pass.Spec, recordings []run.Recording, o run.ShardOptions, emit func(line []byte) error) error {
	o.Partitions = max(o.Partitions, 1)
	m := &shardMapper{hasher: fact.NewHasher(o.Key), tally: newTally(), lines: make([]int, o.Partitions), task: sha256.New(), timelines: make(map[source]int), emit: emit}
	m.tally.choose(o.ReplayOptions)
	counts := make([]*pass.Counting, len(recordings))
	for i, r := range recordings {
		counts[i] = pass.NewCounting(s, false)
		m.tally.recording(r.Name) // it was there, even if nothing is in it
		_, _ = fmt.Fprintf(m.task, "%q", r.Name)
	}
	head, err := json.Marshal(headOf(s, o))
	if err != nil {
		return err
	}
	for p := range o.Partitions {
		if err := emit(fmt.Appendf(nil, "%06d\t%c\t%s\n", p, lineHead, head)); err != nil {
			return err
		}
	}
	extractor := fact.NewExtractor(past.ReadClaims, m.hasher)
	var failed error
	for e := range merged(pipelines(ctx, s, recordings, o.ReplayOptions, counts, extractor, m.tally.selection)) {
		if failed != nil {
			continue // the pipelines are to be read to the end
		}
		failed = m.take(&e)
		if o.OnEntry != nil {
			o.OnEntry()
		}
	}
	if err := cmp.Or(failed, ctx.Err()); err != nil {
		return err
	}
	return m.end(m.tally.partial(s, o, covered(counts)))
}

// shardMapper is a map that is under way.
type shardMapper struct {
	hasher *fact.Hasher
	tally  *tally
	lines  []int     // by partition
	task   hash.Hash // the same input gives the same
	// timelines are how many exchanges there are of each recording that have no
	// time, and, without a name, of all that have one.
	timelines map[source]int
	emit      func([]byte) error
}

func (m *shardMapper) write(partition int, line []byte) error {
	m.lines[partition]++
	return m.emit(line)
}

// take takes the next entry.
func (m *shardMapper) take(e *checkedEntry) error {
	if e.call == nil || e.at.End == 0 {
		m.tally.entry(e) // nobody can tell whether it is there twice
	} else if err := m.exchange(e); err != nil {
		return err
	}
	if e.call == nil {
		return nil
	}
	defer e.count()
	defer e.forget()
	if e.tells() {
		from := source{}
		if e.at.End == 0 {
			from = sourceOf(e.at)
		}
		m.timelines[from]++
	}
	return m.facts(e)
}

// exchange writes what the exchange rules found in one exchange.
func (m *shardMapper) exchange(e *checkedEntry) error {
	one := newTally()
	one.selection = m.tally.selection
	one.entry(e)
	found := one.share()
	found.Failed = nil // that is told once
	text, err := json.Marshal(told{e.at, found})
	if err != nil {
		return err
	}
	id := identity(m.hasher, e.call.Exchange)
	p := id.Partition(len(m.lines))
	line := fmt.Appendf(nil, "%06d\t%c\t%x\t%s\n", p, lineExchange, id[:], text)
	_, _ = m.task.Write(line)
	return m.write(p, line)
}

// timeline is how many exchanges a task has of one.
type timeline struct {
	From      string `json:"from"`
	Nth       uint64 `json:"nth"`
	Exchanges int    `json:"exchanges"`
}

// end writes what is known at the end.
func (m *shardMapper) end(p *Partial) error {
	part, err := json.Marshal(p)
	if err != nil {
		return err
	}
	_, _ = m.task.Write(part)
	task := m.task.Sum(nil)[:12]
	if err := m.write(0, fmt.Appendf(nil, "%06d\t%c\t%x\t%s\n", 0, linePart, task, part)); err != nil {
		return err
	}
	for p := range m.lines {
		for from, n := range m.timelines {
			line, err := json.Marshal(timeline{from.name, from.nth, n})
			if err != nil {
				return err
			}
			if err := m.write(p, fmt.Appendf(nil, "%06d\t%c\t%x\t%s\n", p, lineTimeline, task, line)); err != nil {
				return err
			}
		}
	}
	for p, n := range m.lines {
		if err := m.emit(fmt.Appendf(nil, "%06d\t%c\t%x\t%d\n", p, lineCount, task, n)); err != nil {
			return err
		}
	}
	return nil
}

// facts writes the facts of one exchange.
func (m *shardMapper) facts(e *checkedEntry) error {
	for i, f := range e.told {
		f.Pack(m.hasher)
		home := f.Partition(len(m.lines))
		for p := range m.lines {
			if p != home && f.Class != fact.Grants {
				continue
			}
			f.Copy = p != home
			line, err := f.AppendLine(nil, p, i)
			if err != nil {
				return err
			}
			if err := m.write(p, line); err != nil {
				return err
			}
		}
	}
	return nil
}
