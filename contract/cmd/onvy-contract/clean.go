package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/targetflags"
)

func cleanCommand(a *console.App) *cobra.Command {
	var target targetflags.Flags
	var options contract.Options
	var age time.Duration
	var remove bool
	cmd := &cobra.Command{
		Use:   "clean",
		Short: "Delete the users that a crashed run left on a server",
		Long: `Deletes the users that runs on this machine created and, because they crashed or
were killed, did not delete. Their ids are in the ledgers that each run
keeps; nothing else is touched. The server is named as for "run".

If a job was killed together with its machine, the ledger is gone too. Then
--older-than 24h lists the users of the project whose ids have the form that
this suite gives and that are older than that, and says how many there are;
with --yes it deletes them.`,
		Example: console.Indented("onvy-contract clean", "onvy-contract clean --older-than 24h", "onvy-contract clean --older-than 24h --yes"),
		Args:    console.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			spec, err := a.Spec()
			if err != nil {
				return err
			}
			t, found, err := target.Target(a.Lookup)
			if err != nil {
				return err
			}
			if !found {
				return errors.New("no server is named; set ONVY_BASE_URL and its companions, see \"onvy-contract run --help\"")
			}
			if cmd.Flags().Changed("older-than") {
				return cleanOlder(cmd.Context(), a, spec, t, options, age, remove)
			}
			if remove {
				return errors.New("--yes belongs to --older-than; without that only users in the ledgers are deleted")
			}
			c, err := contract.Clean(cmd.Context(), spec, t, options)
			if err != nil && c == (contract.Cleaned{}) {
				return err
			}
			a.Note("Deleted: %d. Left on this server: %d. In the ledgers of other servers: %d.", c.Deleted, c.Left, c.Others)
			if err == nil && c.Left > 0 {
				return errors.New("not all users could be deleted; try again later")
			}
			return err
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().DurationVar(&age, "older-than", 0, "count the users that runs anywhere left before this `AGE`, such as 24h")
	cmd.Flags().BoolVar(&remove, "yes", false, "delete what --older-than counts")
	cmd.Flags().BoolVar(&options.AllowProduction, "allow-production", false, "allow api.onvy.health as the server")
	cmd.Flags().StringVar(&options.LedgerDir, "ledger", "", "the ledgers are in this `DIRECTORY`, not in the user's cache directory")
	console.Group(cmd.Flags(), "Server", target.Register)
	return cmd
}

// cleanOlder counts or deletes what killed runs on other machines have left.
func cleanOlder(ctx context.Context, a *console.App, spec *contract.Spec, t contract.Target, o contract.Options, age time.Duration, remove bool) error {
	swept, err := contract.CleanOlder(ctx, spec, t, o, age, remove)
	switch {
	case err != nil && swept.Deleted == 0:
		return err
	case swept.Found == 0:
		a.Note("No run has left users that are older than %s. Younger: %d.", age, swept.Younger)
	case !remove:
		a.Note("Runs have left %d users that are older than %s, the oldest since %s. Younger, and kept: %d. Nothing was deleted; --yes deletes them.",
			swept.Found, age, swept.Oldest.UTC().Format(time.DateTime), swept.Younger)
	default:
		a.Note("Deleted: %d of %d users that are older than %s. Younger, and kept: %d.", swept.Deleted, swept.Found, age, swept.Younger)
	}
	return err
}
