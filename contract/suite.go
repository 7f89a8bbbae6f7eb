package contract

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Suite is the live suite for one target.
type Suite struct {
	spec    *Spec
	target  Target
	options Options
	base    *url.URL
	cases   []liveCase

	run      string // part of every id that is created
	wire     *wire
	history  *History
	counting *counting // nil until it runs
	ledger   *ledger
	evidence *evidence
	tokens   *tokenSource

	patience  patience
	selection *selection

	// findsAll says that the server found a user that nobody made; set by the
	// first cases.
	findsAll bool

	watched  sync.Mutex // held while OnExchange runs
	mu       sync.Mutex
	requests int
	down     error // why nothing more can be sent
}

// NewSuite checks the target and the options. It sends nothing.
func NewSuite(spec *Spec, t Target, o Options) (*Suite, error) {
	base, err := t.check(o.AllowProduction)
	if err != nil {
		return nil, err
	}
	if t.SDKClientID == "" {
		t.SDKClientID = "sdk"
	}
	o.Parallel = orDefault(o.Parallel, 8)
	o.Timeout = orDefault(o.Timeout, 10*time.Second)
	o.Slow = orDefault(o.Slow, defaultSlow)
	o.MaxRequests = orDefault(o.MaxRequests, 5000)
	o.MaxDuration = orDefault(o.MaxDuration, 10*time.Minute)
	o.MaxWait = orDefault(o.MaxWait, 15*time.Second)
	if o.Seed == 0 {
		o.Seed = uint64(rand.Uint32()) // readers of JSON hold no more than 53 bits
	}
	s := &Suite{spec: spec, target: t, options: o, base: base}
	if s.selection, err = newSelection(o.Rules, o.OnlyRules, o.SkipRules, Rules(), true); err != nil {
		return nil, err
	}
	wanted, err := regexp.Compile(o.Run)
	if err != nil {
		return nil, fmt.Errorf("contract: the expression for the cases to run cannot be read: %w", err)
	}
	all := spec.liveCases()
	for _, c := range all {
		if wanted.MatchString(c.name) {
			s.cases = append(s.cases, c)
		}
	}
	if s.cases, err = shardOf(s.cases, o.Shard); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errors.New("contract: the spec has nothing that the live suite can create and delete again: there is nothing to run; replay checks recordings of it")
	}
	if len(s.cases) == 0 {
		return nil, fmt.Errorf("contract: no case matches %q; all of them: %s", o.Run, strings.Join(caseNames(all), ", "))
	}
	return s, nil
}

// shardOf is a part of the cases. Those that come first are in each part, since
// the others build on them.
func shardOf(cases []liveCase, shard string) (part []liveCase, err error) {
	if shard == "" {
		return cases, nil
	}
	i, n, ok := strings.Cut(shard, "/")
	nth, err1 := strconv.Atoi(i)
	of, err2 := strconv.Atoi(n)
	if !ok || err1 != nil || err2 != nil || nth < 1 || nth > of {
		return nil, fmt.Errorf("contract: %q is not a shard; the second of five is 2/5", shard)
	}
	place := 0
	for _, c := range cases {
		if c.when == first {
			part = append(part, c)
			continue
		}
		if place%of == nth-1 {
			part = append(part, c)
		}
		place++
	}
	return part, nil
}

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value > 0 {
		return value
	}
	return otherwise
}

// Cases returns the names of the cases that Run runs, in order.
func (s *Suite) Cases() []string { return caseNames(s.cases) }

func caseNames(cases []liveCase) []string {
	names := make([]string, len(cases))
	for i := range cases {
		names[i] = cases[i].name
	}
	return names
}

// Run runs the cases and returns what they found. It always returns a report:
// what could not be carried out is in its outcomes. When ctx ends, the cases
// stop, the users that they created are deleted, and the rest is "not run".
func (s *Suite) Run(ctx context.Context) *Report {
	r := &Report{
		Version: ReportVersion, Target: redactURL(s.base), Kind: Server, Started: time.Now(), Seed: s.options.Seed,
		Spec: s.spec.SHA256(), Strict: s.options.Strict,
	}
	outcomes := s.runCases(ctx)
	for _, o := range outcomes {
		r.add(o)
	}
	for _, o := range s.selection.failures() {
		r.add(o)
	}
	r.finish()
	r.Summary.Rules = s.selection.count(Rules())
	r.Coverage = s.counting.Counts()
	s.exercised(r)
	r.Limits = s.spec.limits()
	return r
}

// begin opens what a run needs. The returned function closes it.
func (s *Suite) begin(ctx context.Context) (context.Context, func()) {
	s.run = runID()
	s.wire = newWire(s.base, s.options.Timeout, &s.target.Reach)
	s.history = guestHistory(s.spec)
	s.counting = newCounting(s.spec, true)
	s.tokens = newTokenSource(s)
	s.evidence = newEvidence(&s.target, s.base)
	s.findsAll = false
	ctx, cancel := context.WithTimeoutCause(ctx, s.options.MaxDuration, errBudgetTime)
	var err error
	if s.ledger, err = newLedger(s.options.LedgerDir, s.run); err != nil {
		s.down = err
		return ctx, cancel
	}
	return ctx, func() {
		cancel()
		s.ledger.close()
	}
}

func (s *Suite) runCases(ctx context.Context) []Outcome {
	ctx, end := s.begin(ctx)
	defer end()
	outcomes := make([]Outcome, len(s.cases))
	var report sync.Mutex
	done := func(i int, o Outcome) {
		report.Lock()
		defer report.Unlock()
		outcomes[i] = o
		if s.options.OnOutcome != nil {
			s.options.OnOutcome(o)
		}
	}
	// The first case is the sign-in that all others need; then what can run
	// side by side, each on users of its own; then what needs quiet.
	for _, when := range []phase{first, beside, alone} {
		width := s.options.Parallel
		if when != beside {
			width = 1
		}
		places := make(chan struct{}, width)
		var group sync.WaitGroup
		for i := range s.cases {
			if s.cases[i].when != when {
				continue
			}
			places <- struct{}{}
			group.Go(func() {
				defer func() { <-places }()
				done(i, s.runCase(ctx, &s.cases[i]))
			})
		}
		group.Wait()
	}
	return outcomes
}

// stopped is why nothing more can be sent, or nil.
func (s *Suite) stopped() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

func (s *Suite) halt(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down == nil {
		s.down = err
	}
}

// runID is short, unlike any other run's, of one length, and sorts by time.
func runID() string {
	const digits = 36 * 36 * 36 * 36
	return strconv.FormatInt(time.Now().UnixMilli(), 36) + strconv.FormatUint(digits+rand.Uint64N(digits), 36)[1:]
}

func nameHash(name string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	return h.Sum64()
}

// add takes an outcome into a report.
func (r *Report) add(o Outcome) {
	r.Outcomes = append(r.Outcomes, o)
	r.Findings = append(r.Findings, o.Findings...)
	r.Summary.Exchanges += o.Exchanges
	switch o.Status {
	case Pass:
		r.Summary.Passed++
	case Fail:
		r.Summary.Failed++
	case Error:
		r.Summary.Errors++
	case Skip:
		r.Summary.Skipped++
	default:
		r.Summary.NotRun++
	}
}

// finish folds and counts the findings.
func (r *Report) finish() {
	r.Findings = Fold(r.Findings)
	if r.Findings == nil {
		r.Findings = []Finding{}
	}
	r.Summary.Rules = len(Rules())
	r.Tally()
	r.Duration = time.Since(r.Started)
}
