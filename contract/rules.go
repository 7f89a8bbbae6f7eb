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

var kinds = []Kind{KindExchange, KindHistory, KindProbe}
