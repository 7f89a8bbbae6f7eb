package contract_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func ledgerFiles(t *testing.T, dir string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.ledger.jsonl"))
	require.NoError(t, err)
	return paths
}

// A run that cannot delete is like one that was killed: its ledger stays, and
// clean deletes what it names, and nothing else.
func TestCleanDeletesWhatACrashedRunLeftAndNothingElse(t *testing.T) {
	t.Parallel()
	s := sandbox.Start(t)
	var broken atomic.Bool
	broken.Store(true)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() && r.Method == "DELETE" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		s.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	target := sandboxTarget(t, s)
	target.BaseURL = front.URL
	dir := t.TempDir()
	report := run(t, target, contract.Options{LedgerDir: dir, Run: "^(auth/server|users/create)"})
	require.Positive(t, report.Summary.Errors)
	require.Len(t, ledgerFiles(t, dir), 1)
	left := usersOf(t, s)
	require.NotEmpty(t, left)
	for _, id := range left {
		require.True(t, strings.HasPrefix(id, "contract_"), id)
	}

	other(s, "POST", 1) // a customer's own
	addLine(t, ledgerFiles(t, dir)[0], map[string]any{"target": front.URL, "project": target.Project.ID, "id": "other_0001"})
	addLine(t, ledgerFiles(t, dir)[0], map[string]any{"target": "https://staging.api.onvy.health", "project": target.Project.ID, "id": "contract_x_1"})
	addLine(t, ledgerFiles(t, dir)[0], map[string]any{"target": front.URL, "project": "proj_elsewhere", "id": "contract_x_2"})
	half, err := os.OpenFile(ledgerFiles(t, dir)[0], os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = half.WriteString(`{"target":"http`) // where the run was killed
	require.NoError(t, err)
	require.NoError(t, half.Close())

	// As long as the server cannot delete, all of it stays.
	cleaned, err := contract.Clean(t.Context(), loadSpec(t), target, contract.Options{LedgerDir: dir})
	require.ErrorContains(t, err, "could not be deleted")
	require.Equal(t, contract.Cleaned{Left: len(left), Others: 2}, cleaned)

	broken.Store(false)
	cleaned, err = contract.Clean(t.Context(), loadSpec(t), target, contract.Options{LedgerDir: dir})
	require.NoError(t, err)
	require.Equal(t, contract.Cleaned{Deleted: len(left), Others: 2}, cleaned)
	require.Equal(t, []string{"other_0001"}, usersOf(t, s))
	require.Len(t, ledgerFiles(t, dir), 1, "what other targets left is theirs to clean")

	cleaned, err = contract.Clean(t.Context(), loadSpec(t), target, contract.Options{LedgerDir: dir})
	require.NoError(t, err)
	require.Equal(t, contract.Cleaned{Others: 2}, cleaned)
}

func TestCleanWithoutALedgerDoesNothing(t *testing.T) {
	s := sandbox.Start(t)
	cleaned, err := contract.Clean(t.Context(), loadSpec(t), sandboxTarget(t, s), contract.Options{LedgerDir: filepath.Join(t.TempDir(), "none")})
	require.NoError(t, err)
	require.Zero(t, cleaned)
	require.Zero(t, s.TokenRequests())
}

func TestCleanEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	s := sandbox.Start(t)
	target := sandboxTarget(t, s)
	addLine(t, filepath.Join(dir, "killed.ledger.jsonl"), map[string]any{"target": s.URL, "project": target.Project.ID, "id": "contract_x_1"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := contract.Clean(ctx, loadSpec(t), target, contract.Options{LedgerDir: dir})
	require.ErrorContains(t, err, "interrupted")
	require.Len(t, ledgerFiles(t, dir), 1)
}

func addLine(t *testing.T, path string, line map[string]any) {
	t.Helper()
	text, err := json.Marshal(line)
	require.NoError(t, err)
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	_, err = file.Write(append(text, '\n'))
	require.NoError(t, err)
	require.NoError(t, file.Close())
}
