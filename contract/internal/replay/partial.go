package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/onvy-health/onvy-go/contract/rule"
)

// share is what adds up of the parts of a replay.
type share struct {
	Found      []*ranked            `json:"found,omitempty"`
	Bare       []*ranked            `json:"bare,omitempty"`
	NotJudged  rule.NotJudged       `json:"not_judged,omitzero"`
	Recordings map[string]*recorded `json:"recordings,omitempty"`
	Failed     []rule.Outcome       `json:"failed,omitempty"` // rules that could not be applied
}

// Partial is what was found in a part of a replay. Partials of all parts make
// a report, in whatever order they are merged. It holds nothing but what a
// report holds too.
type Partial struct {
	Format     int            `json:"partial"` // of this form
	Spec       string         `json:"spec"`
	Rules      string         `json:"rules"` // tells sets of rules apart
	Applied    int            `json:"applied"`
	OnlyRules  []string       `json:"only_rules,omitempty"` // as in [rule.Report]
	SkipRules  []string       `json:"skip_rules,omitempty"`
	OwnRules   []rule.Rule    `json:"own_rules,omitempty"`
	Limits     []string       `json:"limits,omitempty"` // as in [rule.Report]
	Version    string         `json:"version"`
	Started    time.Time      `json:"started,omitzero"`     // of the first reduce; zero for what map writes
	Duration   time.Duration  `json:"duration_ns,omitzero"` // of all of them together
	Partitions []int          `json:"partitions,omitempty"` // that were reduced
	Of         int            `json:"of,omitempty"`         // how many there are; 0 where none was reduced
	Coverage   *rule.Coverage `json:"coverage,omitempty"`
	share
}

func (s *share) tally() *tally {
	t := newTally()
	for _, r := range s.Found {
		t.found.add(*r)
	}
	for _, r := range s.Bare {
		t.bareIn(r.Order.From).add(*r)
	}
	t.notJudged, t.failed = s.NotJudged, s.Failed
	for name, r := range s.Recordings {
		t.recordings[name] = r
	}
	return t
}

// ReadPartial reads what encoding/json makes of a Partial.
func ReadPartial(r io.Reader) (*Partial, error) {
	var p Partial
	if err := json.NewDecoder(r).Decode(&p); err != nil {
		return nil, fmt.Errorf("contract: not a partial report: %w", err)
	}
	if p.Format != shardVersion {
		return nil, fmt.Errorf("contract: not a partial report of form %d", shardVersion)
	}
	return &p, nil
}

// Merge takes another partial. It refuses one that was made with another spec
// or version, and one of a partition that is there already: the same work
// counted twice.
func (p *Partial) Merge(other *Partial) error {
	switch {
	case other.Format == 0: // the empty one
		return nil
	case p.Format == 0:
		p.Format, p.Spec, p.Rules, p.Applied, p.Limits, p.Version = other.Format, other.Spec, other.Rules, other.Applied, other.Limits, other.Version
		p.OnlyRules, p.SkipRules, p.OwnRules = other.OnlyRules, other.SkipRules, other.OwnRules
	}
	switch {
	case p.Spec != other.Spec:
		return fmt.Errorf("%w: they are of different specs", rule.ErrMerge)
	case p.Rules != other.Rules && p.Version == other.Version:
		return fmt.Errorf("%w: they ran different rules", rule.ErrMerge)
	case p.Version != other.Version || p.Format != other.Format:
		return fmt.Errorf("%w: they are of different versions, %s and %s", rule.ErrMerge, p.Version, other.Version)
	case p.Of != 0 && other.Of != 0 && p.Of != other.Of:
		return fmt.Errorf("%w: one is of %d partitions and the other of %d", rule.ErrMerge, p.Of, other.Of)
	}
	for _, n := range other.Partitions {
		if slices.Contains(p.Partitions, n) {
			return fmt.Errorf("%w: partition %d is in both", rule.ErrMerge, n)
		}
	}
	if other.Coverage != nil {
		c := &rule.Coverage{}
		if err := errors.Join(c.Merge(p.Coverage), c.Merge(other.Coverage)); err != nil {
			return fmt.Errorf("%w: %w", rule.ErrMerge, err)
		}
		p.Coverage = c
	}
	if p.Started.IsZero() || !other.Started.IsZero() && other.Started.Before(p.Started) {
		p.Started = other.Started
	}
	p.Duration += other.Duration
	t := newTally()
	t.merge(p.tally())
	t.merge(other.tally())
	p.share = t.share()
	p.Partitions, p.Of = sortedCopy(slices.Concat(p.Partitions, other.Partitions)), max(p.Of, other.Of)
	return nil
}

// Missing are the partitions that are not there of so many.
func (p *Partial) Missing(of int) (missing []int) {
	for n := range of {
		if !slices.Contains(p.Partitions, n) {
			missing = append(missing, n)
		}
	}
	return missing
}

// Report is the report of the whole replay.
func (p *Partial) Report(strict bool) *rule.Report {
	r := &rule.Report{
		Version: rule.ReportVersion, Kind: rule.Recordings, Started: p.Started, Spec: p.Spec, Strict: strict, Coverage: p.Coverage,
		Limits: slices.Clone(p.Limits), OnlyRules: p.OnlyRules, SkipRules: p.SkipRules, OwnRules: p.OwnRules,
	}
	p.tally().into(r, slices.Sorted(maps.Keys(p.Recordings)), false)
	r.Duration, r.Summary.Rules = p.Duration, p.Applied
	for i := range r.Outcomes {
		if r.Outcomes[i].Duration != 0 {
			r.Outcomes[i].Duration = p.Duration
		}
	}
	return r
}
