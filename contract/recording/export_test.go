package recording

import (
	"io"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording/internal/entry"
)

// BothWays decodes an entry of a HAR, or a line, by each of the two sources.
func BothWays(raw []byte, line bool) (quick, careful *contract.Exchange, quickErr, carefulErr error) {
	read := func(s entry.Source) (*contract.Exchange, error) {
		d := &decoder{Source: s}
		if line {
			return lineDecoder{d}.entry()
		}
		return harDecoder{d}.entry()
	}
	quick, quickErr = read(entry.NewQuick(raw))
	careful, carefulErr = read(entry.NewCareful(raw))
	return quick, careful, quickErr, carefulErr
}

// Cut is the first value of a stream.
func Cut(r io.Reader) ([]byte, error) { return newScanner(r).value(nil, 1<<20) }

// Bytes is the entry as it is written.
func (r Raw) Bytes() []byte { return r.data }
