package main

import (
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

func TestCleanOlderThanCountsAndThenDeletesWhatKilledJobsHaveLeft(t *testing.T) {
	now := time.Now()
	var offset atomic.Int64
	s := sandbox.Start(t, sandbox.WithClock(func() time.Time { return now.Add(time.Duration(offset.Load())) }))
	create := func(ago time.Duration, id string) {
		offset.Store(int64(-ago))
		c, err := onvy.NewClient(onvy.ServerCredentials{ProjectID: s.Project.ID, ClientID: s.Project.ClientID, ClientSecret: s.Project.ClientSecret},
			onvy.WithBaseURL(s.URL))
		require.NoError(t, err)
		_, err = c.Users.Create(t.Context(), onvy.UserCreate{ID: id})
		require.NoError(t, err)
		offset.Store(0)
	}
	const day = 24 * time.Hour
	at := func(ago time.Duration) string {
		return "contract_" + strconv.FormatInt(now.Add(-ago).UnixMilli(), 36) + "a1b2_users-create_"
	}
	left := []string{at(3*day) + "1", at(3*day) + "2", at(25*time.Hour) + "1"}
	kept := []string{at(time.Hour) + "1", "contract_other", "contract_0000000000_x_1", "avery"}
	for i, ago := range []time.Duration{3 * day, 3 * day, 25 * time.Hour} {
		create(ago, left[i])
	}
	for _, id := range kept {
		create(3*day, id)
	}
	kept = append(kept, at(2*day)+"9") // an old id, but the user is new
	create(0, kept[len(kept)-1])
	users := func() (ids []string) {
		c, err := onvy.NewClient(onvy.ServerCredentials{ProjectID: s.Project.ID, ClientID: s.Project.ClientID, ClientSecret: s.Project.ClientSecret},
			onvy.WithBaseURL(s.URL))
		require.NoError(t, err)
		for user, err := range c.Users.All(t.Context(), nil) {
			require.NoError(t, err)
			ids = append(ids, user.ID)
		}
		return ids
	}

	r := in(s).run(t, "clean", "--older-than", "24h", ledger(t))
	require.Zero(t, r.status, "%+v", r)
	require.Contains(t, r.stderr, "Runs have left 3 users that are older than 24h0m0s")
	require.Contains(t, r.stderr, "Younger, and kept: 2. Nothing was deleted; --yes deletes them.")
	require.Len(t, users(), len(left)+len(kept))

	dir := t.TempDir()
	r = in(s).run(t, "clean", "--older-than", "24h", "--yes", "--ledger", dir)
	require.Zero(t, r.status, "%+v", r)
	require.Contains(t, r.stderr, "Deleted: 3 of 3 users")
	require.ElementsMatch(t, kept, users())
	require.Empty(t, files(t, dir), "nothing is left in a ledger")

	r = in(s).run(t, "clean", "--older-than", "24h", "--yes", ledger(t))
	require.Zero(t, r.status, "%+v", r)
	require.Contains(t, r.stderr, "No run has left users")

	in(s).run(t, "clean", "--older-than", "5m", ledger(t)).refuses(t, "younger than an hour")
	in(s).run(t, "clean", "--yes", ledger(t)).refuses(t, "--yes belongs to --older-than")
}
