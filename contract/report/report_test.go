package report_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file in testdata, or writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "go test ./contract/report -update writes the golden files")
}

// written is what a writer writes.
func written(t *testing.T, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	return b.Bytes()
}

const specSum = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

var (
	wrongType = contract.Finding{
		Rule: "schema/body", Level: contract.Violation, Operation: "getUser", Status: 200, Pointer: "/height",
		Message: "height is a string, but a number is due", Spec: "openapi.yaml:411:9", Source: "users/create-a-new-user",
		Curl:  `curl -sS "$BASE_URL/users/$USER_ID" -H "Authorization: Bearer $ACCESS_TOKEN"`,
		Count: 3, Exchange: "users/read",
	}
	cacheable = contract.Finding{
		Rule: "oauth/no-store", Level: contract.Violation, Operation: "createServerToken", Status: 200,
		Message: "the token answer has no Cache-Control: no-store", Source: "rfc6749#5.1", Count: 1, Exchange: "auth/server",
	}
	otherStatus = contract.Finding{
		Rule: "status/assumed", Level: contract.Assumption, Operation: "createUser", Status: 400,
		Message: "a taken id was answered with 400, where 409 is assumed", Spec: "openapi.yaml:300:9", Source: "assumed",
		Count: 1, Exchange: "users/taken-id",
	}
	extraProperty = contract.Finding{
		Rule: "schema/undocumented", Level: contract.Drift, Operation: "getUser", Status: 200, Pointer: "/nickname",
		Message: "the property nickname is not in the contract", Source: "openapi.yaml", Count: 7, Exchange: "users/read",
	}
)

// reports are the kinds of report that there are, by name.
func reports() map[string]*contract.Report {
	base := contract.Report{
		Version: contract.ReportVersion, Kind: contract.Server, Target: "https://staging.api.onvy.health", Spec: specSum, Seed: 7,
		Started: time.Date(2026, 3, 5, 18, 10, 27, 0, time.UTC), Duration: 1300 * time.Millisecond,
	}
	failed := base
	failed.Summary = contract.Summary{Violations: 2, Assumptions: 1, Drift: 1, Exchanges: 31, Rules: 61, Passed: 2, Failed: 2, Errors: 1, Skipped: 2, NotRun: 1}
	failed.Findings = []contract.Finding{extraProperty, otherStatus, cacheable, wrongType}
	failed.Outcomes = []contract.Outcome{
		{Case: "auth/server", Status: contract.Fail, Duration: 12 * time.Millisecond, Exchanges: 2, Findings: []contract.Finding{cacheable}},
		{Case: "auth/sdk", Status: contract.Skip, Reason: "ONVY_ID_TOKEN is not set"},
		{Case: "users/create", Status: contract.Pass, Duration: 30 * time.Millisecond, Exchanges: 9},
		{Case: "users/read", Status: contract.Fail, Duration: 40 * time.Millisecond, Exchanges: 12, Findings: []contract.Finding{extraProperty, wrongType}},
		{Case: "users/taken-id", Status: contract.Pass, Duration: 40 * time.Millisecond, Exchanges: 2, Findings: []contract.Finding{otherStatus}},
		{Case: "users/delete", Status: contract.Error, Reason: "the server closed the connection before it answered", Duration: time.Second, Exchanges: 6},
		{Case: "isolation/read", Status: contract.Skip, Reason: "ONVY_OTHER_PROJECT_ID is not set"},
		{Case: "isolation/write", Status: contract.NotRun, Reason: "the run was interrupted"},
	}

	strict := base
	strict.Strict = true
	strict.Summary = contract.Summary{Drift: 1, Exchanges: 12, Rules: 61, Failed: 1}
	strict.Findings = []contract.Finding{extraProperty}
	strict.Outcomes = []contract.Outcome{
		{Case: "users/read", Status: contract.Fail, Duration: 40 * time.Millisecond, Exchanges: 12, Findings: []contract.Finding{extraProperty}},
	}

	clean := base
	clean.Summary = contract.Summary{Exchanges: 11, Rules: 61, Passed: 2}
	clean.Outcomes = []contract.Outcome{
		{Case: "auth/server", Status: contract.Pass, Duration: 12 * time.Millisecond, Exchanges: 2},
		{Case: "users/create", Status: contract.Pass, Duration: 30 * time.Millisecond, Exchanges: 9},
	}

	down := base
	down.Summary = contract.Summary{Errors: 7, Rules: 61}
	for name := range strings.FieldsSeq("auth/server auth/oauth users/create users/read users/list users/replace users/delete") {
		down.Outcomes = append(down.Outcomes, contract.Outcome{
			Case: name, Status: contract.Error, Reason: "no connection to staging.api.onvy.health:443: connection refused", Duration: time.Millisecond,
		})
	}

	skipped := base
	skipped.Summary = contract.Summary{Skipped: 1}
	skipped.Outcomes = []contract.Outcome{{Case: "auth/sdk", Status: contract.Skip, Reason: "ONVY_ID_TOKEN is not set"}}

	nothing := base

	replay := base
	replay.Seed, replay.Target = 0, "session.har"
	replay.Summary = contract.Summary{Violations: 1, Exchanges: 40, Rules: 48, Failed: 1, Unmatched: map[string]int{
		"cdn.example.com/app.js": 12, "www.example.com/": 30, "www.example.com/a": 1, "www.example.com/b": 1, "www.example.com/c": 1, "www.example.com/d": 1,
	}}
	// A history rule sees this one only at the end, so that no case has it.
	replay.Findings = []contract.Finding{{
		Rule: "page/repeats", Level: contract.Violation, Operation: "listUsers", Pointer: "/users/*/id",
		Message: "a user is on two pages of one listing", Source: "resources-and-pagination", Count: 1, Exchange: "session.har#12",
	}}
	replay.Outcomes = []contract.Outcome{{Case: "recordings/session.har", Status: contract.Fail, Duration: time.Second, Exchanges: 40}}

	return map[string]*contract.Report{
		"failed": &failed, "strict": &strict, "clean": &clean, "down": &down, "skipped": &skipped, "nothing": &nothing, "replay": &replay,
	}
}
