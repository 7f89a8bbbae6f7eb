package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path"
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
	var sort bool
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
			if cmd.Flags().Changed("base-path") && !strings.HasPrefix(options.BasePath, "/") {
				return usage(cmd, "--base-path is a path, which starts with \"/\"")
			}
			spec, err := a.spec()
			if err != nil {
				return err
			}
			if err := rulesExist(spec, options.OnlyRules, options.SkipRules); err != nil {
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
			redactor, err := a.redactor()
			if err != nil {
				return err
			}
			options.Evidence = redactor.Exchange
			options.OnExchange = output.page.watching(nil)
			r, err := a.replay(cmd.Context(), spec, names, options, sort, output.quiet)
			if err != nil {
				return err
			}
			return out.finish(r)
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringSliceVar(&options.Hosts, "host", nil, "a `HOST` that is this API too, beside those of openapi.yaml and loopback; may be repeated")
	cmd.Flags().StringVar(&options.BasePath, "base-path", "", "`PATH` of the API at its hosts, if it is not at the root")
	cmd.Flags().DurationVar(&options.Slow, "slow", 2*time.Second, "an answer that took longer is a finding")
	ruleFlags(cmd.Flags(), &options.OnlyRules, &options.SkipRules)
	cmd.Flags().BoolVar(&options.Strict, "strict", false, "let assumptions and drift fail the run too")
	cmd.Flags().BoolVar(&options.Complete, "complete", false, "the recordings have every write there was, by anybody: find more (wrongly where a line is missing)")
	cmd.Flags().BoolVar(&sort, "sort", false, "the recordings are in no order: sort what they say by time first, on disk if need be")
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
	return eachOnce(slices.Compact(names)), nil
}

// eachOnce leaves out a file that is there under another name already: a link,
// or another way to write its path.
func eachOnce(names []string) (once []string) {
	var files []os.FileInfo
	for _, name := range names {
		info, err := os.Stat(name)
		if name != "-" && err == nil {
			if slices.ContainsFunc(files, func(other os.FileInfo) bool { return os.SameFile(info, other) }) {
				continue
			}
			files = append(files, info)
		}
		once = append(once, name)
	}
	return once
}

// replay checks recordings together. Whatever goes wrong in one is in the report.
func (a *app) replay(ctx context.Context, spec *contract.Spec, names []string, o contract.ReplayOptions, sort, quiet bool) (r *contract.Report, err error) {
	opened := a.openAll(names)
	defer opened.close()
	what := fmt.Sprintf("%d recordings", len(names))
	if len(names) == 1 {
		what = filepath.Base(names[0])
	}
	bar := a.progress(opened.size, what, true, quiet)
	o.OnEntry = func() { bar.set(opened.read.Load()) }
	if sort {
		r, err = spec.ReplaySorted(ctx, opened.recordings, o)
	} else {
		r = spec.ReplayAll(ctx, opened.recordings, o)
	}
	bar.end()
	opened.stale(a, spec)
	return r, err
}

// opened are recordings that are being read.
type opened struct {
	recordings []contract.Recording
	readers    []*recording.Reader // nil for one that cannot be opened
	size       int64               // of the files; what was read so far is read
	read       atomic.Int64
}

// openAll opens recordings. One that cannot be opened is a recording that has
// nothing but an error.
func (a *app) openAll(names []string) *opened {
	o := &opened{}
	for _, name := range names {
		r, err := a.open(name)
		o.readers = append(o.readers, r)
		if err != nil {
			o.recordings = append(o.recordings, contract.Recording{Name: name, Entries: func(yield func(contract.Entry, error) bool) {
				yield(contract.Entry{}, errors.New(plain(err)))
			}})
			continue
		}
		_, size := r.Progress()
		o.size += size
		o.recordings = append(o.recordings, contract.Recording{Name: name, Entries: raw(r, &o.read)})
	}
	return o
}

func (o *opened) close() {
	for _, r := range o.readers {
		if r != nil {
			_ = r.Close() // it was only read
		}
	}
}

// stale warns of recordings that are to be made anew.
func (o *opened) stale(a *app, spec *contract.Spec) {
	for i, r := range o.readers {
		if r == nil {
			continue
		}
		if stale := r.Meta().Stale(spec.SHA256(), time.Now()); stale != "" {
			a.note("Warning: %s: %s. Make it anew: onvy-contract record FILE", o.recordings[i].Name, stale)
		}
	}
}

func (a *app) open(name string) (*recording.Reader, error) {
	if name == "-" {
		return recording.NewReader(a.stdin, path.Base(cmp.Or(a.stdinName, "stdin")))
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
