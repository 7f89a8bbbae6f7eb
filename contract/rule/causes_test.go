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
