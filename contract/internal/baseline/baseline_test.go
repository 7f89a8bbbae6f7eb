package baseline_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/baseline"
)

func TestFindingsAreComparedByFingerprint(t *testing.T) {
	one := contract.Finding{Rule: "users/read-back", Level: contract.Violation, Operation: "getUser", Status: 200, Pointer: "/language", Message: "a", Spec: "openapi.yaml:1:1", Count: 1}
	moved := one
	moved.Message, moved.Spec, moved.Count = "b", "openapi.yaml:900:9", 30
	note := contract.Finding{Rule: "schema/undocumented", Level: contract.Drift, Operation: "getUser", Status: 200, Pointer: "/nickname"}
	worse := note
	worse.Level = contract.Violation
	gone := contract.Finding{Rule: "json/syntax", Level: contract.Violation, Operation: "listUsers", Status: 200}

	d := baseline.Compare(&contract.Report{Findings: []contract.Finding{one, note, gone}}, &contract.Report{Findings: []contract.Finding{moved, worse}})
	require.Equal(t, []contract.Finding{worse}, d.New, "what became worse is new")
	require.Equal(t, []contract.Finding{gone}, d.Gone)
	require.Equal(t, []contract.Finding{moved}, d.Still)

	r := &contract.Report{Findings: []contract.Finding{moved, worse}, NewOnly: true, Outcomes: []contract.Outcome{{Case: "a", Status: contract.Fail, Findings: []contract.Finding{moved}}}}
	baseline.Mark(r, &contract.Report{Findings: []contract.Finding{one, worse}})
	r.Summary.Failed = 1
	r.Settle()
	require.Equal(t, 0, r.ExitStatus(), "nothing is new")
	require.Equal(t, contract.Pass, r.Outcomes[0].Status)
	baseline.Mark(r, &contract.Report{Findings: []contract.Finding{one, note}})
	r.Settle()
	require.Equal(t, 1, r.ExitStatus())
}
