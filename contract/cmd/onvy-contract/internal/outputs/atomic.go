package outputs

import (
	"bufio"
	"io"

	"github.com/onvy-health/onvy-go/contract/internal/atomicfile"
)

// atomicFile is a report that is being written. A nil one is of a report that
// nobody asked for.
type atomicFile struct{ file *atomicfile.File }

func createAtomic(name string) (*atomicFile, error) {
	f, err := atomicfile.Create(name)
	if err != nil {
		return nil, err
	}
	return &atomicFile{f}, nil
}

// discard removes what was begun. It may be called after commit.
func (a *atomicFile) discard() {
	if a != nil {
		_ = a.file.Discard() // what cannot be removed is a report
	}
}

// commit writes the content and puts the file in its place.
func (a *atomicFile) commit(write func(io.Writer) error) error {
	if a == nil {
		return nil
	}
	defer a.discard()
	w := bufio.NewWriter(a.file)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return a.file.Commit()
}
