package recording

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/atomicfile"
)

// Writer writes a HAR 1.2, one exchange at a time. It may be used by several
// goroutines. What it has written is at its place only after Close; until then
// it is in a file next to it that nobody else can read.
type Writer struct {
	mu       sync.Mutex
	path     string
	file     *atomicfile.File
	buffered *bufio.Writer
	packed   io.WriteCloser // nil unless the path ends in .gz or .zst
	out      io.Writer
	redactor *Redactor // nil to write exchanges as they are
	scratch  []byte
	n        int
	left     int   // out, see Left
	checked  int   // how many values were learned when the first entry was checked
	err      error // the first one; nothing is written after it
	closed   bool
}

// errClosed is what a closed Writer says.
var errClosed = errors.New("recording: the writer is closed")

// CreatePlain makes a Writer that writes exchanges as they are given. It is
// for exchanges that hold nothing personal and no secret, such as those with a
// sandbox. The file is packed if its name ends in ".gz" or
// ".zst", and has mode 0600. A link stays a link; to a pipe or a device the
// recording is copied when it is closed.
func CreatePlain(path string, meta Meta) (*Writer, error) {
	f, err := atomicfile.CreatePrivate(path)
	if err != nil {
		return nil, fmt.Errorf("recording: %w", err)
	}
	w := &Writer{path: path, file: f}
	if err := w.pack(path); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	if err := w.begin(meta); err != nil {
		return nil, errors.Join(err, w.Abort())
	}
	return w, nil
}

// pack sets up what the name of the file asks for.
func (w *Writer) pack(path string) error {
	w.buffered = bufio.NewWriterSize(w.file, 64<<10)
	w.out = w.buffered
	switch {
	case strings.HasSuffix(path, ".gz"):
		w.packed = gzip.NewWriter(w.buffered)
	case strings.HasSuffix(path, ".zst"):
		z, err := zstd.NewWriter(w.buffered, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return fmt.Errorf("recording: %w", err)
		}
		w.packed = z
	default:
		return nil
	}
	w.out = w.packed
	return nil
}

// begin writes what comes before the entries.
func (w *Writer) begin(meta Meta) error {
	head := struct {
		Version string `json:"version"`
		Creator struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"creator"`
		Onvy struct {
			SpecSHA256 string `json:"spec_sha256,omitempty"`
			RecordedAt string `json:"recorded_at,omitempty"`
			Redacted   bool   `json:"redacted"`
		} `json:"_onvy"`
	}{Version: "1.2"}
	head.Creator.Name, head.Creator.Version = "onvy-contract", "1"
	head.Onvy.SpecSHA256, head.Onvy.Redacted = meta.SpecSHA256, meta.Redacted
	if !meta.RecordedAt.IsZero() {
		head.Onvy.RecordedAt = meta.RecordedAt.UTC().Format(time.RFC3339)
	}
	b, err := appendJSON(nil, &head)
	if err != nil {
		return err
	}
	return w.put(`{"log":`, string(b[:len(b)-1]), `,"entries":[`)
}

// put writes, and keeps the first error.
func (w *Writer) put(parts ...string) error {
	for _, p := range parts {
		if w.err == nil {
			_, w.err = io.WriteString(w.out, p)
		}
	}
	return w.err
}

// Write adds an exchange.
func (w *Writer) Write(x *contract.Exchange) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	if w.err != nil {
		return w.err
	}
	b := w.scratch[:0]
	if w.n > 0 {
		b = append(b, ',')
	}
	b, ok, err := w.entry(append(b, '\n'), x)
	if err != nil {
		return err
	}
	w.scratch = b[:0]
	if !ok {
		w.left++
		return nil
	}
	w.n++
	if _, w.err = w.out.Write(b); w.err != nil {
		w.err = fmt.Errorf("recording: %w", w.err)
	}
	return w.err
}

// Close ends the HAR, makes sure that it is on the disk and moves it to its
// place. After an error there is no file, neither there nor next to it; one
// that was there before is still there.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	err := w.put("\n]}}\n")
	if w.packed != nil {
		err = errors.Join(err, w.packed.Close())
	}
	err = errors.Join(err, w.buffered.Flush())
	if err == nil && w.redactor != nil && w.redactor.Learned() != w.checked {
		err = w.mend()
	}
	w.closed = true
	if err == nil {
		err = w.file.Commit()
	}
	if err = errors.Join(err, w.file.Discard()); err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	return nil
}

// Abort gives up what was written. After Close it does nothing, so that it can
// be deferred.
func (w *Writer) Abort() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	return w.abort()
}

func (w *Writer) abort() error {
	w.closed = true
	if err := w.file.Discard(); err != nil {
		return fmt.Errorf("recording: %w", err)
	}
	return nil
}
