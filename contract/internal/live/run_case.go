package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/sample"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// RunCase runs one case, cleans up after it and says how it ended.
func (s *Suite) RunCase(ctx context.Context, lc *Case) (o rule.Outcome) {
	p := &Probe{
		Suite: s, ctx: ctx, Case: lc,
		rand: rand.New(rand.NewPCG(s.Options.Seed, nameHash(lc.Name))),
	}
	started := time.Now()
	defer func() {
		o.Rules = lc.tries()
		o.Case, o.Duration, o.Exchanges, o.Findings = lc.Name, time.Since(started), p.exchanges, rule.Fold(p.Findings)
	}()
	if err := s.stopped(); err != nil {
		return rule.Outcome{Status: rule.NotRun, Reason: err.Error()}
	}
	if reason := lc.unmet(s); reason != "" {
		return rule.Outcome{Status: rule.Skip, Reason: reason}
	}
	end := p.guard(func() { lc.Run(p) })
	// Clean up even when the run was interrupted.
	clean := *p
	clean.ctx = context.WithoutCancel(ctx)
	clean.cleaning = true
	cleaned := clean.guard(cleaner{&clean}.cleanUp)
	p.exchanges, p.Findings = clean.exchanges, clean.Findings
	if end.Status == "" {
		end = cleaned
	}
	if end.Status == "" || end.Status == rule.Skip {
		for _, f := range p.Findings {
			if f.Level == rule.Violation || s.Options.Strict {
				return rule.Outcome{Status: rule.Fail}
			}
		}
	}
	if end.Status == "" {
		end.Status = rule.Pass
	}
	return end
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
	status rule.Status
	reason string
}

func (s *Suite) cleanFile(ctx context.Context, path string) (run.Cleaned, error) {
	entries, err := readLedger(path)
	if err != nil {
		return run.Cleaned{}, fmt.Errorf("contract: a ledger cannot be read: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return run.Cleaned{}, fmt.Errorf("contract: a ledger cannot be written: %w", err)
	}
	// The last line of a run that was killed may have no end.
	if _, err := file.WriteString("\n"); err != nil {
		_ = file.Close() // nothing was written
		return run.Cleaned{}, fmt.Errorf("contract: a ledger cannot be written: %w", err)
	}
	s.ledger = &ledger{file: file, open: make(map[Entry]bool)}
	var c run.Cleaned
	p := &Probe{Suite: s, ctx: ctx, Case: &Case{Name: "clean"}, cleaning: true}
	for _, e := range entries {
		s.ledger.open[e] = true
		if e.Target != mask.URL(s.Base) || s.project(e.Project).ID != e.Project {
			c.Others++
			continue
		}
		p.Created = append(p.Created, e)
	}
	end := p.guard(cleaner{p}.cleanUp)
	left := s.ledger.close()
	c.Left = left - c.Others
	c.Deleted = len(entries) - left
	if end.Status == rule.Error || end.Status == rule.NotRun {
		return c, fmt.Errorf("contract: %s", end.Reason)
	}
	return c, nil
}

// completed is a request with the parameters that its operation requires and that
// the case, which is not about them, leaves out.
func (s *Suite) completed(r Request) Request {
	op := s.Spec.Operation(s.operation(r))
	if op == nil {
		return r
	}
	path, query, _ := strings.Cut(r.Path, "?")
	given, err := url.ParseQuery(query)
	if err != nil {
		return r
	}
	for _, v := range op.API.Required {
		value, ok := sample.Fixed().Value(v.Schema.Value)
		switch text := fmt.Sprint(value); {
		case !ok:
		case v.In == openapi3.ParameterInHeader && !r.Header.Has(v.Name):
			r.Header = append(slices.Clip(r.Header), wire.Field{Name: v.Name, Value: text})
		case v.In == openapi3.ParameterInQuery && !given.Has(v.Name):
			query += "&" + url.QueryEscape(v.Name) + "=" + url.QueryEscape(text)
			r.Path = path + "?" + strings.TrimPrefix(query, "&")
		}
	}
	return r
}
