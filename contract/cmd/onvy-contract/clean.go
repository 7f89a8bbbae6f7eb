package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
)

func (a *app) cleanCommand() *cobra.Command {
	var target targetFlags
	var options contract.Options
	cmd := &cobra.Command{
		Use:   "clean",
		Short: "Delete the users that a crashed run has left on a server",
		Long: `Deletes the users that runs on this machine have created and, because they
crashed or were killed, not deleted. Their ids are in the ledgers that each run
keeps; nothing else is touched. The server is named as for "run".`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			spec, err := a.spec()
			if err != nil {
				return err
			}
			t, found, err := target.target(a.getenv)
			if err != nil {
				return err
			}
			if !found {
				return errors.New("no server is named; set ONVY_BASE_URL and its companions, see \"onvy-contract run --help\"")
			}
			c, err := contract.Clean(cmd.Context(), spec, t, options)
			if err != nil && c == (contract.Cleaned{}) {
				return err
			}
			a.note("Deleted: %d. Left on this server: %d. In the ledgers of other servers: %d.", c.Deleted, c.Left, c.Others)
			if err == nil && c.Left > 0 {
				return errors.New("not all users could be deleted; try again later")
			}
			return err
		},
	}
	cmd.Flags().SortFlags = false
	target.register(cmd.Flags())
	cmd.Flags().BoolVar(&options.AllowProduction, "allow-production", false, "allow api.onvy.health as the server")
	cmd.Flags().StringVar(&options.LedgerDir, "ledger", "", "`DIRECTORY` of the ledgers; the user's cache directory if not set")
	return cmd
}
