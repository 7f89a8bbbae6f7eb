package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

func (a *app) replayCommand() *cobra.Command {
	var output outputFlags
	var options contract.ReplayOptions
	cmd := &cobra.Command{
		Use:   "replay FILE...",
		Short: "Check recordings: HAR, go-vcr cassettes, JSON lines",
		Long: `Checks the exchanges in recordings: HAR 1.2, go-vcr cassettes and JSON lines, plain
or packed with gzip or zstd. The format is told by the content. "-" is standard
input. No server and no credentials are needed.

Exchanges with other hosts, and paths that openapi.yaml does not have, are
counted and named, and are no error. An entry that cannot be read is an error of
its recording; the others are checked.`,
		Example: indented(
			"onvy-contract replay session.har",
			"onvy-contract replay 'recordings/*.har' --junit report.xml",
			"zcat gateway.jsonl.gz | onvy-contract replay -",
		),
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(cmd, "no recording is named")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			spec, err := a.spec()
			if err != nil {
				return err
			}
			names, err := recordings(args)
			if err != nil {
				return err
			}
			out, err := output.open(a)
			if err != nil {
				return err
			}
			defer out.discard()
			var reports []*contract.Report
			for _, name := range names {
				reports = append(reports, a.replay(cmd.Context(), spec, name, options, &output))
			}
			return out.finish(joined(reports))
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringSliceVar(&options.Hosts, "host", nil, "a `HOST` that is this API too, beside those of openapi.yaml and loopback; may be repeated")
	cmd.Flags().StringVar(&options.BasePath, "base-path", "", "`PATH` of the API at its hosts, if it is not at the root")
	cmd.Flags().DurationVar(&options.Slow, "slow", 2*time.Second, "an answer that took longer is a finding")
	cmd.Flags().BoolVar(&options.Strict, "strict", false, "let assumptions and drift fail the run too")
	output.register(cmd.Flags())
	return cmd
}

// recordings expands patterns, for shells that do not, and names each file
// once.
func recordings(args []string) ([]string, error) {
	var names []string
	for _, arg := range args {
		if _, err := os.Lstat(arg); arg == "-" || err == nil || !strings.ContainsAny(arg, "*?[") {
			names = append(names, arg)
			continue
		}
		found, err := filepath.Glob(arg)
		if err != nil {
			return nil, fmt.Errorf("%s is not a file and not a pattern: %w", arg, err)
		}
		if found == nil {
			return nil, fmt.Errorf("no file matches %s", arg)
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// replay checks one recording. Whatever goes wrong is in its report.
func (a *app) replay(ctx context.Context, spec *contract.Spec, name string, o contract.ReplayOptions, output *outputFlags) *contract.Report {
	r, err := a.open(name)
	if err != nil {
		// Replay makes the report of a recording that has nothing but an error.
		return spec.Replay(ctx, name, func(yield func(*contract.Exchange, error) bool) { yield(nil, errors.New(plain(err))) }, o)
	}
	defer r.Close() //nolint:errcheck // it was only read
	_, size := r.Progress()
	bar := a.progress(size, filepath.Base(name), true, output.quiet)
	result := spec.Replay(ctx, name, output.page.watched(exchanges(r, bar)), o)
	bar.end()
	if stale := r.Meta().Stale(spec.SHA256(), time.Now()); stale != "" {
		a.note("Warning: %s: %s. Make it anew: onvy-contract record FILE", name, stale)
	}
	return result
}

func (a *app) open(name string) (*recording.Reader, error) {
	if name == "-" {
		return recording.NewReader(a.stdin, "stdin")
	}
	return recording.Open(name)
}

// exchanges are those of a recording, and move the bar.
func exchanges(r *recording.Reader, bar *progress) iter.Seq2[*contract.Exchange, error] {
	return func(yield func(*contract.Exchange, error) bool) {
		for entry, err := range r.All() {
			read, _ := r.Progress()
			bar.set(read)
			if err != nil {
				err = errors.New(plain(err)) // it is shown as it is
			}
			if !yield(entry.Exchange, err) {
				return
			}
		}
	}
}
