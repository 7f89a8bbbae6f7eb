package recording

import (
	"context"
	"errors"
	"fmt"

	"github.com/onvy-health/onvy-go/contract"
)

// Create makes a Writer that redacts every exchange before it writes it, and
// searches what it writes for every value that was learned. Close goes over the
// file again if more was learned while it was written, and mends the entries
// that are not clean. Nothing that was not redacted is on the disk at any time:
// not in a temporary file, and not after a kill.
func Create(path string, meta Meta, redactor *Redactor) (*Writer, error) {
	if redactor == nil {
		return nil, errors.New("recording: no redactor; CreatePlain writes exchanges as they are")
	}
	meta.Redacted = true
	w, err := CreatePlain(path, meta)
	if err != nil {
		return nil, err
	}
	w.redactor = redactor
	return w, nil
}

// Stats says what RedactFile did.
type Stats struct {
	Entries int // written
	Broken  int // left out, because they could not be read
	Left    int // left out, because they could not be got clean
	Learned int // values that were learned and looked for
}

// RedactFile reads the recording in, "-" for standard input, and writes it
// redacted to out, as a HAR. What an exchange does not have is left out: pages,
// addresses of servers, extensions of browsers.
//
// A file is read twice, first to learn; so what is marked in the last entry is
// known in the first. Entries that cannot be read are counted and left out. On
// an error, and when ctx ends, there is no file.
func (r *Redactor) RedactFile(ctx context.Context, in, out string) (Stats, error) {
	if in != "-" {
		learn := func(x *contract.Exchange) error {
			r.inner.Learn(x)
			return ctx.Err()
		}
		if err := eachExchange(in, nil, learn); err != nil {
			return Stats{}, err
		}
	}
	var (
		w     *Writer
		stats Stats
	)
	defer func() {
		if w != nil {
			_ = w.Abort() // nothing, after Close
		}
	}()
	source, err := Open(in)
	if err != nil {
		return stats, err
	}
	defer source.Close()
	for entry, err := range source.All() {
		if _, broken := errors.AsType[*EntryError](err); broken {
			stats.Broken++
			continue
		}
		if err != nil {
			return stats, err
		}
		if w == nil { // what the recording says about itself is known by now
			if w, err = Create(out, source.Meta(), r); err != nil {
				return stats, err
			}
		}
		if err := errors.Join(ctx.Err(), w.Write(entry.Exchange)); err != nil {
			return stats, err
		}
		stats.Entries++
	}
	if w == nil {
		return stats, fmt.Errorf("recording: %s: %w that could be read", source.Name(), ErrNoEntries)
	}
	err = w.Close()
	stats.Learned, stats.Left = r.Learned(), w.left
	stats.Entries -= w.left
	return stats, err
}

// eachExchange calls f for every exchange that can be read.
func eachExchange(path string, broken func(error), f func(*contract.Exchange) error) error {
	source, err := Open(path)
	if err != nil {
		return err
	}
	defer source.Close()
	for entry, err := range source.All() {
		if e, ok := errors.AsType[*EntryError](err); ok {
			if broken != nil {
				broken(e)
			}
			continue
		}
		if err != nil {
			return err
		}
		if err := f(entry.Exchange); err != nil {
			return err
		}
	}
	return nil
}
