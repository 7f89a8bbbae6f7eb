package main

import (
	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/traffic"
)

func recordCommand(a *console.App) *cobra.Command {
	var live liveFlags
	cmd := &cobra.Command{
		Use:   "record OUT.har",
		Short: "Run the live suite and record it, redacted",
		Long: `Runs the live suite as "run" does, and writes its exchanges as a HAR. People's data
and secrets are removed before anything is written, so the file can be kept in git.
A name that ends in ".gz" or ".zst" compresses the file.`,
		Example: console.Indented("onvy-contract record session.har", "onvy-contract replay session.har"),
		Args:    traffic.OneOutput,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := live.check(); err != nil {
				return err
			}
			spec, err := a.SpecFor(live.options.OnlyRules, live.options.SkipRules)
			if err != nil {
				return err
			}
			live.output.Beside = args[0]
			har, err := traffic.Create(a, args[0], spec)
			if err != nil {
				return err
			}
			defer har.Discard()
			out, err := live.output.Open(a)
			if err != nil {
				return err
			}
			defer out.Discard()
			r, err := runLive(cmd.Context(), a, spec, &live, har.Write)
			if err != nil {
				return err
			}
			return har.Finish(out.Finish(r))
		},
	}
	live.register(cmd.Flags())
	return cmd
}
