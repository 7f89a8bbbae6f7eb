package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/traffic"
)

func redactCommand(a *console.App) *cobra.Command {
	return &cobra.Command{
		Use:   "redact IN OUT.har",
		Short: "Remove people's data and secrets from a recording",
		Long: `Reads a recording of any format that "replay" reads ("-" is standard input) and
writes it as a HAR in which pseudonyms stand for persons and secrets. They keep
format and equality, so that the result gives the findings of the original.
Entries that cannot be read, or from which something sensitive cannot be removed,
are left out, and the exit status is 2. Ctrl-C ends it, and nothing is written.`,
		Example: console.Indented("onvy-contract redact raw.har clean.har", "onvy-contract replay clean.har"),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return console.Usage(cmd, "redact needs two names, IN and OUT, and got %d", len(args))
			}
			return traffic.OneOutput(cmd, args[1:])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			redactor, err := a.Redactor()
			if err != nil {
				return err
			}
			stats, err := redactor.RedactFile(cmd.Context(), args[0], args[1])
			if err != nil {
				if _, statErr := os.Stat(args[1]); statErr != nil {
					return fmt.Errorf("nothing was written: %w", err)
				}
				return err
			}
			a.Note("Redacted: %s, %d entries, %d values looked for and not found.", args[1], stats.Entries, stats.Learned)
			if stats.Left > 0 {
				return fmt.Errorf("entries left out because a value could not be removed from them: %d", stats.Left)
			}
			if stats.Broken > 0 {
				return fmt.Errorf("entries left out because they could not be read: %d", stats.Broken)
			}
			return nil
		},
	}
}
