package main

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/outsiders"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// What is true of a server that nobody here wrote is true of it a minute later:
// each of its causes is seen again, by its steps or by its cases.
func TestAgainSeesWhatServersOfOthersStillDo(t *testing.T) {
	for _, server := range needs.Sample(t, outsiders.All(), 3) {
		t.Run(server.Name, func(t *testing.T) {
			target, stop, err := server.Start(t.Context())
			if errors.Is(err, outsiders.ErrMissing) {
				needs.Missing(t, err.Error())
			}
			require.NoError(t, err)
			t.Cleanup(stop)
			c := call{env: map[string]string{
				"ONVY_BASE_URL": target.BaseURL, "ONVY_PROJECT_ID": target.Project.ID,
				"ONVY_CLIENT_ID": target.Project.ClientID, "ONVY_CLIENT_SECRET": target.Project.ClientSecret.Reveal(),
			}}
			name := filepath.Join(t.TempDir(), "report.json")
			args := []string{"run", "--seed", "7", "--json", name, "--quiet", ledger(t)}
			if server.Cases != "" {
				args = append(args, "--run", server.Cases)
			}
			got := c.run(t, args...)
			require.Equal(t, 1, got.status, "%+v", got)
			var r contract.Report
			require.NoError(t, json.Unmarshal([]byte(content(t, name)), &r))
			causes := r.Causes()
			require.NotEmpty(t, causes)
			for _, cause := range causes {
				got := c.run(t, "again", cause.ID, name, ledger(t))
				require.Equal(t, 1, got.status, "%s %s: %+v", cause.ID, cause.Head().Rule, got)
				require.NotContains(t, got.stdout+got.stderr, target.Project.ClientSecret.Reveal())
				t.Logf("%.160s", got.stdout)
			}
		})
	}
}
