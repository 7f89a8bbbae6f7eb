package live

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/internal/evidence"
	"github.com/onvy-health/onvy-go/contract/internal/live/client"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/near"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/internal/read"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/run"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// Suite is the live suite for one target.
type Suite struct {
	Spec       *pass.Spec
	Target     run.Target
	Options    run.Options
	Base       *url.URL
	Cases      []Case
	probeRules []*rule.Rule // that the cases report

	run      string // part of every id that is created
	wire     *client.Client
	history  *past.History
	counting *pass.Counting // nil until it runs
	ledger   *ledger
	evidence *evidence.Writer
	tokens   *tokenSource

	patience  patience
	Selection *pass.Selection

	// FindsAll says that the server found a user that nobody made; set by the
	// first cases.
	FindsAll bool

	watched  sync.Mutex // held while OnExchange runs
	mu       sync.Mutex
	requests int
	down     error // why nothing more can be sent
}

// NewSuite checks the target and the options. It sends nothing.
func NewSuite(spec *pass.Spec, t run.Target, o run.Options, cases []Case, probeRules []*rule.Rule) (*Suite, error) {
	base, err := checkTarget(&t, o.AllowProduction)
	if err != nil {
		return nil, err
	}
	if t.SDKClientID == "" {
		t.SDKClientID = "sdk"
	}
	o.Parallel = pass.OrDefault(o.Parallel, 8)
	o.Timeout = pass.OrDefault(o.Timeout, 10*time.Second)
	o.Slow = pass.OrDefault(o.Slow, pass.DefaultSlow)
	o.MaxRequests = pass.OrDefault(o.MaxRequests, 5000)
	o.MaxDuration = pass.OrDefault(o.MaxDuration, 10*time.Minute)
	o.MaxWait = pass.OrDefault(o.MaxWait, 15*time.Second)
	if o.Seed == 0 {
		o.Seed = uint64(rand.Uint32()) // readers of JSON hold no more than 53 bits
	}
	s := &Suite{Spec: spec, Target: t, Options: o, Base: base, probeRules: probeRules}
	known := allRules(probeRules)
	known = append(known, pass.OfResources(spec.API, known)...)
	if s.Selection, err = pass.NewSelection(o.Rules, o.OnlyRules, o.SkipRules, known, true); err != nil {
		return nil, err
	}
	wanted, err := regexp.Compile(o.Run)
	if err != nil {
		return nil, fmt.Errorf("contract: the expression for the cases to run cannot be read: %w", err)
	}
	all := cases
	for _, c := range all {
		if wanted.MatchString(c.Name) {
			s.Cases = append(s.Cases, c)
		}
	}
	if s.Cases, err = shardOf(s.Cases, o.Shard); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errors.New("contract: the spec has nothing that the live suite can create and delete again: there is nothing to run; replay checks recordings of it")
	}
	if len(s.Cases) == 0 {
		return nil, fmt.Errorf("contract: no case matches %q%s; all of them: %s", o.Run, near.DidYouMean(strings.Trim(o.Run, "^$"), caseNames(all)), strings.Join(caseNames(all), ", "))
	}
	return s, nil
}

