package traffic

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

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// Recordings expands patterns, for shells that do not, and names each file
// once.
func Recordings(args []string) ([]string, error) {
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

// Replay checks recordings together. Whatever goes wrong in one is in the report.
func Replay(ctx context.Context, a *console.App, spec *contract.Spec, names []string, o contract.ReplayOptions, sort, quiet bool) (r *contract.Report, err error) {
	opened := OpenAll(a, names)
	defer opened.Close()
	what := fmt.Sprintf("%d recordings", len(names))
	if len(names) == 1 {
		what = filepath.Base(names[0])
	}
	bar := console.NewProgress(a, opened.size, what, true, quiet)
	o.OnEntry = func() { bar.Set(opened.read.Load()) }
	if sort {
		r, err = spec.ReplaySorted(ctx, opened.Recordings, o)
	} else {
		r = spec.ReplayAll(ctx, opened.Recordings, o)
	}
	bar.End()
	opened.stale(a, spec)
	return r, err
}

// Opened are recordings that are being read.
type Opened struct {
	Recordings []contract.Recording
	readers    []*recording.Reader // nil for one that cannot be opened
	size       int64               // of the files; what was read so far is read
	read       atomic.Int64
}

// OpenAll opens recordings. One that cannot be opened is a recording that has
// nothing but an error.
func OpenAll(a *console.App, names []string) *Opened {
	o := &Opened{}
	for _, name := range names {
		r, err := open(a, name)
		o.readers = append(o.readers, r)
		if err != nil {
			o.Recordings = append(o.Recordings, contract.Recording{Name: name, Entries: func(yield func(contract.Entry, error) bool) {
				yield(contract.Entry{}, errors.New(console.Say(err)))
			}})
			continue
		}
		_, size := r.Progress()
		o.size += size
		o.Recordings = append(o.Recordings, contract.Recording{Name: name, Entries: raw(r, &o.read)})
	}
	return o
}

// Close closes the files.
func (o *Opened) Close() {
	for _, r := range o.readers {
		if r != nil {
			_ = r.Close() // it was only read
		}
	}
}

// stale warns of recordings that are to be made anew.
func (o *Opened) stale(a *console.App, spec *contract.Spec) {
	for i, r := range o.readers {
		if r == nil {
			continue
		}
		if stale := r.Meta().Stale(spec.SHA256(), time.Now()); stale != "" {
			a.Note("Warning: %s: %s. Make it anew: onvy-contract record FILE", o.Recordings[i].Name, stale)
		}
	}
}

func open(a *console.App, name string) (*recording.Reader, error) {
	if name == "-" {
		return recording.NewReader(a.Stdin, path.Base(cmp.Or(a.StdinName, "stdin")))
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
				err = errors.New(console.Plain(err)) // it is shown as it is
			}
			decode := func() (*contract.Exchange, error) {
				x, err := entry.Exchange()
				if err != nil {
					err = errors.New(console.Plain(err))
				}
				return x, err
			}
			if !yield(contract.Entry{Size: entry.Size(), Decode: decode}, err) {
				return
			}
		}
	}
}
