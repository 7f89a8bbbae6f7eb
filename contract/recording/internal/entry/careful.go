package entry

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

// NewCareful is a source of any JSON, which says what is wrong with it.
func NewCareful(raw []byte) Source {
	return careful{jsontext.NewDecoder(bytes.NewBuffer(raw), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))}
}

// syntax says where the JSON is broken without quoting it.
func (c careful) syntax(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w at byte %d of the entry", ErrSyntax, c.InputOffset())
}

func (c careful) Open() error {
	_, err := c.ReadToken()
	return c.syntax(err)
}

func (c careful) More(end jsontext.Kind) (bool, error) {
	if k := c.PeekKind(); k != end && k != jsontext.KindInvalid {
		return true, nil
	}
	return false, c.Open()
}

func (c careful) Name() ([]byte, error) {
	raw, err := c.Raw()
	switch {
	case err != nil:
		return nil, err
	case bytes.IndexByte(raw, '\\') >= 0:
		name, _ := jsontext.AppendUnquote(nil, raw) // a wrong name is an unknown name
		return name, nil
	}
	return raw[1 : len(raw)-1], nil
}

func (c careful) Text() ([]byte, error) {
	raw, err := c.Raw()
	if err != nil {
		return nil, err
	}
	b, err := jsontext.AppendUnquote([]byte{}, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: invalid UTF-8 or half a surrogate pair in %s", ErrEncoding, c.StackPointer())
	}
	return b, nil
}

func (c careful) Raw() ([]byte, error) {
	raw, err := c.ReadValue()
	return raw, c.syntax(err)
}

func (c careful) Skip() error { return c.syntax(c.SkipValue()) }

func (c careful) End() error {
	if _, err := c.ReadToken(); err != io.EOF {
		return fmt.Errorf("%w: something follows the exchange", ErrSyntax)
	}
	return nil
}

func (careful) Free() {}
