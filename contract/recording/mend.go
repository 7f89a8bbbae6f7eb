package recording

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/onvy-health/onvy-go/contract"
)

// entry appends an exchange as an entry. With a Redactor it is redacted, and
// what was written of it is searched for learned values. One is there by chance,
// or because it was learned after this exchange had been redacted; then the
// entry is mended. One that cannot be mended is left out: ok is false.
func (w *Writer) entry(dst []byte, x *contract.Exchange) (all []byte, ok bool, err error) {
	if w.redactor == nil {
		all, err = appendHAR(dst, x)
		return all, true, err
	}
	x = w.redactor.Exchange(x)
	if w.n+w.left == 0 {
		w.checked = w.redactor.Learned()
	}
	return w.clean(dst, x)
}

// clean appends an exchange that was redacted, mended if need be.
func (w *Writer) clean(dst []byte, x *contract.Exchange) (all []byte, ok bool, err error) {
	start := len(dst)
	for _, mend := range []func(*contract.Exchange) *contract.Exchange{same, w.redactor.inner.Mend, w.redactor.inner.Harden} {
		x = mend(x)
		dst, err = appendHAR(dst[:start], x)
		if err != nil {
			return dst, false, err
		}
		if w.redactor.inner.Clean(dst[start:]) {
			return dst, true, nil
		}
	}
	return dst, false, nil
}

func same(x *contract.Exchange) *contract.Exchange { return x }

// Left is how many exchanges were left out, because a value that was to be
// redacted could not be got out of them. It is for after Close.
func (w *Writer) Left() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.left
}

// mend goes over a file that was written while values were still being learned,
// and mends the entries with a value that was learned after them. The new file
// takes the place of the old one, which nobody has seen.
func (w *Writer) mend() error {
	was, err := w.file.Rewrite()
	if err != nil {
		return err
	}
	defer was.Discard() //nolint:errcheck // what cannot be removed holds nothing but redacted exchanges
	if _, err := was.Seek(0, io.SeekStart); err != nil {
		return err
	}
	unpacked, done, err := unpack(bufio.NewReader(was))
	if err != nil {
		return err
	}
	defer done()
	if err := w.pack(w.path); err != nil {
		return err
	}
	w.n = 0
	if err := w.mendLines(bufio.NewReaderSize(unpacked, 64<<10)); err != nil {
		return err
	}
	if w.packed != nil {
		err = w.packed.Close()
	}
	return errors.Join(err, w.buffered.Flush())
}

// mendLines copies the lines of a file of this package: the first one, one for
// each entry, and the last one.
func (w *Writer) mendLines(in *bufio.Reader) error {
	for line := 0; ; line++ {
		text, err := in.ReadBytes('\n')
		if err == io.EOF && len(text) == 0 {
			return w.err
		}
		if err != nil {
			return fmt.Errorf("reading back what was written: %w", err)
		}
		text = bytes.TrimRight(text, ",\n")
		switch {
		case line == 0:
			_ = w.put(string(text))
			continue
		case text[0] == ']':
			_ = w.put("\n", string(text), "\n")
			continue
		}
		if !w.redactor.inner.Clean(text) {
			x, err := decodeHAR(text)
			if err != nil {
				return fmt.Errorf("reading back what was written: %w", err)
			}
			var ok bool
			if text, ok, err = w.clean(nil, x); err != nil {
				return err
			}
			if !ok {
				w.left++
				continue
			}
		}
		if w.n++; w.n > 1 {
			_ = w.put(",")
		}
		_ = w.put("\n", string(text))
	}
}
