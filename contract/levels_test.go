package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

// openapi.yaml assumes what PATCH does, and what PUT takes. Only what it
// documents can be violated.
func TestALawIsAsSureAsTheWeakestStatementItNeeds(t *testing.T) {
	full := []any{"firstname", "Avery", "gender", "other"}
	patched := patchUser(`{"lastname":"Jones"}`, user("firstname", "Avery", "gender", "other", "lastname", "Jones", "updated_at", after(60)))
	for name, c := range map[string]struct {
		rule    string
		level   contract.Level
		happens session
	}{
		"the answer to a create": {"users/write-answer", contract.Violation, at(createUser(`{"id":"user_123","firstname":"Avery"}`, user()))},
		"the answer to a PUT":    {"users/write-answer", contract.Assumption, at(putUser(`{"firstname":"Avery"}`, user()))},
		"the answer to a PATCH":  {"users/write-answer", contract.Assumption, at(patchUser(`{"firstname":"Avery"}`, user()))},
		"what PATCH left out":    {"users/patch-keeps", contract.Assumption, at(create(full...), patchUser(`{"lastname":"Jones"}`, user("lastname", "Jones", "updated_at", after(60))))},
		"what PUT left out":      {"users/put-replaces", contract.Assumption, at(create(full...), putUser(`{"lastname":"Jones"}`, user("lastname", "Jones", "gender", "other", "updated_at", after(60))))},
		"a create read back":     {"users/read-back", contract.Violation, at(create(full...), getUser(user("firstname", "Avery")))},
		"a PATCH read back":      {"users/read-back", contract.Assumption, at(create(full...), patched, getUser(user("firstname", "Avery", "gender", "other", "updated_at", after(60))))},
		"two reads":              {"users/read-back", contract.Violation, at(getUser(user(full...)), getUser(user("firstname", "Avery")))},
		"a read, and a list":     {"users/list-agrees", contract.Violation, at(getUser(user(full...)), listUsers("", `{"limit":100}`, user("firstname", "Avery", "gender", "male")))},
	} {
		t.Run(name, func(t *testing.T) {
			findings := tell(t, contract.WholeHistory, c.happens)
			require.Equal(t, []string{c.rule}, rulesOf(findings))
			require.Equal(t, c.level, findings[0].Level)
		})
	}
}
