package console

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/near"
)

// RuleFlags choose by id which rules speak.
func RuleFlags(set *pflag.FlagSet, only, skip *[]string) {
	set.StringSliceVar(only, "rules", nil, "report only these rules: `IDS` such as page/limit, page/* or page; \"onvy-contract rules\" lists them")
	set.StringSliceVar(skip, "skip-rules", nil, "do not report these rules: `IDS` as with --rules")
}

// SpecFor reads the spec. It refuses a pattern that no rule of a check against it
// matches: it is misspelled.
func (a *App) SpecFor(only, skip []string) (*contract.Spec, error) {
	spec, err := a.Spec()
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range contract.RulesFor(spec) {
		ids = append(ids, r.ID)
	}
	for _, pattern := range slices.Concat(only, skip) {
		known := slices.ContainsFunc(ids, func(id string) bool {
			family, _, _ := strings.Cut(id, "/")
			ok, _ := path.Match(pattern, id)
			return ok || pattern == family
		})
		if !known {
			return nil, fmt.Errorf("no rule matches %q%s; onvy-contract rules lists them", pattern, near.DidYouMean(pattern, ids))
		}
	}
	return spec, nil
}
