package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

func TestTheLawsOfUsersAreFoundUnderTheNameOfEveryResource(t *testing.T) {
	for _, want := range contract.Rules() {
		got, ok := contract.RuleByID(want.ID)
		require.True(t, ok, want.ID)
		require.Equal(t, want.Title, got.Title)
	}
	users, _ := contract.RuleByID("users/read-back")
	meals, ok := contract.RuleByID("meals/read-back")
	require.True(t, ok)
	require.Equal(t, "meals/read-back", meals.ID)
	require.Equal(t, users.Title, meals.Title)
	for _, id := range []string{"", "read-back", "/read-back", "meals/", "meals/no-such", "schema/read-back", "page/read-back"} {
		_, ok := contract.RuleByID(id)
		require.False(t, ok, id)
	}
}
