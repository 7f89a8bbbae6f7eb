package console

import (
	"github.com/spf13/pflag"
)

// RuleFlags choose by id which rules speak.
func RuleFlags(set *pflag.FlagSet, only, skip *[]string) {
	set.StringSliceVar(only, "rules", nil, "report only these rules: `IDS` such as page/limit, page/* or page; \"onvy-contract rules\" lists them")
	set.StringSliceVar(skip, "skip-rules", nil, "do not report these rules: `IDS` as with --rules")
}
