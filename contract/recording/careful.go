package recording

import (
	"bytes"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// careful reads any JSON, and says what is wrong with it. Invalid text it lets
// pass where nobody asks for it: what a recorder writes into its extensions does
// not matter.
type careful struct{ *jsontext.Decoder }

func newCareful(raw []byte) careful {
	return careful{jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))}
}

// syntax says where the JSON is broken without quoting it.
func (c careful) syntax(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w at byte %d of the entry", ErrSyntax, c.InputOffset())
}

func (c careful) open() error {
	_, err := c.ReadToken()
	return c.syntax(err)
}

func (c careful) more(end jsontext.Kind) (bool, error) {
	if k := c.PeekKind(); k != end && k != jsontext.KindInvalid {
		return true, nil
	}
	return false, c.open()
}

func (c careful) name() ([]byte, error) {
	raw, err := c.raw()
	switch {
	case err != nil:
		return nil, err
	case bytes.IndexByte(raw, '\\') >= 0:
		name, _ := jsontext.AppendUnquote(nil, raw) // a wrong name is an unknown name
		return name, nil
	}
	return raw[1 : len(raw)-1], nil
}

func (c careful) text() ([]byte, error) {
	raw, err := c.raw()
	if err != nil {
		return nil, err
	}
	b, err := jsontext.AppendUnquote([]byte{}, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: invalid UTF-8 or half a surrogate pair in %s", ErrEncoding, c.StackPointer())
	}
	return b, nil
}

func (c careful) raw() ([]byte, error) {
	raw, err := c.ReadValue()
	return raw, c.syntax(err)
}

func (c careful) skip() error { return c.syntax(c.SkipValue()) }

func (c careful) end() error {
	if _, err := c.ReadToken(); err != io.EOF {
		return fmt.Errorf("%w: something follows the exchange", ErrSyntax)
	}
	return nil
}
