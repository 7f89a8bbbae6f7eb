package main

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRulesAreChosenByFlags(t *testing.T) {
	all := call{}.run(t, "replay", recorded+"planted.har")
	require.Equal(t, 1, all.status)
	r := call{}.run(t, "replay", "--rules", "page/*", recorded+"documentation.jsonl")
	require.Zero(t, r.status, r.stdout)
	for _, command := range [][]string{{"replay", recorded + "planted.har"}, {"run", "--sandbox"}} {
		for _, flag := range []string{"--rules", "--skip-rules"} {
			r := call{}.run(t, append(command, flag, "page/limits-misspelled")...)
			require.Equal(t, 2, r.status)
			require.Contains(t, r.stderr, `no rule matches "page/limits-misspelled"; onvy-contract rules lists them`)
		}
	}
}

func TestSilentRulesFailNothing(t *testing.T) {
	one := call{}.run(t, "replay", "--rules", "json/duplicate-name", recorded+"planted.har")
	require.Equal(t, 1, one.status, one.stdout)
	require.Contains(t, one.stdout, "json/duplicate-name")
	require.NotContains(t, one.stdout, "schema/type")
	none := call{}.run(t, "replay", "--rules", "json,leak", "--skip-rules", "json/*", recorded+"planted.har")
	require.Zero(t, none.status, none.stdout)
}

func TestFlagsThatLeaveNoRuleAreRefused(t *testing.T) {
	for _, command := range [][]string{{"replay", recorded + "planted.har"}, {"run", "--sandbox"}} {
		call{}.run(t, append(command, "--rules", "json,schema", "--skip-rules", "json/*,schema/*")...).refuses(t, "leave no rule to check")
	}
}

func TestRulesOfAnotherResourceAreChosenWhereTheSpecHasIt(t *testing.T) {
	meals := call{}.run(t, "replay", "--spec", "../../testdata/meals.yaml", "--rules", "meals/*", recorded+"documentation.jsonl")
	require.Zero(t, meals.status, "%+v", meals)
	call{}.run(t, "replay", "--rules", "meals/*", recorded+"documentation.jsonl").refuses(t, `no rule matches "meals/*"`)
	call{}.run(t, "run", "--sandbox", "--rules", "users/read-bakc").refuses(t, `did you mean "users/read-back"?`)
}

func TestAWaiverForWhatARunDidNotLookForFailsNothing(t *testing.T) {
	const entry = "- {rule: %s, why: known, until: 2999-01-31}\n"
	probe := file(t, "probe.yaml", fmt.Sprintf(entry, "users/not-found"))
	exchange := file(t, "exchange.yaml", fmt.Sprintf(entry, "schema/type"))
	clean := recorded + "documentation.jsonl"
	require.Zero(t, call{}.run(t, "replay", "--waivers", probe, clean).status)
	require.Equal(t, 1, call{}.run(t, "replay", "--waivers", exchange, clean).status)
	require.Zero(t, call{}.run(t, "replay", "--waivers", exchange, "--rules", "page", clean).status)
	require.Zero(t, call{}.run(t, "replay", "--waivers", exchange, "--skip-rules", "schema", clean).status)
}
