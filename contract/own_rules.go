package contract

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// Call is one exchange as a rule of your own sees it: see [Rule.Check].
type Call struct {
	Exchange  *Exchange         // not to be changed
	Operation string            // operationId; "" for an exchange of no operation
	Params    map[string]string // of the path, unescaped

	report func(Finding)
}

// Report adds a finding. What it leaves empty is filled from the rule and the
// exchange. The Message is printed as it is: no value of a person and no secret
// belongs in it.
func (c *Call) Report(f Finding) { c.report(f) }

// NewCall makes a call to try a rule on, in a test of your own.
func NewCall(x *Exchange, operation string, params map[string]string, report func(Finding)) *Call {
	return &Call{Exchange: x, Operation: operation, Params: params, report: report}
}

// selection is which rules speak, and which of the user's own come along. That
// of nil lets all of this package speak. It is safe for concurrent use.
type selection struct {
	own        []*Rule
	only, skip []string

	mu     sync.Mutex
	failed map[*Rule]string // rules that have panicked, and where
}

// newSelection checks what a user asks for. The rules that are known have their
// ids; where they are all there are, each pattern has to match one.
func newSelection(own []*Rule, only, skip []string, known []Rule, all bool) (*selection, error) {
	s := &selection{own: own, only: only, skip: skip, failed: make(map[*Rule]string)}
	ids := make(map[string]bool)
	for i := range known {
		ids[known[i].ID] = true
	}
	for i, r := range own {
		if err := checkOwn(i, r); err != nil {
			return nil, err
		}
		if ids[r.ID] {
			return nil, fmt.Errorf("contract: there are two rules %s; give yours another id", r.ID)
		}
		ids[r.ID] = true
	}
	for _, pattern := range slices.Concat(only, skip) {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("contract: %q is no pattern for ids of rules; write one like page/limit or page/*", pattern)
		}
		if all && !slices.ContainsFunc(slices.Collect(maps.Keys(ids)), func(id string) bool { return matches(pattern, id) }) {
			return nil, fmt.Errorf("contract: no rule matches %q; onvy-contract rules lists them", pattern)
		}
	}
	return s, nil
}

var ruleID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*$`)

// checkOwn says what a rule of the user lacks.
func checkOwn(i int, r *Rule) error {
	switch {
	case r == nil:
		return fmt.Errorf("contract: rule %d of your own is nil", i+1)
	case !ruleID.MatchString(r.ID):
		return fmt.Errorf("contract: the id %q of rule %d of your own is not like team/no-server-header", r.ID, i+1)
	case r.Check == nil:
		return fmt.Errorf("contract: the rule %s has no Check", r.ID)
	case r.Level != Violation && r.Level != Assumption && r.Level != Drift:
		return fmt.Errorf("contract: the rule %s has no level; give it Violation, Assumption or Drift", r.ID)
	case r.Title == "":
		return fmt.Errorf("contract: the rule %s has no title: one sentence on what must hold", r.ID)
	case r.Breaks == "" || r.Holds == "":
		return fmt.Errorf("contract: the rule %s has no examples; say in Breaks what breaks it, and in Holds what does not", r.ID)
	}
	return nil
}

// matches reports whether a pattern means a rule: "page/limit", "page/*" or
// "page".
func matches(pattern, id string) bool {
	if family, _, _ := strings.Cut(id, "/"); pattern == family {
		return true
	}
	ok, _ := path.Match(pattern, id) // it was checked
	return ok
}

// wants reports whether a rule may speak.
func (s *selection) wants(id string) bool {
	if s == nil {
		return true
	}
	hits := func(pattern string) bool { return matches(pattern, id) }
	return (len(s.only) == 0 || slices.ContainsFunc(s.only, hits)) && !slices.ContainsFunc(s.skip, hits)
}

// wanted are the findings of rules that may speak. The others were looked for
// all the same: what one rule has said, others take into account.
func (s *selection) wanted(findings []Finding) []Finding {
	if s == nil || len(s.only)+len(s.skip) == 0 {
		return findings
	}
	var some []Finding
	for i := range findings {
		if s.wants(findings[i].Rule) {
			some = append(some, findings[i])
		}
	}
	return some
}

// count is how many rules of a list, and of the user's own, may speak.
func (s *selection) count(rules []Rule) (n int) {
	for i := range rules {
		if s.wants(rules[i].ID) {
			n++
		}
	}
	if s != nil {
		for _, r := range s.own {
			if s.wants(r.ID) {
				n++
			}
		}
	}
	return n
}

// look holds an exchange against the rules of the user's own.
func (s *selection) look(c *call) {
	if s == nil {
		return
	}
	for _, r := range s.own {
		if s.wants(r.ID) {
			s.lookWith(r, c)
		}
	}
}

// lookWith catches a rule that panics, and leaves it out from there on.
func (s *selection) lookWith(r *Rule, c *call) {
	s.mu.Lock()
	_, failed := s.failed[r]
	s.mu.Unlock()
	if failed {
		return
	}
	defer func() {
		if end := recover(); end != nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.failed[r] = fmt.Sprintf("the rule panicked at %s (%T) and was left out from there on", panicPlace(), end)
		}
	}()
	operation := ""
	if c.op != nil {
		operation = c.op.id
	}
	r.Check(NewCall(c.x, operation, c.vars, func(f Finding) {
		f.Message, f.Source = cmp.Or(f.Message, r.Title), cmp.Or(f.Source, r.Source, "policy")
		c.finding(r, f)
	}))
}

// panicPlace is the line that has panicked, called by a deferred function. What
// it has panicked with may hold data.
func panicPlace() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}

// failures are outcomes of the rules that have panicked.
func (s *selection) failures() (all []Outcome) {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.own {
		if why, failed := s.failed[r]; failed {
			all = append(all, Outcome{Case: "rules/" + r.ID, Status: Error, Reason: why})
		}
	}
	return all
}

// err is what failures says, as one error.
func (s *selection) err() error {
	var errs []error
	for _, o := range s.failures() {
		errs = append(errs, fmt.Errorf("contract: %s: %s", o.Case, o.Reason))
	}
	return errors.Join(errs...)
}
