package recording

import (
	"errors"
	"fmt"

	"github.com/onvy-health/onvy-go/contract/recording/internal/entry"
)

// What can be wrong with a recording as a whole, or with one entry of it.
// Errors of this package wrap one of these and never quote the input.
var (
	// ErrEmpty: there is nothing to read.
	ErrEmpty = errors.New("the input is empty")
	// ErrFormat: it is none of the formats that this package reads.
	ErrFormat = errors.New("not a recording")
	// ErrSyntax: the structure around the entries is broken, so that no further
	// entry can be found; or, in an EntryError, the entry itself is.
	ErrSyntax = entry.ErrSyntax
	// ErrTruncated: the input ends in the middle. What came before was read.
	ErrTruncated = errors.New("the input is cut off")
	// ErrNoEntries: it is a recording, and nothing is recorded in it.
	ErrNoEntries = errors.New("no entries")
	// ErrTooLarge: an entry is larger than the limit of the reader.
	ErrTooLarge = errors.New("larger than the limit")
	// ErrTooDeep: an entry is nested more deeply than 1,000 levels.
	ErrTooDeep = errors.New("nested too deeply")
	// ErrEntry: an entry is JSON and not an exchange.
	ErrEntry = errors.New("not an exchange")
	// ErrEncoding: a value is not the text or the base64 that it should be.
	ErrEncoding = entry.ErrEncoding
)

// EntryError is an error of one entry. The entries after it are still read.
type EntryError struct {
	Name  string // of the recording
	Index int    // of the entry, from 0
	Err   error
}

func (e *EntryError) Error() string {
	return fmt.Sprintf("recording: %s: entry %d: %v", e.Name, e.Index, e.Err)
}

func (e *EntryError) Unwrap() error { return e.Err }
