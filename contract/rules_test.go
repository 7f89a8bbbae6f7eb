package contract_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

// exchangeRow is an exchange rule with exchanges that break it, and exchanges
// that look like it and must not be reported by any rule.
type exchangeRow struct {
	rule   string
	breaks []*contract.Exchange
	with   []string // rules that rightly come along with each break
	holds  []*contract.Exchange
	but    []string // rules that rightly report what holds
}

// exchangeRows are all rows, in the order of the rule families.
func exchangeRows() []exchangeRow {
	return slices.Concat(wireRows(), statusRows(), headerRows(), jsonRows(), schemaRows(), tokenRows(), clientRows(), bearerRows(), userRows(), listRows(), leakRows())
}

func TestEveryExchangeRuleReportsWhatBreaksItAndNothingElse(t *testing.T) {
	spec := loadSpec(t)
	for _, row := range exchangeRows() {
		t.Run(row.rule, func(t *testing.T) {
			want := append([]string{row.rule}, row.with...)
			slices.Sort(want)
			for i, x := range row.breaks {
				require.Equal(t, want, rulesOf(spec.Check(x)), "breaks %d", i)
			}
			for i, x := range row.holds {
				findings := spec.Check(x)
				findings = slices.DeleteFunc(findings, func(f contract.Finding) bool { return slices.Contains(row.but, f.Rule) })
				require.Empty(t, findings, "holds %d", i)
			}
		})
	}
}

func TestEveryExchangeRuleHasARow(t *testing.T) {
	var rows []string
	for _, row := range exchangeRows() {
		rows = append(rows, row.rule)
		require.NotEmpty(t, row.breaks, row.rule)
		require.NotEmpty(t, row.holds, row.rule)
		require.NotContains(t, row.but, row.rule)
	}
	rows = append(rows, "schema/other") // see rules_schema_test.go
	slices.Sort(rows)
	require.Equal(t, kindRules(contract.KindExchange), rows)
}

// A finding says where, by what and how to see it again.
func TestEveryFindingIsComplete(t *testing.T) {
	spec := loadSpec(t)
	place := regexp.MustCompile(`^openapi\.yaml:\d+:\d+$`)
	levels := make(map[string]contract.Level)
	for _, r := range contract.Rules() {
		levels[r.ID] = r.Level
	}
	rank := map[contract.Level]int{contract.Drift: 1, contract.Assumption: 2, contract.Violation: 3}
	for _, row := range exchangeRows() {
		for _, x := range row.breaks {
			for _, f := range spec.Check(x) {
				require.NotEmpty(t, f.Message, f.Rule)
				require.NotEmpty(t, f.Source, f.Rule)
				require.Equal(t, 1, f.Count, f.Rule)
				require.Equal(t, "test", f.Exchange, f.Rule)
				require.LessOrEqual(t, rank[f.Level], rank[levels[f.Rule]], "%s: its level in the table is the highest that it can have", f.Rule)
				if f.Operation != "" {
					require.Regexp(t, place, f.Spec, f.Rule)
				}
			}
		}
	}
}
