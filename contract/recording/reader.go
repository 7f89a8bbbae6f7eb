package recording

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/read"
)

// DefaultEntryLimit is how large one entry may be, as it is written.
const DefaultEntryLimit = 64 << 20

// Reader reads a recording once, from its beginning to its end.
type Reader struct {
	name   string
	in     *counter
	size   int64
	br     *bufio.Reader
	format Format
	limit  int
	meta   Meta
	close  []func()
}

// Option changes how a Reader reads.
type Option func(*Reader) error

// WithEntryLimit sets how many bytes one entry may have as it is written;
// beyond them it is passed over with ErrTooLarge.
func WithEntryLimit(bytes int) Option {
	return func(r *Reader) error {
		if bytes < 1 {
			return fmt.Errorf("recording: an entry limit of %d bytes", bytes)
		}
		r.limit = bytes
		return nil
	}
}

// Open opens a recording; "-" is standard input. The format and the packing
// are told by the content, not by the name. The error wraps ErrEmpty or
// ErrFormat where the content is no recording, or is that of the file system.
func Open(path string, opts ...Option) (*Reader, error) {
	if path == "-" {
		return NewReader(os.Stdin, "stdin", opts...)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a directory", path)
	}
	if err != nil {
		_ = f.Close() // nothing was written to it
		return nil, fmt.Errorf("recording: %w", err)
	}
	r, err := NewReader(f, filepath.Base(path), opts...)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	r.size = info.Size()
	r.close = append(r.close, func() { _ = f.Close() })
	return r, nil
}

// NewReader reads a recording from a stream. The name is used in errors and in
// the names of exchanges ("session.har#12").
func NewReader(in io.Reader, name string, opts ...Option) (*Reader, error) {
	r := &Reader{name: name, in: &counter{r: in}, limit: DefaultEntryLimit}
	for _, opt := range opts {
		if err := opt(r); err != nil {
			return nil, err
		}
	}
	unpacked, done, err := unpack(r.in)
	if err != nil {
		return nil, fmt.Errorf("recording: %s: %w", name, err)
	}
	r.close = append(r.close, done)
	r.br = bufio.NewReaderSize(unpacked, window)
	if r.format, err = detect(r.br); err != nil {
		_ = r.Close()
		return nil, fmt.Errorf("recording: %s: %w", name, err)
	}
	return r, nil
}

// Close frees what the Reader holds; the stream given to NewReader stays open.
func (r *Reader) Close() error {
	for _, f := range r.close {
		f()
	}
	r.close = nil
	return nil
}

// Name is the name of the recording.
func (r *Reader) Name() string { return r.name }

// Format is the format of the recording.
func (r *Reader) Format() Format {
	if r.format == yamlCassette {
		return Cassette
	}
	return r.format
}

// Meta is what the recording says about itself. A HAR of this package says it
// before its first entry; other recordings say nothing, which is the zero Meta.
func (r *Reader) Meta() Meta { return r.meta }

// Progress is how many bytes of the file were read, and how many it has: 0 if
// that is unknown. It may be called while another goroutine reads.
func (r *Reader) Progress() (read, size int64) { return r.in.n.Load(), r.size }

// counter counts what is read, packed as it is.
type counter struct {
	r io.Reader
	n atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// Entry is one recorded exchange.
type Entry struct {
	Index    int // place in the recording, from 0; that of a HAR in log.entries
	Exchange *contract.Exchange
}

// All yields the entries in their order. An error that is an [EntryError] is
// of one entry, and the entries after it still come; any other is the last
// thing to come, after all that could be read.
func (r *Reader) All() iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for raw, err := range r.Raw() {
			entry := Entry{Index: raw.Index}
			if err == nil {
				entry.Exchange, err = raw.Exchange()
			}
			if !yield(entry, err) {
				return
			}
		}
	}
}

// Raw is an entry that was cut out of the recording and not looked into. It
// keeps its own memory, so that entries can be decoded by several goroutines.
type Raw struct {
	Index  int
	name   string
	data   []byte
	decode func([]byte) (*contract.Exchange, error)
}

// Size is how many bytes the entry has as it is written.
func (r Raw) Size() int { return len(r.data) }

// Exchange decodes the entry. An error is an [EntryError].
func (r Raw) Exchange() (*contract.Exchange, error) {
	x, err := r.decode(r.data)
	if err != nil {
		return nil, &EntryError{Name: r.name, Index: r.Index, Err: err}
	}
	read.Kept(x)
	x.Name = fmt.Sprintf("%s#%d", r.name, r.Index)
	return x, nil
}

// Raw yields the entries as All does, without decoding them.
func (r *Reader) Raw() iter.Seq2[Raw, error] {
	return func(yield func(Raw, error) bool) {
		e := &emitter{Reader: r, yield: yield}
		var err error
		switch r.format {
		case Lines:
			err = e.lines()
		case yamlCassette:
			err = newYAMLItems(e).read()
		default:
			err = documents{e}.read()
		}
		if err == nil && e.index == 0 {
			err = ErrNoEntries
		}
		if err != nil && err != errStop {
			yield(Raw{Index: e.index}, fmt.Errorf("recording: %s: after %d entries: %w", r.name, e.index, err))
		}
	}
}

// errStop ends a walk because the caller wants no more entries.
var errStop = errors.New("stop")

// emitter hands entries to the caller.
type emitter struct {
	*Reader
	yield func(Raw, error) bool
	index int
}

// emit hands on the entry that was cut out with err. An error that spoils only
// this entry is handed on too; any other is returned.
func (e *emitter) emit(data []byte, err error, decode func([]byte) (*contract.Exchange, error)) error {
	raw := Raw{Index: e.index, name: e.name, data: data, decode: decode}
	if err != nil {
		if !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrTooDeep) {
			return err
		}
		err = &EntryError{Name: e.name, Index: e.index, Err: err}
	}
	e.index++
	if !e.yield(raw, err) {
		return errStop
	}
	return nil
}
