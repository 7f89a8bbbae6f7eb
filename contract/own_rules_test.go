package contract_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// noDate is a rule of a team: no answer has a Date.
func noDate() *contract.Rule {
	return &contract.Rule{
		ID: "team/no-date", Level: contract.Violation, Title: "No answer has a Date.", Breaks: "Date: …", Holds: "no Date",
		Check: func(c *contract.Call) {
			if c.Operation == "getUser" && c.Params["user_id"] != "" && c.Exchange.Response != nil && c.Exchange.Response.Header.Has("Date") {
				c.Report(contract.Finding{Message: "there is a Date"})
			}
		},
	}
}

func TestARuleOfOnesOwnSpeaksInARun(t *testing.T) {
	report := run(t, sandboxTarget(t, sandbox.Start(t)), contract.Options{Rules: []*contract.Rule{noDate()}, Run: "^users/(patch|create)$"})
	require.Equal(t, 1, report.ExitStatus())
	require.Equal(t, []string{"team/no-date"}, rulesOf(report.Findings))
	f := report.Findings[0]
	require.Equal(t, contract.Violation, f.Level)
	require.Equal(t, "there is a Date", f.Message)
	require.Equal(t, "getUser", f.Operation)
	require.Equal(t, "policy", f.Source)
	require.NotEmpty(t, f.Steps, "it has evidence as all others")
	require.Equal(t, len(contract.Rules())+1, report.Summary.Rules)
}

func TestARuleOfOnesOwnIsTriedWithoutAServer(t *testing.T) {
	var got []contract.Finding
	x := getUser(user(), header("Date", "Thu, 05 Mar 2026 12:00:00 GMT"))
	noDate().Check(contract.NewCall(x, "getUser", map[string]string{"user_id": "user_123"}, func(f contract.Finding) { got = append(got, f) }))
	require.Len(t, got, 1)
	noDate().Check(contract.NewCall(getUser(user()), "getUser", nil, func(f contract.Finding) { t.Error(f) }))
}

