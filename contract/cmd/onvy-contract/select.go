package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract"
)

// ruleFlags choose by id which rules speak.
func ruleFlags(set *pflag.FlagSet, only, skip *[]string) {
	set.StringSliceVar(only, "rules", nil, "let only these rules speak: `IDS` such as page/limit, page/* or page; \"onvy-contract rules\" lists them")
	set.StringSliceVar(skip, "skip-rules", nil, "let these rules be silent: `IDS` as with --rules")
}

// rulesExist refuses a pattern that no rule matches: it is misspelled.
func rulesExist(patterns []string) error {
	for _, pattern := range patterns {
		known := slices.ContainsFunc(contract.Rules(), func(r contract.Rule) bool {
			family, _, _ := strings.Cut(r.ID, "/")
			ok, _ := path.Match(pattern, r.ID)
			return ok || pattern == family
		})
		if _, ok := contract.RuleByID(pattern); !known && !ok {
			var ids []string
			for _, r := range contract.Rules() {
				ids = append(ids, r.ID)
			}
			return fmt.Errorf("no rule matches %q%s; onvy-contract rules lists them", pattern, didYouMean(pattern, ids))
		}
	}
	return nil
}
