package redact

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/onvy-health/onvy-go/contract"
	"golang.org/x/sync/errgroup"

	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// ErrLeak: a learned value is in what was redacted.
var ErrLeak = errors.New("a value that was to be redacted is still there")

// Verify reads what was written and looks in it for every value that was
// learned: as it is, and under JSON escapes, URL escapes and base64, in any
// order and up to four deep, as in the payload of a JWT in a cursor. The error
// wraps ErrLeak and says in which line, counted from 1, and what kind of value
// it was, not which.
//
// It must be given the text itself, with what packs it taken off.
func (r *Redactor) Verify(in io.Reader) error {
	r.mu.Lock() // what is learned must not change; it is read by several goroutines
	defer r.mu.Unlock()
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	err := pieces(in, func(line int, text string) {
		work.Go(func() error {
			if c := r.learned.Leak(text, 4); c != value.Unmarked {
				return fmt.Errorf("%w: a value of class %s in line %d", ErrLeak, c, line)
			}
			return nil
		})
	})
	return errors.Join(work.Wait(), err)
}

// Clean reports whether no value that was learned is in what was written of an
// exchange, in any encoding that [Redactor.Verify] looks under.
func (r *Redactor) Clean(written []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.learned.Leak(string(written), 4) == value.Unmarked
}

// Mend returns an exchange that was redacted without the values that were
// learned too late for it, or that are in it by chance. Each is replaced where
// it is; where it hides behind an encoding, the text around it is.
func (r *Redactor) Mend(x *contract.Exchange) *contract.Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := mender{r.replacer}
	return rewrite(x, m.text, m.body)
}

// Harden is Mend for an exchange that is not clean after it: nothing stays in it
// but its form.
func (r *Redactor) Harden(x *contract.Exchange) *contract.Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return rewrite(x, blot, func(b []byte) []byte { return []byte(blot(string(b))) })
}

// pieces calls f for every line; for a long one, for pieces that overlap by
// more than any value is long.
func pieces(in io.Reader, f func(line int, text string)) error {
	const (
		most    = 4 << 20
		overlap = 64 << 10
	)
	br := bufio.NewReaderSize(in, 64<<10)
	var text []byte
	for line := 1; ; {
		piece, err := br.ReadSlice('\n')
		text = append(text, piece...)
		if err == bufio.ErrBufferFull && len(text) < most {
			continue
		}
		f(line, string(text))
		switch err {
		case nil:
			line++
			text = text[:0]
		case bufio.ErrBufferFull:
			text = append(text[:0], text[len(text)-overlap:]...)
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}
