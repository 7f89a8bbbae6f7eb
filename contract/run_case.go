package contract

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"time"
)

// runCase runs one case, cleans up after it and says how it ended.
func (s *Suite) runCase(ctx context.Context, lc *liveCase) (o Outcome) {
	p := &probe{
		suite: s, ctx: ctx, live: lc,
		rand: rand.New(rand.NewPCG(s.options.Seed, nameHash(lc.name))),
	}
	started := time.Now()
	defer func() {
		o.Case, o.Duration, o.Exchanges, o.Findings = lc.name, time.Since(started), p.exchanges, Fold(p.findings)
	}()
	if err := s.stopped(); err != nil {
		return Outcome{Status: NotRun, Reason: err.Error()}
	}
	if reason := lc.unmet(s); reason != "" {
		return Outcome{Status: Skip, Reason: reason}
	}
	end := p.guard(func() { lc.run(p) })
	// Clean up even when the run was interrupted.
	clean := *p
	clean.ctx = context.WithoutCancel(ctx)
	clean.cleaning = true
	cleaned := clean.guard(clean.cleanUp)
	p.exchanges, p.findings = clean.exchanges, clean.findings
	if end.Status == "" {
		end = cleaned
	}
	if end.Status == "" || end.Status == Skip {
		for _, f := range p.findings {
			if f.Level == Violation || s.options.Strict {
				return Outcome{Status: Fail}
			}
		}
	}
	if end.Status == "" {
		end.Status = Pass
	}
	return end
}

// guard runs a part of a case and catches its end: a deliberate one, or a
// fault of this package, which must not take the other cases with it.
func (p *probe) guard(run func()) (o Outcome) {
	defer func() {
		switch end := recover().(type) {
		case nil:
		case stop:
			o = Outcome{Status: end.status, Reason: end.reason}
		default:
			o = Outcome{Status: Error, Reason: fmt.Sprintf("internal fault in this case: %v at %s", end, faultPlace(debug.Stack()))}
		}
	}()
	run()
	return o
}

// faultPlace is the first line of this package in a stack.
func faultPlace(stack []byte) string {
	for line := range strings.SplitSeq(string(stack), "\n") {
		if i := strings.LastIndex(line, "/contract/"); i >= 0 && !strings.Contains(line, "run_case.go") {
			return line[i+1:]
		}
	}
	return "an unknown place"
}

// stop ends a case early.
type stop struct {
	status Status
	reason string
}
