package recording

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/onvy-health/onvy-go/contract"
)

// Create makes a Writer that redacts every exchange before it writes it, and
// whose Close verifies the file before it is moved to its place. Nothing that
// was not redacted is on the disk at any time: not in a temporary file, and not
// after a kill.
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
	Learned int // values that were learned and looked for
}

// RedactFile reads the recording in, "-" for standard input, and writes it
// redacted to out, as a HAR. What an exchange does not have is left out: pages,
// addresses of servers, extensions of browsers.
//
// A file is read twice, first to learn; so what is marked in the last entry is
// known in the first. Entries that cannot be read are counted and left out. On
// an error there is no file; one wraps ErrLeak if the result did not hold
// against Verify, and what Open and Reader return otherwise.
func (r *Redactor) RedactFile(in, out string) (Stats, error) {
	if in != "-" {
		if err := eachExchange(in, nil, func(x *contract.Exchange) error { r.Exchange(x); return nil }); err != nil {
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
		if err := w.Write(entry.Exchange); err != nil {
			return stats, err
		}
		stats.Entries++
	}
	if w == nil {
		return stats, fmt.Errorf("recording: %s: %w that could be read", source.Name(), ErrNoEntries)
	}
	stats.Learned = r.Learned()
	return stats, w.Close()
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

// verify reads a file back and looks for what was learned.
func (r *Redactor) verifyFile(f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return r.Verify(f)
}
