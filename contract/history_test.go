package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

// session is exchanges in the order in which they ended.
type session []*contract.Exchange

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

// after is a timestamp some seconds after the usual one.
func after(seconds int) string {
	return noon.Add(-time.Hour).Add(time.Duration(seconds) * time.Second).Format(time.RFC3339Nano)
}

// create makes user_123 with the fields, and answers as it should.
func create(pairs ...any) *contract.Exchange {
	return createUser(fields(append([]any{"id", "user_123"}, pairs...)...), user(pairs...))
}

// starts moves the start of an exchange and sets how long it took.
func starts(from, lasted time.Duration, x *contract.Exchange) *contract.Exchange {
	x.Started, x.Duration = noon.Add(from), lasted
	return x
}

// A part that a PATCH of another one changes was there before and is there after,
// and is one finding.
func TestAPartThatAPatchChangesIsReportedOnce(t *testing.T) {
	before := map[string]any{"lat": 1, "lon": 3}
	found := tell(t, contract.WholeHistory, at(
		create("location", before), getUser(user("location", before)),
		patchUser(`{"location":{"lat":2}}`, user("location", map[string]any{"lat": 2, "lon": 9}, "updated_at", after(90))),
	))
	require.Equal(t, []string{"users/patch-merges"}, rulesOf(found))
}

// A server may take anything for what is not UTF-8; in an answer another rule
// reports it.
func TestWhatIsNotUTF8IsNotSoughtInAnswers(t *testing.T) {
	sent := func(name string) string { return `{"id":"user_123","firstname":"` + name + `"}` }
	shown := func(name string) string {
		return `{"id":"user_123","created_at":"` + stamp + `","updated_at":"` + stamp + `","firstname":"` + name + `"}`
	}
	for name, c := range map[string]struct{ sent, shown string }{
		"replaced":           {"Zo\xeb", "Zo\ufffd"},
		"replaced, escaped":  {"Zo\xeb", `Zo\ufffd`},
		"left out":           {"Zo\xeb", "Zo"},
		"in another writing": {"Zo\xeb/", "Zo\xeb\\/"},
		"of the answer":      {"Zoë", "Zo\xeb"},
	} {
		found := tell(t, contract.WholeHistory, at(createUser(sent(c.sent), shown(c.shown)), getUser(shown(c.shown))))
		require.Empty(t, rulesOf(found), name)
	}
	found := tell(t, contract.WholeHistory, at(createUser(sent("Zoë"), shown("Zo\ufffd")), getUser(shown("Zo\ufffd"))))
	require.Contains(t, rulesOf(found), "users/read-back", "a server that spoils its own characters")
}

// A page with a value that is wrong says nothing of that field of whoever is on it.
// A later page does, also in the same bytes; and what has the same bytes as before
// was not changed, wrong or not.
func TestWhatIsWrongIsNotComparedAndHidesNothing(t *testing.T) {
	const metric, imperial, cubits = "metric", "imperial", "cubits"
	page := func(units ...string) *contract.Exchange {
		var users string
		for i, unit := range units {
			users += "," + user("measurement_unit", unit, "id", []string{"user_123", "user_2"}[i])
		}
		return exchange("GET", "/users", 200, `{"users":[`+users[1:]+`],"pagination":{"total":2,"limit":100}}`)
	}
	read := func(pairs ...any) *contract.Exchange { return getUser(user(pairs...)) }
	for name, row := range map[string]struct {
		then []*contract.Exchange
		laws []string
	}{
		"a page with a wrong value": {[]*contract.Exchange{page(imperial, cubits)}, nil},
		"and a page without":        {[]*contract.Exchange{page(imperial, cubits), page(imperial, metric)}, []string{"users/list-agrees"}},
		"a wrong value twice":       {[]*contract.Exchange{read("measurement_unit", cubits), read("measurement_unit", cubits)}, nil},
		"and what is beside it":     {[]*contract.Exchange{read("measurement_unit", cubits, "lastname", "Jones")}, []string{"users/answers-agree"}},
		"a time that is wrong":      {[]*contract.Exchange{read("measurement_unit", metric, "created_at", "yesterday")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			log := at(append([]*contract.Exchange{create("measurement_unit", metric), read("measurement_unit", metric)}, row.then...)...)
			var laws []string
			for _, f := range loadSpec(t).Replay(t.Context(), "log", entries(log...), contract.ReplayOptions{Complete: true}).Findings {
				if rule, _ := contract.RuleByID(f.Rule); rule.Kind == contract.KindHistory {
					laws = append(laws, f.Rule)
				}
			}
			require.Equal(t, row.laws, laws)
		})
	}
}
