// Package entry reads the JSON of one entry of a recording, value by value: in
// the way that is quick, or in the one that says what is wrong.
package entry

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// MaxDepth is how deeply a value may be nested. The deepest thing seen in
// practice is the call stack that Chromium adds to an entry, at about 200.
const MaxDepth = 1000

// What can be wrong with an entry.
var (
	ErrSyntax   = errors.New("broken structure")
	ErrEncoding = errors.New("wrong encoding")
)

// Source is an entry that is being read. What it returns is good until more is
// read.
type Source interface {
	// PeekKind is the kind of what comes next.
	PeekKind() jsontext.Kind
	// Open passes over the bracket of an object or an array.
	Open() error
	// More reports whether another member or element comes; if not, the bracket
	// is passed over.
	More(end jsontext.Kind) (bool, error)
	// Name is the name of a member, behind which its value comes.
	Name() ([]byte, error)
	// Text is a string, unescaped.
	Text() ([]byte, error)
	// Raw is any value as it is written.
	Raw() ([]byte, error)
	// Skip passes over any value.
	Skip() error
	// End says what follows the last value, which has to be nothing.
	End() error
	// Free lets others have the memory of the source, which is not read any more.
	Free()
}
