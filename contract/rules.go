package contract

import (
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/live/cases"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
)

// Rules returns all rules, sorted by kind and id.
func Rules() []Rule {
	all := slices.Concat(rules.Exchange(), past.Rules)
	for _, r := range cases.Rules {
		all = append(all, *r)
	}
	slices.SortStableFunc(all, func(a, b Rule) int {
		if a.Kind != b.Kind {
			return slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return all
}

// RuleByID returns the rule with an id. The laws of users hold for every resource
// of a spec, so that "meals/read-back" is users/read-back with that id.
func RuleByID(id string) (Rule, bool) {
	all := Rules()
	if i := slices.IndexFunc(all, func(r Rule) bool { return r.ID == id }); i >= 0 {
		return all[i], true
	}
	family, _, _ := strings.Cut(id, "/")
	if slices.ContainsFunc(all, func(r Rule) bool { return strings.HasPrefix(r.ID, family+"/") }) {
		return Rule{}, false // a family of its own
	}
	return past.RuleByID(id)
}

var kinds = []Kind{KindExchange, KindHistory, KindProbe}
