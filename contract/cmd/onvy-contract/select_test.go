package main

import (
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
	none := call{}.run(t, "replay", "--rules", "json,schema", "--skip-rules", "json/*,schema/*", recorded+"planted.har")
	require.Zero(t, none.status, none.stdout)
}