// shardOf is a part of the cases. Those that come first are in each part, since
// the others build on them.
func shardOf(cases []Case, shard string) (part []Case, err error) {
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
		if c.When == First {
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

// allRules are those of the suite: of exchanges, of the history, and of its cases.
func allRules(probeRules []*rule.Rule) []rule.Rule {
	all := slices.Concat(rules.Exchange(), past.Rules)
	for _, r := range probeRules {
		all = append(all, *r)
	}
	return all
}

// Names returns the names of the cases that Run runs, in order.
func (s *Suite) Names() []string { return caseNames(s.Cases) }

func caseNames(cases []Case) []string {
	names := make([]string, len(cases))
	for i := range cases {
		names[i] = cases[i].Name
	}
	return names
}

// Run runs the cases and returns what they found. It always returns a report:
// what could not be carried out is in its outcomes. When ctx ends, the cases
// stop, the users that they created are deleted, and the rest is "not run".
func (s *Suite) Run(ctx context.Context) *rule.Report {
	r := &rule.Report{
		Version: rule.ReportVersion, Target: mask.URL(s.Base), Kind: rule.Server, Started: time.Now(), Seed: s.Options.Seed,
		Spec: s.Spec.SHA256(), Strict: s.Options.Strict,
		OnlyRules: s.Options.OnlyRules, SkipRules: s.Options.SkipRules, OwnRules: rule.Own(s.Options.Rules),
	}
	outcomes := s.runCases(ctx)
	for _, o := range outcomes {
		r.Add(o)
	}
	for _, o := range s.Selection.Failures() {
		r.Add(o)
	}
	r.Finish()
	r.Summary.Rules = s.Selection.Count(allRules(s.probeRules))
	r.Coverage = s.counting.Counts()
	s.exercised(r)
	r.Limits = s.Spec.Limits()
	return r
}

// Begin opens what a run needs. The returned function closes it.
func (s *Suite) Begin(ctx context.Context) (context.Context, func()) {
	s.run = runID()
	s.wire = client.New(s.Base, s.Options.Timeout, &s.Target.Reach)
	s.history = past.Guest(s.Spec)
	s.counting = pass.NewCounting(s.Spec, true)
	s.tokens = newTokenSource(s)
	s.evidence = evidence.New(s.Spec, &s.Target, s.Base)
	s.FindsAll = false
	ctx, cancel := context.WithTimeoutCause(ctx, s.Options.MaxDuration, errBudgetTime)
	var err error
	if s.ledger, err = newLedger(s.Options.LedgerDir, s.run); err != nil {
		s.down = err
		return ctx, cancel
	}
	return ctx, func() {
		cancel()
		s.ledger.close()
	}
}

func (s *Suite) runCases(ctx context.Context) []rule.Outcome {
	ctx, end := s.Begin(ctx)
	defer end()
	outcomes := make([]rule.Outcome, len(s.Cases))
	var report sync.Mutex
	done := func(i int, o rule.Outcome) {
		report.Lock()
		defer report.Unlock()
		outcomes[i] = o
		if s.Options.OnOutcome != nil {
			s.Options.OnOutcome(o)
		}
	}
	// The first case is the sign-in that all others need; then what can run
	// side by side, each on users of its own; then what needs quiet.
	for _, when := range []Phase{First, Beside, Alone} {
		width := s.Options.Parallel
		if when != Beside {
			width = 1
		}
		places := make(chan struct{}, width)
		var group sync.WaitGroup
		for i := range s.Cases {
			if s.Cases[i].When != when {
				continue
			}
			places <- struct{}{}
			group.Go(func() {
				defer func() { <-places }()
				done(i, s.RunCase(ctx, &s.Cases[i]))
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

// Halt lets nothing more be sent, for a reason; the first one counts.
func (s *Suite) Halt(err error) {
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

// exercised says what of the spec a run did not come to, and whether it is only
// a part of a run, which cannot come to everything.
func (s *Suite) exercised(r *rule.Report) {
	for _, gap := range coverage.Gaps(s.Spec.CoveragePoints(), r.Coverage) {
		r.Summary.NotExercised = append(r.Summary.NotExercised, gap.String())
	}
	if s.Options.Run != "" {
		r.Part = append(r.Part, "--run "+s.Options.Run)
	}
	if s.Options.Shard != "" {
		r.Part = append(r.Part, rule.ShardFlag+s.Options.Shard)
	}
	if r.Summary.NotRun+r.Summary.Errors > 0 {
		r.Part = append(r.Part, "cut short")
	}
}

// project is one of the two projects of the target.
func (s *Suite) project(id string) *run.Project {
	if s.Target.Other != nil && s.Target.Other.ID == id {
		return s.Target.Other
	}
	return &s.Target.Project
}

// operation is the id of the operation of a request, or its method.
func (s *Suite) operation(r Request) string {
	path, _ := read.PathOf(s.Base.String()+r.Path, s.Base.EscapedPath())
	if op, _ := s.Spec.Match(r.Method, path); op != nil {
		return op.ID
	}
	return r.Method
}

// observe calls OnExchange, under a lock of its own: whatever the function
// does, a panic included, the other cases go on.
func (s *Suite) observe(x *wire.Exchange) {
	if s.Options.OnExchange == nil {
		return
	}
	s.watched.Lock()
	defer s.watched.Unlock()
	s.Options.OnExchange(x)
}
