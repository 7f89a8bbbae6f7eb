package waivers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/waivers"
)

const file = `# known
- rule: users/read-back
  operation: updateUserPatch
  pointer: /language
  why: stored by a nightly job
  ticket: API-123
  until: 2027-01-31
`

func read(t *testing.T, text string) []waivers.Waiver {
	t.Helper()
	all, err := waivers.Read(strings.NewReader(text))
	require.NoError(t, err)
	return all
}

func at(day string) time.Time {
	t, err := time.Parse(time.RFC3339, day)
	if err != nil {
		panic(err)
	}
	return t
}

var language = contract.Finding{Rule: "users/read-back", Level: contract.Violation, Operation: "updateUserPatch", Status: 200, Pointer: "/language", Count: 1, Exchange: "users/patch"}

func report(findings ...contract.Finding) *contract.Report {
	r := &contract.Report{Findings: findings, Summary: contract.Summary{Failed: 1}}
	r.Outcomes = []contract.Outcome{{Case: "users/patch", Status: contract.Fail, Findings: append([]contract.Finding(nil), findings...)}}
	return r
}

func TestAWaivedCauseDoesNotFailTheRunAndStaysVisible(t *testing.T) {
	r := report(language)
	require.Equal(t, 1, r.ExitStatus())
	waivers.Apply(r, read(t, file), at("2027-01-31T23:59:59Z"))
	r.Settle()
	require.Equal(t, 0, r.ExitStatus())
	require.Equal(t, contract.Pass, r.Outcomes[0].Status)
	require.Equal(t, contract.Summary{Waived: 1, Passed: 1}, r.Summary)
	require.Equal(t, "W1", r.Causes()[0].ID)
	require.Equal(t, "stored by a nightly job (until 2027-01-31, API-123)", r.Findings[0].Waived)
}

func TestAnExpiredWaiverFailsAndAcceptsNothing(t *testing.T) {
	r := report(language)
	waivers.Apply(r, read(t, file), at("2027-02-01T00:00:00Z"))
	r.Settle()
	require.Equal(t, 1, r.ExitStatus())
	require.Empty(t, r.Findings[0].Waived)
	require.Equal(t, []string{"the waiver for users/read-back updateUserPatch /language (line 2) expired on 2027-01-31"}, r.Stale)

	clean := report()
	waivers.Apply(clean, read(t, file), at("2027-02-01T00:00:00Z"))
	require.Equal(t, 1, clean.ExitStatus(), "what it was for is gone, and it has expired")
}

func TestAWaiverThatMatchesNothingFailsWhereAllRan(t *testing.T) {
	for name, change := range map[string]func(*contract.Finding){
		"rule":      func(f *contract.Finding) { f.Rule = "users/patch-keeps" },
		"operation": func(f *contract.Finding) { f.Operation = "updateUserPut" },
		"pointer":   func(f *contract.Finding) { f.Pointer = "/firstname" },
	} {
		other := language
		change(&other)
		r := report(other)
		waivers.Apply(r, read(t, file), at("2027-01-01T00:00:00Z"))
		require.Len(t, r.Stale, 1, name)
		require.Contains(t, r.Stale[0], "matches nothing")
		require.Empty(t, r.Findings[0].Waived, name)
		r.Part = []string{"--shard 1/2"}
		waivers.Apply(r, read(t, file), at("2027-01-01T00:00:00Z"))
		require.Empty(t, r.Stale, "a part of the suite does not say that nothing matches")
		r.Part = nil
		r.Summary.NotRun = 1
		waivers.Apply(r, read(t, file), at("2027-01-01T00:00:00Z"))
		require.Empty(t, r.Stale, "nor does a run that was interrupted")
	}
}

func TestAWaiverIsOnlyStaleWhereItsRuleWasLookedFor(t *testing.T) {
	entry := func(rule string) string { return "- {rule: " + rule + ", why: known, until: 2027-01-31}\n" }
	for name, c := range map[string]struct {
		rule   string
		change func(*contract.Report)
		stale  int
	}{
		"probe, live":                {"users/not-found", func(r *contract.Report) { r.Kind = contract.Server }, 1},
		"probe, recorded":            {"users/not-found", func(r *contract.Report) { r.Kind = contract.Recordings }, 0},
		"probe of meals, recorded":   {"meals/not-found", func(r *contract.Report) { r.Kind = contract.Recordings }, 0},
		"exchange, recorded":         {"schema/type", func(r *contract.Report) { r.Kind = contract.Recordings }, 1},
		"of meals, recorded":         {"meals/read-back", func(r *contract.Report) { r.Kind = contract.Recordings }, 1},
		"chosen":                     {"schema/type", func(r *contract.Report) { r.OnlyRules = []string{"schema"} }, 1},
		"not chosen":                 {"schema/type", func(r *contract.Report) { r.OnlyRules = []string{"page/*"} }, 0},
		"left out":                   {"schema/type", func(r *contract.Report) { r.SkipRules = []string{"schema/type"} }, 0},
		"another left out":           {"schema/type", func(r *contract.Report) { r.SkipRules = []string{"page"} }, 1},
		"of one's own, which ran or": {"team/no-date", func(*contract.Report) {}, 0},
	} {
		r := report()
		c.change(r)
		waivers.Apply(r, read(t, entry(c.rule)), at("2027-01-01T00:00:00Z"))
		require.Len(t, r.Stale, c.stale, name)
		waivers.Apply(r, read(t, entry(c.rule)), at("2027-02-01T00:00:00Z"))
		require.Len(t, r.Stale, 1, "%s: an entry that has expired is stale wherever", name)
	}
}

