package replay

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract/rule"
)

// Partial is what was found in a part of a replay. Partials of all parts make
// a report, in whatever order they are merged. It holds nothing but what a
// report holds too.
type Partial struct {
	Format     int                  `json:"partial"` // of this form
	Spec       string               `json:"spec"`
	Rules      string               `json:"rules"`
	Version    string               `json:"version"`
	Partitions []int                `json:"partitions,omitempty"` // that were reduced
	Found      []*ranked            `json:"found"`
	Bare       []*ranked            `json:"bare,omitempty"`
	NotJudged  rule.NotJudged       `json:"not_judged"`
	Recordings map[string]*recorded `json:"recordings,omitempty"`
	Coverage   *rule.Coverage       `json:"coverage,omitempty"`
}

func (p *Partial) tally() *tally {
	t := newTally()
	for _, r := range p.Found {
		t.found.add(*r)
	}
	for _, r := range p.Bare {
		t.bareIn(r.Order.From).add(*r)
	}
	t.notJudged = p.NotJudged
	for name, r := range p.Recordings {
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
		p.Format, p.Spec, p.Rules, p.Version = other.Format, other.Spec, other.Rules, other.Version
	}
	switch {
	case p.Spec != other.Spec:
		return fmt.Errorf("%w: they are of different specs", rule.ErrMerge)
	case p.Rules != other.Rules || p.Version != other.Version || p.Format != other.Format:
		return fmt.Errorf("%w: they are of different versions, %s and %s", rule.ErrMerge, p.Version, other.Version)
	}
	for _, n := range other.Partitions {
		if slices.Contains(p.Partitions, n) {
			return fmt.Errorf("%w: partition %d is in both", rule.ErrMerge, n)
		}
	}
	if other.Coverage != nil {
		c := &rule.Coverage{}
		for _, one := range []*rule.Coverage{p.Coverage, other.Coverage} {
			if err := c.Merge(one); err != nil {
				return fmt.Errorf("%w: %w", rule.ErrMerge, err)
			}
		}
		p.Coverage = c
	}
	t := p.tally()
	t.recordings = make(map[string]*recorded)
	t.merge(&tally{found: newRanking(), recordings: p.Recordings})
	t.merge(other.tally())
	p.Found, p.Bare, p.NotJudged, p.Recordings = t.found.sorted(), t.allBare(), t.notJudged, t.recordings
	p.Partitions = sortedCopy(slices.Concat(p.Partitions, other.Partitions))
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
	r := &rule.Report{Version: rule.ReportVersion, Kind: rule.Recordings, Started: time.Now(), Spec: p.Spec, Strict: strict, Coverage: p.Coverage}
	t := p.tally()
	recordings := slices.Sorted(maps.Keys(p.Recordings))
	t.into(r, recordings, false)
	if len(recordings) > 10 {
		r.Target = fmt.Sprintf("%s and %d more", strings.Join(recordings[:3], ", "), len(recordings)-3)
	}
	return r
}
