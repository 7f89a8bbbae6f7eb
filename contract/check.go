package contract

import (
	"slices"
	"strings"
)

// exchangeCheck is a rule that looks at one exchange.
type exchangeCheck struct {
	Rule
	run func(c *call, r *Rule)
}

// exchangeChecks are all of them, in the order in which a reader asks: did an
// answer come, is it HTTP, is it JSON, is it what the spec says, is it OAuth.
var exchangeChecks = slices.Concat(
	wireChecks,
	statusChecks,
	headerChecks,
	jsonChecks,
	schemaChecks,
	tokenChecks,
	clientChecks,
	bearerChecks,
	userChecks,
	listChecks,
	leakChecks,
)

// Check looks at one exchange and returns what is wrong with it. It is safe
// for concurrent use. An exchange that matches no operation is looked at as
// HTTP only.
func (s *Spec) Check(x *Exchange) []Finding {
	c := s.open(x, "")
	defer c.close()
	return s.checkCall(c)
}

func (s *Spec) checkCall(c *call) []Finding {
	for i := range exchangeChecks {
		exchangeChecks[i].run(c, &exchangeChecks[i].Rule)
	}
	return c.findings
}

// Matches tells whether an exchange is of this API: its path and method are in
// the spec.
func (s *Spec) Matches(x *Exchange) bool {
	a, _ := readAddress(x.Request.URL)
	op, _ := s.match(x.Request.Method, a.within(s.base))
	return op != nil
}

// Rules returns all rules, sorted by kind and id.
func Rules() []Rule {
	var rules []Rule
	for i := range exchangeChecks {
		rules = append(rules, exchangeChecks[i].Rule)
	}
	rules = append(rules, historyRules...)
	for _, r := range probeRules {
		rules = append(rules, *r)
	}
	slices.SortStableFunc(rules, func(a, b Rule) int {
		if a.Kind != b.Kind {
			return slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return rules
}

var kinds = []Kind{KindExchange, KindHistory, KindProbe}

// exchangeRule is the row of an exchange rule.
func exchangeRule(id string, level Level, source, title, breaks, holds string, run func(*call, *Rule)) exchangeCheck {
	return exchangeCheck{Rule{ID: id, Kind: KindExchange, Level: level, Source: source, Title: title, Breaks: breaks, Holds: holds}, run}
}
