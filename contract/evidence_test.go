package contract_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/faults"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// broken runs some cases against the sandbox with a fault.
func broken(t *testing.T, fault, cases string, prepare func(*sandbox.Server)) *contract.Report {
	t.Helper()
	srv, err := sandbox.New()
	require.NoError(t, err)
	if prepare != nil {
		prepare(srv)
	}
	server := httptest.NewServer(faults.Named(fault).Handler(srv))
	t.Cleanup(server.Close)
	suite, err := contract.NewSuite(loadSpec(t), selftest.Target(srv, server.URL), contract.Options{Run: cases, Seed: 7, LedgerDir: t.TempDir()})
	require.NoError(t, err)
	return suite.Run(t.Context())
}

func TestAFindingShowsWhatWasSentWhatCameBackAndWhatWasDue(t *testing.T) {
	r := broken(t, "put-ignores-field", "^(auth/server|users/(create|replace))$", nil)
	var found bool
	for _, f := range r.Findings {
		if f.Rule != "users/read-back" {
			continue
		}
		found = true
		require.NotEmpty(t, f.Steps)
		last := f.Steps[len(f.Steps)-1]
		require.Equal(t, "GET", last.Method)
		require.Equal(t, 200, last.Status)
		require.Contains(t, f.Steps[len(f.Steps)-2].Request.Body, f.Expected, "the write before it is shown")
		require.NotEqual(t, f.Expected, f.Actual)
		require.NotEmpty(t, f.Fingerprint)
		break
	}
	require.True(t, found)
}

func TestEvidenceIsAtMostTwoKilobytesAStepAndSaysWhatIsLeftOut(t *testing.T) {
	r := broken(t, "list-ignores-limit", "^users/pages", nil)
	steps, cut := 0, 0
	for _, f := range r.Findings {
		for _, s := range f.Steps {
			steps++
			text := s.URL + s.Request.Body + strings.Join(s.Request.Header, "")
			if s.Response != nil {
				text += s.Response.Body + strings.Join(s.Response.Header, "")
				cut += s.Response.Omitted
			}
			require.LessOrEqual(t, len(text), contract.StepLimit)
		}
	}
	require.Positive(t, steps)
	require.Positive(t, cut, "lists are longer than that")
}

func TestEvidenceHasNoSecretAndNobodyElse(t *testing.T) {
	t.Parallel()
	const canary = "Wilhelmina-c4n4ry"
	for _, fault := range needs.Sample(t, []string{"gender-enum", "accept-garbage-token", "list-ignores-limit"}, 3) {
		var secret string
		r := broken(t, fault, cases(t), func(s *sandbox.Server) {
			secret = s.Project.ClientSecret.Reveal()
			foreign(t, s, canary)
		})
		text, err := json.Marshal(r)
		require.NoError(t, err)
		require.NotContains(t, string(text), canary, fault)
		require.NotContains(t, string(text), secret, fault)
		require.NotContains(t, string(text), "eyJ", fault)
		require.Contains(t, string(text), `"steps"`, fault)
	}
}

// foreign puts a user into the sandbox that the suite has not made.
func foreign(t *testing.T, s *sandbox.Server, name string) {
	t.Helper()
	do := func(path, auth, body string) string {
		req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		if auth == "" {
			req.SetBasicAuth(s.Project.ClientID, s.Project.ClientSecret.Reveal())
		} else {
			req.Header.Set("Authorization", "Bearer "+auth)
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, req)
		text, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		require.Less(t, w.Code, 300, string(text))
		return string(text)
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal([]byte(do("/v1/projects/"+s.Project.ID+"/auth/server", "", "{}")), &token))
	do("/users", token.AccessToken, `{"id":"avery","firstname":"`+name+`"}`)
}

func TestFindingsOfOneRuleAreOneCauseOverOperations(t *testing.T) {
	r := &contract.Report{Findings: []contract.Finding{
		{Rule: "http/header-missing", Level: contract.Violation, Operation: "getUser", Message: "a"},
		{Rule: "http/header-missing", Level: contract.Violation, Operation: "listUsers", Message: "b"},
		{Rule: "schema/enum", Level: contract.Violation, Operation: "getUser", Pointer: "/gender", Message: "c"},
		{Rule: "schema/enum", Level: contract.Violation, Operation: "listUsers", Pointer: "/users/*/gender", Message: "c"},
		{Rule: "schema/enum", Level: contract.Violation, Operation: "getUser", Pointer: "/measurement_unit", Message: "c"},
		{Rule: "users/list-agrees", Level: contract.Violation, Operation: "listUsers", Pointer: "/users/*/gender", Message: "d"},
		{Rule: "users/read-back", Level: contract.Violation, Operation: "getUser", Pointer: "/height", Message: "e"},
	}}
	causes := r.Causes()
	require.Len(t, causes, 4)
	require.Equal(t, []string{"getUser", "listUsers"}, causes[0].Operations())
	require.Len(t, causes[1].Follows, 1, "a value that cannot be right cannot be the same either")
	require.Equal(t, "users/read-back", causes[3].Head().Rule, "another property is another cause")
	require.Equal(t, r.Findings[2].Print(), r.Findings[5].Follows)
	r.Tally()
	require.Equal(t, 4, r.Summary.Violations)
}

func TestWhatFollowsNeverHidesWhatFails(t *testing.T) {
	r := &contract.Report{Findings: []contract.Finding{
		{Rule: "schema/undocumented-property", Level: contract.Drift, Operation: "getUser", Pointer: "/location/alt"},
		{Rule: "users/put-replaces", Level: contract.Violation, Operation: "updateUserPut", Pointer: "/location"},
	}}
	require.Len(t, r.Causes(), 2)
	require.Equal(t, 1, r.ExitStatus())
}

func TestAFingerprintDependsOnNeitherLineNorCountNorText(t *testing.T) {
	a := contract.Finding{Rule: "schema/enum", Operation: "getUser", Status: 200, Pointer: "/gender", Message: "6 of 100", Spec: "openapi.yaml:9:1", Count: 1, Exchange: "a"}
	b := a
	b.Message, b.Spec, b.Count, b.Exchange = "7 of 100", "openapi.yaml:10:1", 9, "b"
	require.Equal(t, a.Print(), b.Print())
	for _, change := range []func(*contract.Finding){
		func(f *contract.Finding) { f.Rule = "schema/type" }, func(f *contract.Finding) { f.Operation = "listUsers" },
		func(f *contract.Finding) { f.Status = 201 }, func(f *contract.Finding) { f.Pointer = "/id" },
	} {
		c := a
		change(&c)
		require.NotEqual(t, a.Print(), c.Print())
	}
}

func TestEvidenceOfATokenAnswerThatIsNoJSONHasNoToken(t *testing.T) {
	const canary = "opaque-c4n4ry-0123456789"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"`+canary+`","token_type":"bearer","expires_in":NaN}`)
	}))
	t.Cleanup(server.Close)
	srv, err := sandbox.New()
	require.NoError(t, err)
	spec := loadSpec(t)
	suite, err := contract.NewSuite(spec, selftest.Target(srv, server.URL), contract.Options{Run: "^auth/", LedgerDir: t.TempDir()})
	require.NoError(t, err)
	text, err := json.Marshal(suite.Run(t.Context()))
	require.NoError(t, err)
	require.Contains(t, string(text), `"steps"`)
	require.NotContains(t, string(text), canary)
}
