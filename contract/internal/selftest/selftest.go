// Package selftest proves that the contract suite can fail. It plants faults
// into the sandbox, one at a time, runs the live suite against each, and looks
// whether the rule that is for the fault reports it; and it runs the suite
// against harmless variants, about which no rule may say anything.
//
//	matrix, err := selftest.Run(ctx, spec, selftest.Options{})
//	...
//	fmt.Println(matrix.Count(selftest.Killed), "of", len(matrix.Faults), "faults found,", matrix.FalseAlarms(), "false alarms")
package selftest

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/rules/schema"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// Options of a self-test. The zero value is a good one.
type Options struct {
	Seed     uint64            // of the generated data; 0 is 1, so that a run is repeatable
	Select   func(string) bool // which faults and controls, by name; nil is all
	Parallel int               // servers at once; 0 is one for each core
	Recorded bool              // record each run, and look what the recording alone shows
	OnResult func(Result)      // called as each result comes, one at a time
}

// Verdict is what became of a fault.
type Verdict string

const (
	Killed   Verdict = "killed"   // its own rule reported it, and no rule that has no business there
	Noisy    Verdict = "noisy"    // its own rule did, and one that has none: a false accusation
	Other    Verdict = "other"    // other rules did, its own did not
	Survived Verdict = "survived" // no rule did
	Quiet    Verdict = "quiet"    // a control, and no rule said anything
	Alarm    Verdict = "alarm"    // a control, and a rule did
	Broken   Verdict = "broken"   // the suite could not be carried out
)

// missed reports whether a fault's own rule did not speak.
func (v Verdict) missed() bool { return v == Other || v == Survived || v == Broken }

// Result is a fault or a control, and what the suite made of it.
type Result struct {
	Fault    faults.Fault
	Verdict  Verdict
	Rules    []string // that reported something, sorted
	Recorded []string // that reported something about the recording alone
	Report   *contract.Report
	Duration time.Duration
	Again    bool // it took a second run
}

// Matrix is the result of a self-test.
type Matrix struct {
	Clean    Result   // the sandbox as it is
	Faults   []Result // in the order of faults.All
	Controls []Result
	// Unproven are rules that no fault is for.
	Unproven []string
}

// Run plants the faults and the controls, one after the other. Its error says
// why a sandbox could not be started; everything else is in the matrix.
func Run(ctx context.Context, spec *contract.Spec, o Options) (*Matrix, error) {
	ledgers, err := os.MkdirTemp("", "onvy-selftest-")
	if err != nil {
		return nil, fmt.Errorf("selftest: no place for the ledgers: %w", err)
	}
	defer func() { _ = os.RemoveAll(ledgers) }() // of servers that are gone
	r := runner{spec: spec, options: o, ledgers: ledgers}

	all, controls := chosen(faults.All(), o.Select), chosen(faults.Controls(), o.Select)
	m := &Matrix{Faults: make([]Result, len(all)), Controls: make([]Result, len(controls))}
	if m.Clean, err = r.once(ctx, faults.None()); err != nil {
		return nil, err
	}
	var jobs []func() error
	for i, f := range all {
		jobs = append(jobs, func() (err error) { m.Faults[i], err = r.twice(ctx, f); return err })
	}
	for i, f := range controls {
		jobs = append(jobs, func() (err error) { m.Controls[i], err = r.once(ctx, f); return err })
	}
	if err := parallel(jobs, o.Parallel); err != nil {
		return nil, err
	}
	for _, rule := range contract.Rules() {
		if Unprovable[rule.ID] == "" && !slices.ContainsFunc(faults.All(), func(f faults.Fault) bool { return f.Rule == rule.ID }) {
			m.Unproven = append(m.Unproven, rule.ID)
		}
	}
	return m, ctx.Err()
}

// Unprovable are rules that no fault of this API can break, with the reason.
var Unprovable = map[string]string{
	schema.Other.ID: "it is for keywords that no schema of openapi.yaml has",
}

func chosen(all []faults.Fault, choose func(string) bool) []faults.Fault {
	if choose == nil {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(f faults.Fault) bool { return !choose(f.Name) })
}

// parallel runs jobs, some at a time, and returns the first error.
func parallel(jobs []func() error, width int) error {
	if width <= 0 {
		width = runtime.GOMAXPROCS(0)
	}
	var (
		group  sync.WaitGroup
		once   sync.Once
		failed error
		places = make(chan struct{}, width)
	)
	for _, job := range jobs {
		places <- struct{}{}
		group.Go(func() {
			defer func() { <-places }()
			if err := job(); err != nil {
				once.Do(func() { failed = err })
			}
		})
	}
	group.Wait()
	return failed
}

type runner struct {
	spec    *contract.Spec
	options Options
	ledgers string
	mu      sync.Mutex
}

// twice runs the suite against a fault, and once more if the fault's own rule
// did not report it: faults of timing can look like others on a busy machine.
// False accusations have no second chance.
func (r *runner) twice(ctx context.Context, f faults.Fault) (Result, error) {
	result, err := r.one(ctx, f)
	if err == nil && result.Verdict.missed() {
		var second Result
		if second, err = r.one(ctx, f); second.Verdict == Killed {
			result, result.Again = second, true
		}
	}
	return r.said(result, err)
}

