package contract_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/selftest"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// cleanRun is one run of the whole suite against the sandbox. It takes longer
// than most tests, and so those that look at an aspect of it share it: none of
// them changes it.
type cleanRun struct {
	report     contract.Report
	exchanges  []*contract.Exchange
	unledgered []string // the users that were created before the ledger had them
	ledgers    []string // the files that it left
	left       []string // the ids of users that it left
}

var runClean = sync.OnceValues(func() (*cleanRun, error) {
	dir, err := os.MkdirTemp("", "ledger")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ledgers := func() []string {
		paths, _ := filepath.Glob(filepath.Join(dir, "*.ledger.jsonl"))
		return paths
	}
	s, err := sandbox.New()
	if err != nil {
		return nil, err
	}
	c := &cleanRun{}
	var mu sync.Mutex
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := through(s, r)
		if id, _ := a.object()["id"].(string); r.Method == "POST" && a.status == 201 {
			if !slices.ContainsFunc(ledgers(), func(path string) bool {
				text, _ := os.ReadFile(path)
				quoted, _ := json.Marshal(id)
				return strings.Contains(string(text), string(quoted))
			}) {
				mu.Lock()
				c.unledgered = append(c.unledgered, id)
				mu.Unlock()
			}
		}
		maps.Copy(w.Header(), a.header)
		w.WriteHeader(a.status)
		_, _ = w.Write(a.body)
	}))
	defer front.Close()
	spec, err := load()
	if err != nil {
		return nil, err
	}
	suite, err := contract.NewSuite(spec, selftest.Target(s, front.URL), contract.Options{
		Seed: 7, LedgerDir: dir, MaxWait: 1, Strict: true,
		OnExchange: func(x *contract.Exchange) { c.exchanges = append(c.exchanges, x) },
	})
	if err != nil {
		return nil, err
	}
	c.report, c.ledgers = *suite.Run(context.Background()), ledgers()
	list := httptest.NewRequest(http.MethodGet, "/users?limit=1000", nil)
	list.Header.Set("Authorization", "Bearer "+s.MintAccessToken().Reveal())
	var page struct{ Users []struct{ ID string } }
	if err := json.Unmarshal(through(s, list).body, &page); err != nil {
		return nil, err
	}
	for _, u := range page.Users {
		c.left = append(c.left, u.ID)
	}
	return c, nil
})

func clean(t *testing.T) *cleanRun {
	t.Helper()
	c, err := runClean()
	require.NoError(t, err)
	return c
}

func TestACleanRunExitsWithZero(t *testing.T) {
	report := clean(t).report
	require.Empty(t, report.Findings)
	require.Equal(t, 0, report.ExitStatus())
	require.Equal(t, uint64(7), report.Seed)
	require.Equal(t, len(contract.Rules()), report.Summary.Rules)
	require.Equal(t, loadSpec(t).SHA256(), report.Spec)
	for _, o := range report.Outcomes {
		require.NotContains(t, []contract.Status{contract.Error, contract.NotRun}, o.Status, "%s: %s", o.Case, o.Reason)
	}
}

// Our own spec is exercised as a whole, or a strict run would fail.
func TestASandboxRunExercisesTheWholeSpec(t *testing.T) {
	report := clean(t).report
	require.True(t, report.Strict)
	require.Empty(t, report.Summary.NotExercised)
	require.Equal(t, 0, report.ExitStatus())
}

func TestACleanRunLeavesNoUserAndNoLedger(t *testing.T) {
	require.Empty(t, clean(t).left)
	require.Empty(t, clean(t).ledgers)
}

// Every user is in the ledger before the server hears of it.
func TestEveryUserIsInTheLedgerBeforeItIsCreated(t *testing.T) {
	require.Empty(t, clean(t).unledgered)
}
