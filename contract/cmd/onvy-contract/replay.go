package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/traffic"
)

func replayCommand(a *console.App) *cobra.Command {
	var output outputs.Flags
	var options contract.ReplayOptions
	var sort bool
	cmd := &cobra.Command{
		Use:   "replay FILE...",
		Short: "Check recordings: HAR, go-vcr cassettes, JSON lines",
		Long: `Checks the exchanges in recordings: HAR 1.2, go-vcr cassettes and JSON lines, plain
or compressed with gzip or zstd. The format is recognized by the content. "-" is standard
input. No server and no credentials are needed.

Exchanges with other hosts, and paths that openapi.yaml does not have, are
counted and named; they are not errors. An entry that cannot be read is an error of
its recording; the others are checked.

All recordings are taken together, in the order in which the exchanges ended. Two
views of a user are compared only if the recordings show that nothing was written
in between; --complete is for recordings that have every write.`,
		Example: console.Indented(
			"onvy-contract replay session.har",
			"onvy-contract replay 'recordings/*.har' --junit report.xml",
			"zcat gateway.jsonl.gz | onvy-contract replay -",
		),
		Args: console.Some("recording"),
		RunE: func(cmd *cobra.Command, args []string) error {
			spendMemory()
			return runReplay(cmd, a, args, options, sort, &output)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringSliceVar(&options.Hosts, "host", nil, "a `HOST` that is this API too, beside those of openapi.yaml and loopback; may be repeated")
	cmd.Flags().StringVar(&options.BasePath, "base-path", "", "`PATH` of the API at its hosts, if it is not at the root")
	cmd.Flags().DurationVar(&options.Slow, "slow", 2*time.Second, "report an answer that took longer than this `DURATION`")
	console.RuleFlags(cmd.Flags(), &options.OnlyRules, &options.SkipRules)
	cmd.Flags().BoolVar(&options.Strict, "strict", false, "let assumptions and drift fail the run too")
	cmd.Flags().BoolVar(&options.Complete, "complete", false, "the recordings have every write, by anybody: find more (and wrongly, if one is missing)")
	cmd.Flags().BoolVar(&sort, "sort", false, "the recordings are in no order: sort them by time first, on disk if need be")
	output.Register(cmd.Flags())
	return cmd
}

// runReplay checks the recordings that arguments name.
func runReplay(cmd *cobra.Command, a *console.App, args []string, options contract.ReplayOptions, sort bool, output *outputs.Flags) error {
	if cmd.Flags().Changed("base-path") && !strings.HasPrefix(options.BasePath, "/") {
		return console.Usage(cmd, "--base-path is a path, which starts with \"/\"")
	}
	if options.Slow <= 0 {
		return console.Usage(cmd, "--slow must be more than 0")
	}
	spec, err := a.SpecFor(options.OnlyRules, options.SkipRules)
	if err != nil {
		return err
	}
	names, err := traffic.Recordings(args)
	if err != nil {
		return err
	}
	out, err := output.Open(a)
	if err != nil {
		return err
	}
	defer out.Discard()
	redactor, err := a.Redactor()
	if err != nil {
		return err
	}
	options.Evidence = redactor.Exchange
	options.OnExchange = output.Watching(nil)
	r, err := traffic.Replay(cmd.Context(), a, spec, names, options, sort, output.Quiet)
	if err != nil {
		return err
	}
	return out.Finish(r)
}
