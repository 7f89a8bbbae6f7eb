package contract

import (
	"slices"
	"strings"
	"sync"

	"github.com/onvy-health/onvy-go/contract/internal/live/cases"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
)

// Rules returns all rules, sorted by kind and id.
func Rules() []Rule { return slices.Clone(allRules()) }

// allRules are not to be changed.
var allRules = sync.OnceValue(func() []Rule {
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
})

// RulesFor returns the rules that a check against a spec has: those of [Rules],
// and those of users for each other resource of the spec, as "meals/read-back".
func RulesFor(s *Spec) []Rule {
	all := Rules()
	return append(all, pass.OfResources(s.spec.API, all)...)
}

// RuleByID returns the rule with an id. The rules of users hold for every resource
// of a spec, so that "meals/read-back" is users/read-back with that id.
func RuleByID(id string) (Rule, bool) {
	family, name, _ := strings.Cut(id, "/")
	var users Rule
	own := false // its family has rules of its own
	for _, r := range allRules() {
		switch {
		case r.ID == id:
			return r, true
		case strings.HasPrefix(r.ID, family+"/"):
			own = true
		case r.ID == "users/"+name:
			users = r
		}
	}
	if own || family == "" || users.ID == "" {
		return Rule{}, false
	}
	users.ID = id
	return users, true
}

var kinds = []Kind{KindExchange, KindHistory, KindProbe}
