package contract_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func TestRulesOfOtherResourcesAreFound(t *testing.T) {
	text, err := os.ReadFile("testdata/meals.yaml")
	require.NoError(t, err)
	spec, err := contract.Load(text)
	require.NoError(t, err)
	all := contract.RulesFor(spec)
	require.Greater(t, len(all), len(contract.Rules()))
	for _, want := range append(all, contract.Rules()...) {
		got, ok := contract.RuleByID(want.ID)
		require.True(t, ok, want.ID)
		require.Equal(t, want.Title, got.Title)
		require.Equal(t, want.ID, got.ID)
	}
	users, _ := contract.RuleByID("users/read-back")
	meals, ok := contract.RuleByID("meals/read-back")
	require.True(t, ok)
	require.Equal(t, "meals/read-back", meals.ID)
	require.Equal(t, users.Title, meals.Title)
	for _, id := range []string{
		"", "users", "read-back", "/read-back", "team/no-date", "users/nope", "meals/", "meals/no-such", "schema/read-back", "page/read-back",
	} {
		_, ok := contract.RuleByID(id)
		require.False(t, ok, id)
	}
	_, err = contract.NewSuite(spec, sandboxTarget(t, sandbox.Start(t)), contract.Options{OnlyRules: []string{"meals/read-back"}})
	require.NoError(t, err)
	_, err = contract.NewSuite(loadSpec(t), sandboxTarget(t, sandbox.Start(t)), contract.Options{OnlyRules: []string{"meals/read-back"}})
	require.ErrorContains(t, err, `no rule matches "meals/read-back"`)
}
