package rule

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOneThingAtOnePlaceIsOneCauseHoweverSure(t *testing.T) {
	r := Report{Findings: []Finding{
		{Rule: "users/read-back", Level: Assumption, Operation: "getUser", Pointer: "/weight", Steps: make([]Step, 3)},
		{Rule: "users/read-back", Level: Violation, Operation: "getUser", Pointer: "/weight", Steps: make([]Step, 2)},
		{Rule: "users/read-back", Level: Assumption, Operation: "getUser", Pointer: "/lastname"},
		{Rule: "operation/works", Level: Violation, Operation: "createUser"},
		{Rule: "operation/works", Level: Assumption, Operation: "updateUserPatch"},
	}}
	var got []string
	for _, c := range r.Causes() {
		head := c.Head()
		got = append(got, c.ID+" "+head.Rule+" "+string(head.Level)+" "+head.Pointer)
	}
	require.Equal(t, []string{
		"F1 users/read-back violation /weight", "F2 operation/works violation ",
		"A1 users/read-back assumption /lastname", "A2 operation/works assumption ",
	}, got)
}

func TestCausesAreTheSameHoweverOftenTheyAreAskedFor(t *testing.T) {
	r := Report{Findings: []Finding{
		{Rule: "schema/type", Level: Violation, Operation: "getUser", Pointer: "/weight"},
		{Rule: "users/read-back", Level: Violation, Operation: "getUser", Pointer: "/weight"},
	}}
	require.Len(t, r.Causes(), 1)
	require.Equal(t, r.Findings[0].Print(), r.Findings[1].Follows)
	require.Equal(t, r.Causes(), r.Causes())
	r.Findings[0].Waived = "known"
	require.Len(t, r.Causes(), 2, "what fails is not hidden behind what is accepted")
	require.Empty(t, r.Findings[1].Follows)
}

// What follows from what is the same for every resource, and stays within it.
func TestConsequencesAreThoseOfTheSameResource(t *testing.T) {
	finding := func(id, operation, pointer string) Finding {
		return Finding{Rule: id, Level: Violation, Operation: operation, Pointer: pointer, Status: 200, Message: "x", Count: 1}
	}
	for name, c := range map[string]struct {
		found []Finding
		heads int
	}{
		"a wrong type that is read back otherwise": {[]Finding{
			finding("schema/type", "getMeal", "/portion"), finding("meals/read-back", "getMeal", "/portion"), finding("meals/list-agrees", "listMeals", "/meals/*/portion"),
		}, 1},
		"another property":                {[]Finding{finding("schema/type", "getMeal", "/portion"), finding("meals/read-back", "getMeal", "/title")}, 2},
		"found though it was not there":   {[]Finding{finding("meals/not-found", "getMeal", ""), finding("meals/deleted-gone", "getMeal", "")}, 1},
		"of another resource":             {[]Finding{finding("meals/not-found", "getMeal", ""), finding("users/deleted-gone", "getUser", "")}, 2},
		"a rule of one's own of its name": {[]Finding{finding("schema/type", "getMeal", "/portion"), finding("team/portion", "getMeal", "/portion")}, 2},
	} {
		r := Report{Findings: c.found}
		require.Len(t, r.Causes(), c.heads, name)
	}
}
