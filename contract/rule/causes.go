package rule

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/ruleid"
)

// Cause is what one thing that is wrong has led to: findings of one rule, over
// operations, statuses and cases.
type Cause struct {
	ID       string     // "F1" for violations, "A1" for assumptions, "D1" for drift, "W1" for what is waived
	Findings []*Finding // the first stands for all
	// Follows are causes that need no mending of their own: once this one is
	// mended, they are expected to be gone. They are not counted.
	Follows []*Cause
}

// Head is the finding that stands for the cause.
func (c *Cause) Head() *Finding { return c.Findings[0] }

// Count is how often it was seen.
func (c *Cause) Count() int {
	n := 0
	for _, f := range c.Findings {
		n += max(f.Count, 1)
	}
	return n
}

// Script is a shell script that shows the cause again: that of its first finding
// that has one, "" if none has.
func (c *Cause) Script() string {
	for _, f := range c.Findings {
		if f.Curl != "" {
			return f.Curl
		}
	}
	return ""
}

// Operations are those in which it was seen, each once.
func (c *Cause) Operations() []string {
	var all []string
	for _, f := range c.Findings {
		if f.Operation != "" && !slices.Contains(all, f.Operation) {
			all = append(all, f.Operation)
		}
	}
	return all
}

// Causes groups the findings of a report, the worst first and then in the order
// in which they were seen.
//
// Findings of a rule are one cause, whatever the operation; of a rule about
// values, those at one property. What is sure in one operation and assumed in
// another is two causes, unless it is at the same place: then it is one, and as
// sure as the surest. A cause follows from another one if its rule
// is a consequence of the other's, or if it compares a value that the other has
// said cannot be right. It never follows from one of a lower level: what fails
// a run is not hidden behind what does not.
func (r *Report) Causes() []*Cause {
	at := map[string]*Cause{}
	var all []*Cause
	surest := map[[3]string]Level{}
	for i := range r.Findings {
		f := &r.Findings[i]
		f.Follows = "" // of causes before something was waived, or merged
		where := place(f)
		if had, ok := surest[where]; !ok || f.Level.Rank() < had.Rank() {
			surest[where] = f.Level
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		key := causeKey(f, surest[place(f)])
		c := at[key]
		if c == nil {
			c = &Cause{}
			at[key] = c
			all = append(all, c)
		}
		c.Findings = append(c.Findings, f)
	}
	for _, c := range all {
		// The surest finding with most evidence stands for the cause.
		slices.SortStableFunc(c.Findings, func(a, b *Finding) int {
			return cmp.Or(a.Level.Rank()-b.Level.Rank(), cmp.Compare(len(b.Steps), len(a.Steps)))
		})
	}
	slices.SortStableFunc(all, func(a, b *Cause) int { return causeRank(a.Head()) - causeRank(b.Head()) })
	all = nested(all)
	numbers := map[string]int{}
	for _, c := range all {
		letter := causeLetter(c.Head())
		numbers[letter]++
		c.ID = letter + strconv.Itoa(numbers[letter])
	}
	return all
}

// place is what findings of one thing have in common, however sure they are.
// Those of the answer as a whole have nothing but their level.
func place(f *Finding) [3]string {
	if f.Pointer == "" {
		return [3]string{f.Rule, "\x00" + string(f.Level), f.Waived}
	}
	return [3]string{f.Rule, f.Pointer, f.Waived}
}

func causeKey(f *Finding, level Level) string {
	property := ""
	switch {
	case f.Rule == ruleid.SchemaNull && level == Assumption: // a habit: null for what is absent
	case aboutValues(f.Rule):
		property = f.Pointer[strings.LastIndexByte(f.Pointer, '/')+1:]
	}
	return strings.Join([]string{f.Rule, string(level), property, f.Waived}, "\x00")
}

// aboutValues reports whether a rule is about single values: each property can
// be wrong by itself.
func aboutValues(rule string) bool { return strings.HasPrefix(rule, "schema/") }

func causeRank(f *Finding) int {
	if f.Waived != "" {
		return 3
	}
	return f.Level.Rank()
}

func causeLetter(f *Finding) string {
	switch {
	case f.Waived != "":
		return "W"
	case f.Level == Violation:
		return "F"
	case f.Level == Assumption:
		return "A"
	}
	return "D"
}

// nested puts the causes that follow from others under them.
func nested(all []*Cause) []*Cause {
	var leading []*Cause
	for _, c := range all {
		if rule := c.Head().Rule; consequences[ofUsers(rule)] != nil || aboutValues(rule) {
			leading = append(leading, c)
		}
	}
	var heads []*Cause
	for _, c := range all {
		under := -1
		if compared := comparesValues(c.Head().Rule); compared || consequence[ofUsers(c.Head().Rule)] {
			under = slices.IndexFunc(leading, func(head *Cause) bool {
				return head != c && causeRank(head.Head()) <= causeRank(c.Head()) && c.follows(head)
			})
		}
		if under < 0 {
			heads = append(heads, c)
			continue
		}
		for _, f := range c.Findings {
			f.Follows = leading[under].Head().Print()
		}
		leading[under].Follows = append(leading[under].Follows, c)
	}
	return heads
}

// consequences are rules that a server breaks because it breaks another one:
// one that takes any token takes changed ones too.
var consequences = map[string][]string{
	ruleid.AuthCredentialsNeeded: {ruleid.TokenGarbage, ruleid.TokenTampered, ruleid.TokenKind, ruleid.TokenExpired, ruleid.TokenAPIKey, ruleid.AuthPathNormalization, ruleid.ScopeEnforced},
	ruleid.TokenGarbage:          {ruleid.TokenTampered, ruleid.TokenKind, ruleid.TokenExpired},
	ruleid.UsersNotFound:         {ruleid.UsersUniqueID, ruleid.UsersCreatedReadable, ruleid.UsersDeletedGone},
	ruleid.JSONSyntax:            {ruleid.UsersCreatedReadable, ruleid.IsolationWrite, ruleid.OperationWorks},
}

// consequence has the rules that can follow from another one.
var consequence = func() map[string]bool {
	all := map[string]bool{}
	for _, rules := range consequences {
		for _, rule := range rules {
			all[rule] = true
		}
	}
	return all
}()

// follows reports whether a cause is a consequence of another one.
func (c *Cause) follows(head *Cause) bool {
	h, f := head.Head(), c.Head()
	if slices.Contains(consequences[ofUsers(h.Rule)], ofUsers(f.Rule)) && (sameFamily(h.Rule, f.Rule) || !aboutResource(h.Rule) || !aboutResource(f.Rule)) {
		return sharesOperation(head, c)
	}
	if !strings.HasPrefix(h.Rule, "schema/") || !comparesValues(f.Rule) {
		return false
	}
	// All its places are ones whose value the other one says is wrong.
	for _, f := range c.Findings {
		in := func(pointer string) string { return propertyOf(pointer, family(f.Rule)) }
		if !slices.ContainsFunc(head.Findings, func(h *Finding) bool { return h.Pointer != "" && in(h.Pointer) == in(f.Pointer) }) {
			return false
		}
	}
	return true
}

// comparing are the rules that hold the values of several exchanges against each
// other.
var comparing = []string{
	ruleid.UsersReadBack, ruleid.UsersWriteAnswer, ruleid.UsersStaleAnswer, ruleid.UsersPatchKeeps, ruleid.UsersPatchClears,
	ruleid.UsersPutReplaces, ruleid.UsersListAgrees, ruleid.InputInvalid,
}

func comparesValues(rule string) bool { return slices.Contains(comparing, ofUsers(rule)) }

// ofUsers is a rule of any resource as that of users: what follows from what is the
// same for all of them.
func ofUsers(rule string) string {
	_, name, _ := strings.Cut(rule, "/")
	if users := "users/" + name; slices.Contains(comparing, users) || consequences[users] != nil || consequence[users] {
		return users
	}
	return rule
}

func aboutResource(rule string) bool { return strings.HasPrefix(ofUsers(rule), "users/") }

func sameFamily(a, b string) bool { return family(a) == family(b) }

func family(rule string) string {
	name, _, _ := strings.Cut(rule, "/")
	return name
}

func sharesOperation(a, b *Cause) bool {
	for _, operation := range b.Operations() {
		if !slices.Contains(a.Operations(), operation) && ofUsers(a.Head().Rule) != ruleid.UsersNotFound && a.Head().Rule != ruleid.JSONSyntax {
			return false
		}
	}
	return true
}

// propertyOf is the part of a user, or of one of another resource, that a pointer
// is in: lists have it two levels further down.
func propertyOf(pointer, resource string) string {
	for _, list := range []string{"/users/*", "/" + resource + "/*"} {
		pointer = strings.TrimPrefix(pointer, list)
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return name
}

// Tally counts the findings of a report into its Summary: each cause once, and
// none that follows from another one or is waived.
func (r *Report) Tally() {
	s := &r.Summary
	s.Violations, s.Assumptions, s.Drift, s.Causes, s.Waived = 0, 0, 0, 0, 0
	for _, c := range r.Causes() {
		if c.Head().Waived != "" {
			s.Waived++
			continue
		}
		s.Causes++
		switch c.Head().Level {
		case Violation:
			s.Violations++
		case Assumption:
			s.Assumptions++
		case Drift:
			s.Drift++
		}
	}
}

// Fails reports whether a finding fails the run.
func (r *Report) Fails(f *Finding) bool {
	if f.Waived != "" || r.NewOnly && !f.New {
		return false
	}
	return r.Strict || f.Level == Violation || slices.Contains(r.FailOn, f.Level)
}
