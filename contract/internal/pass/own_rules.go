package pass

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/onvy-health/onvy-go/contract/rule"
)

// Selection is which rules speak, and which of the user's own come along. That
// of nil lets all of this package speak. It is safe for concurrent use.
type Selection struct {
	own        []*rule.Rule
	only, skip []string

	mu     sync.Mutex
	failed map[*rule.Rule]string // rules that have panicked, and where
}

// NewSelection checks what a user asks for. The rules that are known have their
// ids; where they are all there are, each pattern has to match one.
func NewSelection(own []*rule.Rule, only, skip []string, known []rule.Rule, all bool) (*Selection, error) {
	s := &Selection{own: own, only: only, skip: skip, failed: make(map[*rule.Rule]string)}
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
func checkOwn(i int, r *rule.Rule) error {
	switch {
	case r == nil:
		return fmt.Errorf("contract: rule %d of your own is nil", i+1)
	case !ruleID.MatchString(r.ID):
		return fmt.Errorf("contract: the id %q of rule %d of your own is not like team/no-server-header", r.ID, i+1)
	case r.Check == nil:
		return fmt.Errorf("contract: the rule %s has no Check", r.ID)
	case r.Level != rule.Violation && r.Level != rule.Assumption && r.Level != rule.Drift:
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

// Wants reports whether a rule may speak.
func (s *Selection) Wants(id string) bool {
	if s == nil {
		return true
	}
	hits := func(pattern string) bool { return matches(pattern, id) }
	return (len(s.only) == 0 || slices.ContainsFunc(s.only, hits)) && !slices.ContainsFunc(s.skip, hits)
}

// Wanted are the findings of rules that may speak. The others were looked for
// all the same: what one rule has said, others take into account.
func (s *Selection) Wanted(findings []rule.Finding) []rule.Finding {
	if s == nil || len(s.only)+len(s.skip) == 0 {
		return findings
	}
	var some []rule.Finding
	for i := range findings {
		if s.Wants(findings[i].Rule) {
			some = append(some, findings[i])
		}
	}
	return some
}

// Count is how many rules of a list, and of the user's own, may speak.
func (s *Selection) Count(rules []rule.Rule) (n int) {
	for i := range rules {
		if s.Wants(rules[i].ID) {
			n++
		}
	}
	if s != nil {
		for _, r := range s.own {
			if s.Wants(r.ID) {
				n++
			}
		}
	}
	return n
}

// Look holds an exchange against the rules of the user's own.
func (s *Selection) Look(c *Call) {
	if s == nil {
		return
	}
	for _, r := range s.own {
		if s.Wants(r.ID) {
			s.lookWith(r, c)
		}
	}
}

// lookWith catches a rule that panics or ends its goroutine, as a failed assertion of
// a test does, and leaves it out from there on.
func (s *Selection) lookWith(r *rule.Rule, c *Call) {
	s.mu.Lock()
	_, failed := s.failed[r]
	s.mu.Unlock()
	if failed {
		return
	}
	operation := ""
	if c.Op != nil {
		operation = c.Op.ID
	}
	call := rule.NewCall(c.Exchange, operation, c.Vars, func(f rule.Finding) {
		f.Message, f.Source = cmp.Or(f.Message, r.Title), cmp.Or(f.Source, r.Source, "policy")
		c.Report(r, f)
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			end := recover()
			switch {
			case end != nil:
				s.fail(r, fmt.Sprintf("panicked at %s (%T)", place(), end))
			case !returned:
				s.fail(r, "ended its goroutine at "+place()+", as a failed assertion of a test does,")
			}
		}()
		r.Check(call)
		returned = true
	}()
	<-done
}

func (s *Selection) fail(r *rule.Rule, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed[r] = "the rule " + what + " and was left out from there on"
}

// place is the line that has panicked or ended its goroutine, called by a deferred
// function. What it has panicked with may hold data.
func place() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") && !strings.HasPrefix(frame.Function, "testing.") {
			return fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}

// Failures are outcomes of the rules that have panicked.
func (s *Selection) Failures() (all []rule.Outcome) {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.own {
		if why, failed := s.failed[r]; failed {
			all = append(all, rule.Outcome{Case: "rules/" + r.ID, Status: rule.Error, Reason: why})
		}
	}
	return all
}
