package contract

import (
	"context"
	"fmt"
	"os"
)

// Cleaned says what Clean did.
type Cleaned struct {
	Deleted int // users that were deleted, or were gone already
	Left    int // users of this target that could not be deleted
	Others  int // users of other targets, left alone
}

// Clean deletes the users that crashed runs left on the target: those in the
// ledgers, and no others. A ledger in which nothing is left is removed.
func Clean(ctx context.Context, spec *Spec, t Target, o Options) (Cleaned, error) {
	o.Run = ""
	s, err := NewSuite(spec, t, o)
	if err != nil {
		return Cleaned{}, err
	}
	paths, err := ledgers(o.LedgerDir)
	if err != nil {
		return Cleaned{}, err
	}
	s.wire = newWire(s.base, s.options.Timeout, &s.target.Reach)
	s.history = WholeHistory(spec)
	s.tokens = newTokenSource(s)
	s.evidence = newEvidence(&s.target, s.base)
	var total Cleaned
	for _, path := range paths {
		one, err := s.cleanFile(ctx, path)
		total.Deleted += one.Deleted
		total.Left += one.Left
		total.Others += one.Others
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func (s *Suite) cleanFile(ctx context.Context, path string) (Cleaned, error) {
	entries, err := readLedger(path)
	if err != nil {
		return Cleaned{}, fmt.Errorf("contract: a ledger cannot be read: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return Cleaned{}, fmt.Errorf("contract: a ledger cannot be written: %w", err)
	}
	// The last line of a run that was killed may have no end.
	if _, err := file.WriteString("\n"); err != nil {
		_ = file.Close() // nothing was written
		return Cleaned{}, fmt.Errorf("contract: a ledger cannot be written: %w", err)
	}
	s.ledger = &ledger{file: file, open: make(map[entry]bool)}
	var c Cleaned
	p := &probe{suite: s, ctx: ctx, live: &liveCase{name: "clean"}, cleaning: true}
	for _, e := range entries {
		s.ledger.open[e] = true
		if e.Target != redactURL(s.base) || s.project(e.Project).ID != e.Project {
			c.Others++
			continue
		}
		p.created = append(p.created, e)
	}
	end := p.guard(p.cleanUp)
	left := s.ledger.close()
	c.Left = left - c.Others
	c.Deleted = len(entries) - left
	if end.Status == Error || end.Status == NotRun {
		return c, fmt.Errorf("contract: %s", end.Reason)
	}
	return c, nil
}
