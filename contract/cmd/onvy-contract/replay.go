package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
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
its recording; the others are checked.

All recordings are taken together, by the time at which the exchanges ended. What
they say about one user is compared only as far as the record shows that nothing
was written in between; --complete is for records that have every write.`,
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
			options.OnExchange = output.page.watching(nil)
			return out.finish(a.replay(cmd.Context(), spec, names, options, output.quiet))
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringSliceVar(&options.Hosts, "host", nil, "a `HOST` that is this API too, beside those of openapi.yaml and loopback; may be repeated")
	cmd.Flags().StringVar(&options.BasePath, "base-path", "", "`PATH` of the API at its hosts, if it is not at the root")
	cmd.Flags().DurationVar(&options.Slow, "slow", 2*time.Second, "an answer that took longer is a finding")
	cmd.Flags().BoolVar(&options.Strict, "strict", false, "let assumptions and drift fail the run too")
	cmd.Flags().BoolVar(&options.Complete, "complete", false, "the recordings have every write there was, by anybody: find more (wrongly where a line is missing)")
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

// replay checks recordings together. Whatever goes wrong is in the report.
func (a *app) replay(ctx context.Context, spec *contract.Spec, names []string, o contract.ReplayOptions, quiet bool) *contract.Report {
	var read, size atomic.Int64
	var all []contract.Recording
	readers := make(map[string]*recording.Reader)
	what := fmt.Sprintf("%d recordings", len(names))
	if len(names) == 1 {
		what = filepath.Base(names[0])
	}
	for _, name := range names {
		r, err := a.open(name)
		if err != nil {
			all = append(all, contract.Recording{Name: name, Entries: func(yield func(contract.Entry, error) bool) {
				yield(contract.Entry{}, errors.New(plain(err)))
			}})
			continue
		}
		defer r.Close() //nolint:errcheck // it was only read
		_, n := r.Progress()
		size.Add(n)
		all = append(all, contract.Recording{Name: name, Entries: raw(r, &read)})
		readers[name] = r
	}
	bar := a.progress(size.Load(), what, true, quiet)
	o.OnEntry = func() { bar.set(read.Load()) }
	result := spec.ReplayAll(ctx, all, o)
	bar.end()
	for _, name := range slices.Sorted(maps.Keys(readers)) {
		if stale := readers[name].Meta().Stale(spec.SHA256(), time.Now()); stale != "" {
			a.note("Warning: %s: %s. Make it anew: onvy-contract record FILE", name, stale)
		}
	}
	return result
}

func (a *app) open(name string) (*recording.Reader, error) {
	if name == "-" {
		return recording.NewReader(a.stdin, "stdin")
	}
	return recording.Open(name)
}

// raw are the entries of a recording, which count how much of it was read.
func raw(r *recording.Reader, read *atomic.Int64) iter.Seq2[contract.Entry, error] {
	return func(yield func(contract.Entry, error) bool) {
		last := int64(0)
		for entry, err := range r.Raw() {
			now, _ := r.Progress()
			read.Add(now - last)
			last = now
			if err != nil {
				err = errors.New(plain(err)) // it is shown as it is
			}
			decode := func() (*contract.Exchange, error) {
				x, err := entry.Exchange()
				if err != nil {
					err = errors.New(plain(err))
				}
				return x, err
			}
			if !yield(contract.Entry{Size: entry.Size(), Decode: decode}, err) {
				return
			}
		}
	}
}
