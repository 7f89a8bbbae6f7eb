package contract_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/example"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
)

// badExamples are sessions that break the rules of a kind, in the order of their ids:
// their bad examples, which are of the shipped spec.
func badExamples(t *testing.T, kind contract.Kind) (all []session) {
	t.Helper()
	of := rules.Examples
	if kind == contract.KindHistory {
		of = history.Examples
	}
	files, err := example.ReadAll(of, kindRules(kind))
	require.NoError(t, err)
	for _, f := range files {
		for _, e := range f.Bad {
			if f.Spec == nil {
				all = append(all, e.Exchanges)
			}
		}
	}
	return all
}

// It is too long for a file.
func TestALongListingIsNoLoop(t *testing.T) {
	cursor := func(i int) string {
		if i == 0 || i == 300 {
			return ""
		}
		return fmt.Sprint("p", i)
	}
	var s session
	for i := range 300 {
		asked, next := cursor(i), cursor(i+1)
		query, pagination := "?limit=2", fields("limit", 2)
		if asked != "" {
			query += "&page=" + asked
		}
		if next != "" {
			pagination = fields("limit", 2, "next_page", next)
		}
		s = append(s, listUsers(query, pagination, user("id", fmt.Sprint("a", i)), user("id", fmt.Sprint("b", i))))
	}
	require.Empty(t, tell(t, contract.WholeHistory, at(s...)))
	require.Empty(t, tell(t, contract.NewHistory, s))
	for _, x := range s {
		x.Started, x.Duration = time.Time{}, 0
	}
	require.Empty(t, tell(t, contract.WholeHistory, s))
}
