package contract_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

// session is exchanges in the order in which they ended.
type session []*contract.Exchange

// historyRow is a history rule with sessions that break it, and sessions that
// look like it and must not be reported by any rule.
type historyRow struct {
	rule   string
	breaks []session
	with   []string // rules that rightly come along with each break
	holds  []session
}

func historyRows() []historyRow {
	return slices.Concat(writeHistoryRows(), readHistoryRows(), lifeHistoryRows(), pageHistoryRows(), tokenHistoryRows())
}

func TestEveryHistoryRuleReportsWhatBreaksItAndNothingElse(t *testing.T) {
	for _, row := range historyRows() {
		t.Run(row.rule, func(t *testing.T) {
			want := append([]string{row.rule}, row.with...)
			slices.Sort(want)
			for i, s := range row.breaks {
				require.Equal(t, want, rulesOf(tell(t, contract.WholeHistory, s)), "breaks %d", i)
			}
			for i, s := range row.holds {
				require.Empty(t, tell(t, contract.WholeHistory, s), "holds %d", i)
				require.Empty(t, tell(t, contract.NewHistory, s), "holds %d, in a record that may have gaps", i)
			}
		})
	}
}

// A recording without times says less, and nothing wrong.
func TestARecordingWithoutTimesGivesNoFalseAlarm(t *testing.T) {
	for _, row := range historyRows() {
		for i, s := range row.holds {
			if overlap(s) {
				continue // without times, what comes later was later
			}
			for _, x := range s {
				x.Started, x.Duration = time.Time{}, 0
			}
			require.Empty(t, tell(t, contract.WholeHistory, s), "%s: holds %d", row.rule, i)
		}
	}
}

func TestEveryHistoryRuleHasARow(t *testing.T) {
	var rows []string
	for _, row := range historyRows() {
		rows = append(rows, row.rule)
		require.NotEmpty(t, row.breaks, row.rule)
		require.NotEmpty(t, row.holds, row.rule)
	}
	slices.Sort(rows)
	require.Equal(t, kindRules(contract.KindHistory), rows)
}

// overlap tells whether an exchange of a session began before one ahead of it
// had ended.
func overlap(s session) bool {
	var end time.Time
	for _, x := range s {
		if x.Started.Before(end) {
			return true
		}
		end = x.Started.Add(x.Duration)
	}
	return false
}

// tell feeds a history and returns everything that it says.
func tell(t *testing.T, begin func(*contract.Spec) *contract.History, s session) []contract.Finding {
	t.Helper()
	history := begin(loadSpec(t))
	var all []contract.Finding
	for _, x := range s {
		all = append(all, history.Add(x)...)
	}
	return all
}

// at lets exchanges follow one another, a minute apart.
func at(exchanges ...*contract.Exchange) session {
	for i, x := range exchanges {
		x.Started = x.Started.Add(time.Duration(i) * time.Minute)
	}
	return exchanges
}

// soon is a session with a second between the exchanges.
func soon(exchanges ...*contract.Exchange) session {
	for i, x := range exchanges {
		x.Started = x.Started.Add(time.Duration(i) * time.Second)
	}
	return exchanges
}

// after is a timestamp some seconds after the usual one.
func after(seconds int) string {
	return noon.Add(-time.Hour).Add(time.Duration(seconds) * time.Second).Format(time.RFC3339Nano)
}

// gone is the answer to a GET of a user that is not there.
func gone() *contract.Exchange { return getUser(refusal, status(404)) }

// by sends an exchange with another token.
func by(token string, x *contract.Exchange, changes ...change) *contract.Exchange {
	authorization("Bearer " + token)(x)
	for _, change := range changes {
		change(x)
	}
	return x
}

// ahead has the Date of a server whose clock is ahead of the recorder's, by what
// the client sees when it begins to ask.
func ahead(by time.Duration, x *contract.Exchange) *contract.Exchange {
	header("Date", x.Started.Add(by).UTC().Format(http.TimeFormat))(x)
	return x
}

// starts moves the start of an exchange and sets how long it took.
func starts(from, lasted time.Duration, x *contract.Exchange) *contract.Exchange {
	x.Started, x.Duration = noon.Add(from), lasted
	return x
}