// once is one, of what has no second chance.
func (r *runner) once(ctx context.Context, f faults.Fault) (Result, error) {
	return r.said(r.one(ctx, f))
}

// said hands a result on as the one that counts.
func (r *runner) said(result Result, err error) (Result, error) {
	if err == nil && r.options.OnResult != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.options.OnResult(result)
	}
	return result, err
}

// one runs the suite against one fault.
func (r *runner) one(ctx context.Context, f faults.Fault) (Result, error) {
	srv, err := sandbox.New(setUp(f)...)
	if err != nil {
		return Result{}, fmt.Errorf("selftest: no sandbox: %w", err)
	}
	server := httptest.NewUnstartedServer(f.Handler(srv))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // faults make net/http complain
	server.Start()
	defer server.Close()

	o := contract.Options{
		Seed: max(r.options.Seed, 1), LedgerDir: r.ledgers, Risky: risky(f.Rule),
		Timeout: timeout, Slow: slow, MaxWait: 3 * time.Second,
	}
	var recording []*contract.Exchange
	if r.options.Recorded {
		o.OnExchange = func(x *contract.Exchange) { recording = append(recording, x) }
	}
	suite, err := contract.NewSuite(r.spec, Target(srv, server.URL), o)
	if err != nil {
		return Result{}, err
	}
	started := time.Now()
	report := suite.Run(ctx)
	result := Result{Fault: f, Report: report, Rules: reported(report), Duration: time.Since(started)}
	result.Verdict = verdict(f, result.Rules, report)
	if r.options.Recorded {
		// A busy machine may hand an exchange on long after it has ended, and what a
		// replay learns so late it takes findings back for.
		slices.SortStableFunc(recording, func(a, b *contract.Exchange) int {
			return a.Started.Add(a.Duration).Compare(b.Started.Add(b.Duration))
		})
		result.Recorded = reported(r.spec.Replay(ctx, "recording", entries(recording), contract.ReplayOptions{Slow: slow, Complete: true}))
	}
	return result, nil
}

// Limits for a server on the same machine, which may have other work to do.
const (
	timeout = 2 * faults.Slow
	slow    = faults.Slow * 2 / 3
)

// setUp are the options of the sandbox that a fault needs to show.
func setUp(f faults.Fault) []sandbox.Option {
	if f.Rule == history.TokenExpired.ID {
		return []sandbox.Option{sandbox.WithTTL(time.Second)}
	}
	return nil
}

// entries are exchanges as a recording has them.
func entries(exchanges []*contract.Exchange) iter.Seq2[*contract.Exchange, error] {
	return func(yield func(*contract.Exchange, error) bool) {
		for _, x := range exchanges {
			if !yield(x, nil) {
				return
			}
		}
	}
}

// risky tells whether a rule is looked at with permission only.
func risky(rule string) bool { return rule == "client/brute-force" || rule == "input/large" }

func reported(r *contract.Report) []string {
	var rules []string
	for _, f := range r.Findings {
		rules = append(rules, f.Rule)
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

func verdict(f faults.Fault, rules []string, r *contract.Report) Verdict {
	control := f.Class == "control" || f.Class == ""
	switch {
	case len(rules) == 0 && r.Summary.Errors+r.Summary.NotRun > 0:
		return Broken
	case control && !slices.ContainsFunc(r.Findings, func(found contract.Finding) bool {
		return found.Rule != f.Rule || found.Level != contract.Drift
	}):
		return Quiet
	case control:
		return Alarm
	case slices.Contains(rules, f.Rule):
		if slices.ContainsFunc(rules, func(rule string) bool { return !f.Allows(rule) }) {
			return Noisy
		}
		return Killed
	case len(rules) > 0:
		return Other
	}
	return Survived
}

// Count returns how many faults came to a verdict.
func (m *Matrix) Count(v Verdict) int {
	n := 0
	for _, r := range m.Faults {
		if r.Verdict == v {
			n++
		}
	}
	return n
}

// Again counts the faults that took a second run.
func (m *Matrix) Again() int {
	n := 0
	for _, r := range m.Faults {
		if r.Again {
			n++
		}
	}
	return n
}

// FromRecordings counts the faults that a recording of the run shows by itself.
func (m *Matrix) FromRecordings() int {
	n := 0
	for _, r := range m.Faults {
		if len(r.Recorded) > 0 {
			n++
		}
	}
	return n
}

// FalseAlarms counts the controls, and the clean sandbox, about which a rule
// said something.
func (m *Matrix) FalseAlarms() int {
	n := 0
	for _, r := range append([]Result{m.Clean}, m.Controls...) {
		if r.Verdict != Quiet {
			n++
		}
	}
	return n
}

// OK tells whether the suite has proved itself: every fault is found by its own
// rule and by none that accuses the server of something else, every rule has a
// fault, and nothing harmless is reported.
func (m *Matrix) OK() bool {
	return m.Count(Killed) == len(m.Faults) && m.FalseAlarms() == 0 && len(m.Unproven) == 0
}
