package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func TestCleanDeletesWhatACrashedRunHasLeftAndNothingElse(t *testing.T) {
	s := sandbox.Start(t)
	c, err := onvy.NewClient(onvy.ServerCredentials{ProjectID: s.Project.ID, ClientID: s.Project.ClientID, ClientSecret: s.Project.ClientSecret},
		onvy.WithBaseURL(s.URL))
	require.NoError(t, err)
	for _, id := range []string{"contract_left", "contract_other", "avery"} {
		_, err := c.Users.Create(t.Context(), onvy.UserCreate{ID: id})
		require.NoError(t, err)
	}
	dir := t.TempDir()
	lines := ""
	for _, id := range []string{"contract_left", "avery"} {
		lines += fmt.Sprintf(`{"target":%q,"project":%q,"id":%q}`+"\n", s.URL, s.Project.ID, id)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "crashed.ledger.jsonl"), []byte(lines), 0o600))

	r := in(s).run(t, "clean", "--ledger", dir)
	require.Zero(t, r.status, "%+v", r)
	require.Equal(t, "Deleted: 1. Left on this server: 0. In the ledgers of other servers: 0.\n", r.stderr)
	_, err = c.Users.Get(t.Context(), "contract_left")
	require.ErrorIs(t, err, onvy.ErrNotFound)
	for _, id := range []string{"contract_other", "avery"} {
		_, err = c.Users.Get(t.Context(), id)
		require.NoError(t, err, "%s is in no ledger, or not ours", id)
	}
	require.Empty(t, files(t, dir))
}

func TestCleanNeedsAServer(t *testing.T) {
	call{}.run(t, "clean").refuses(t, "no server is named", "ONVY_BASE_URL")
	at("https://api.onvy.health").run(t, "clean", ledger(t)).refuses(t, "--allow-production")
}