func TestWithoutOperationAndPointerAllPlacesAreWaived(t *testing.T) {
	other := language
	other.Operation, other.Pointer = "updateUserPut", ""
	r := report(language, other)
	waivers.Apply(r, read(t, "- {rule: users/read-back, why: known, until: 2027-01-31}\n"), at("2027-01-01T00:00:00Z"))
	r.Settle()
	require.Equal(t, 0, r.ExitStatus())
}

func TestAFileThatSaysNothingClearIsRefusedWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"- {why: known, until: 2027-01-31}":                                           "line 1: a waiver names no rule",
		"- {rule: users/nope, why: known, until: 2027-01-31}":                         `line 1: there is no rule "users/nope"`,
		"# a\n- {rule: users/read-back, until: 2027-01-31}":                           "line 2: a waiver has no why",
		"- {rule: schema/tipe, why: known, until: 2027-01-31}":                        `line 1: there is no rule "schema/tipe" (did you mean "schema/type"?)`,
		"- {rule: team, why: known, until: 2027-01-31}":                               `line 1: there is no rule "team"`,
		"- {rule: users/read-back, why: known}":                                       "line 1: a waiver has no until",
		"- {rule: users/read-back, why: known, until: soon}":                          "line 1: write the date like 2027-01-31",
		"- {rule: users/read-back, why: known, until: 2027-01-31, opration: getUser}": `line 1: there is no key "opration"`,
		"rule: users/read-back":                                                       "the file is not a list of waivers",
		"- users/read-back":                                                           "line 1: an entry is not a mapping",
		"- {rule: [a], why: known, until: 2027-01-31}":                                "line 1: ",
		"\x00":                     "the file is not a list of waivers",
		strings.Repeat("a", 5<<20): "more than 4 MiB",
	} {
		_, err := waivers.Read(strings.NewReader(text))
		require.ErrorContains(t, err, want, "%.60q", text)
		require.NotContains(t, err.Error(), "\n")
	}
	require.Empty(t, read(t, ""))
}

func TestForACauseThereIsAnEntryForEachPlaceAndForWhatFollows(t *testing.T) {
	day, err := waivers.ParseDay("2027-01-31")
	require.NoError(t, err)
	language2 := language
	language2.Status = 201 // the same place
	unit := contract.Finding{Rule: "schema/type", Level: contract.Violation, Operation: "getUser", Pointer: "/measurement_unit"}
	compared := contract.Finding{Rule: "users/write-answer", Level: contract.Violation, Operation: "createUser", Pointer: "/measurement_unit"}
	r := report(language, language2, unit, compared)
	causes := r.Causes()
	require.Len(t, causes, 2)
	all := waivers.For(causes[1], "why: \"a\" #b", "", day)
	require.Len(t, all, 2, "the cause and what follows from it")
	all = append(all, waivers.For(causes[0], "known", "API-1", day)...)
	require.Len(t, all, 3)

	text, err := waivers.Append([]byte("# mine\n- {rule: users/put-replaces, why: old, until: 2027-01-01}"), all)
	require.NoError(t, err)
	require.Contains(t, string(text), "# mine\n- {rule: users/put-replaces")
	require.Contains(t, string(text), "until: 2027-01-31\n")
	again := read(t, string(text))
	require.Len(t, again, 4)
	waivers.Apply(r, again[1:], at("2027-01-01T00:00:00Z"))
	r.Settle()
	require.Equal(t, 0, r.ExitStatus())
	require.Empty(t, waivers.For(r.Causes()[0], "known", "", day), "what is waived needs no entry")

	_, err = waivers.Append([]byte("rules: []\n"), all)
	require.ErrorContains(t, err, "entries cannot be added to this file")

	var many []contract.Finding
	for i := range 48 {
		f := language
		f.Pointer = "/p" + strings.Repeat("x", i)
		many = append(many, f)
	}
	require.Len(t, waivers.For(report(many...).Causes()[0], "known", "", day), 1, "a cause of very many places is waived for the operation")
}