func TestARuleOfOnesOwnSpeaksInAReplay(t *testing.T) {
	x := getUser(user(), header("Date", noon.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")))
	report := loadSpec(t).Replay(t.Context(), "test.har", entries(x), contract.ReplayOptions{Rules: []*contract.Rule{noDate()}})
	require.Equal(t, []string{"team/no-date"}, rulesOf(report.Findings))
}

func TestRulesAreChosenByID(t *testing.T) {
	// Both are broken, and a rule for reading back would be too if the type were right.
	x := getUser(`{"id":"user_123","id":"user_123","height":"172","created_at":"` + stamp + `","updated_at":"` + stamp + `"}`)
	for _, c := range []struct {
		only, skip []string
		want       []string
	}{
		{nil, nil, []string{"json/duplicate-name", "schema/type"}},
		{[]string{"schema/type"}, nil, []string{"schema/type"}},
		{[]string{"schema/*"}, nil, []string{"schema/type"}},
		{[]string{"json", "schema"}, nil, []string{"json/duplicate-name", "schema/type"}},
		{nil, []string{"json"}, []string{"schema/type"}},
		{[]string{"json", "schema"}, []string{"schema/type"}, []string{"json/duplicate-name"}},
		{nil, []string{"json/*", "schema/*"}, nil},
	} {
		report := loadSpec(t).Replay(t.Context(), "test.har", entries(x), contract.ReplayOptions{OnlyRules: c.only, SkipRules: c.skip})
		require.ElementsMatch(t, c.want, rulesOf(report.Findings), "%v but %v", c.only, c.skip)
		require.Equal(t, len(c.want) > 0, report.ExitStatus() == 1, "%v but %v", c.only, c.skip)
	}
}

func TestACaseThatOnlySilentRulesFailPasses(t *testing.T) {
	s := sandbox.Start(t)
	o := contract.Options{Rules: []*contract.Rule{noDate()}, Run: "^users/patch$", SkipRules: []string{"team/*"}}
	report := run(t, sandboxTarget(t, s), o)
	require.Zero(t, report.ExitStatus(), report.Findings)
	require.Equal(t, len(contract.Rules()), report.Summary.Rules)
}

func TestARuleThatLacksSomethingIsNamed(t *testing.T) {
	with := func(change func(*contract.Rule)) []*contract.Rule {
		r := noDate()
		change(r)
		return []*contract.Rule{r}
	}
	for want, o := range map[string]contract.Options{
		"rule 1 of your own is nil":             {Rules: []*contract.Rule{nil}},
		`the id "" of rule 1 of your own`:       {Rules: with(func(r *contract.Rule) { r.ID = "" })},
		`the id "Team" of rule 1`:               {Rules: with(func(r *contract.Rule) { r.ID = "Team" })},
		"the rule team/no-date has no Check":    {Rules: with(func(r *contract.Rule) { r.Check = nil })},
		"the rule team/no-date has no level":    {Rules: with(func(r *contract.Rule) { r.Level = "bad" })},
		"the rule team/no-date has no title":    {Rules: with(func(r *contract.Rule) { r.Title = "" })},
		"the rule team/no-date has no examples": {Rules: with(func(r *contract.Rule) { r.Holds = "" })},
		"there are two rules page/limit":        {Rules: with(func(r *contract.Rule) { r.ID = "page/limit" })},
		"there are two rules team/no-date":      {Rules: []*contract.Rule{noDate(), noDate()}},
		`no rule matches "page/limits"`:         {OnlyRules: []string{"page/limits"}},
		`no rule matches "team/*"`:              {SkipRules: []string{"team/*"}},
		`"page/[" is no pattern`:                {SkipRules: []string{"page/["}},
	} {
		_, err := contract.NewSuite(loadSpec(t), sandboxTarget(t, sandbox.Start(t)), o)
		require.ErrorContains(t, err, want)
	}
	report := loadSpec(t).Replay(t.Context(), "test.har", entries(getUser(user())), contract.ReplayOptions{Rules: []*contract.Rule{nil}})
	require.Equal(t, 2, report.ExitStatus())
	require.Equal(t, 1, report.Summary.Passed, "the recording is checked all the same")
}

func TestARuleThatDoesNotReturnIsLeftOutAndNamed(t *testing.T) {
	for want, end := range map[string]func(c *contract.Call){
		`panicked at own_rules_test\.go:\d+ \(string\)`:                                            func(c *contract.Call) { panic("canary " + c.Operation) },
		`ended its goroutine at own_rules_test\.go:\d+, as a failed assertion of a test does,`:     func(*contract.Call) { runtime.Goexit() },
		`ended its goroutine at own_rules_test\.go:\d+, as a failed assertion of a test does, and`: func(*contract.Call) { new(testing.T).FailNow() },
	} {
		bad := noDate()
		bad.ID, bad.Check = "team/bad", end
		rules := []*contract.Rule{bad, noDate()}
		check := func(report *contract.Report) {
			t.Helper()
			last := report.Outcomes[len(report.Outcomes)-1]
			require.Equal(t, "rules/team/bad", last.Case)
			require.Equal(t, contract.Error, last.Status)
			require.Regexp(t, "^the rule "+want, last.Reason)
			require.Regexp(t, "and was left out from there on$", last.Reason)
			require.Equal(t, []string{"team/no-date"}, rulesOf(report.Findings), "the others go on")
			require.Equal(t, 1, strings.Count(last.Reason, "the rule"))
		}
		check(run(t, sandboxTarget(t, sandbox.Start(t)), contract.Options{Rules: rules, Run: "^users/patch$"}))
		x := getUser(user(), header("Date", noon.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")))
		check(loadSpec(t).Replay(t.Context(), "test.har", entries(x, x), contract.ReplayOptions{Rules: rules}))
	}
}
