package recording

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// scanner cuts a stream of JSON into values, looking no closer than brackets
// and quotes need. A decoder reads the values afterwards. Two passes, because
// a decoder gives up at the first mistake and holds whole strings in memory:
// with this one in front, a mistake inside an entry costs that entry only, and
// an entry beyond the limit is passed over in the space of one buffer.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	base     int64 // offset of buf[0] in the stream
	err      error // of r; io.EOF at the end
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, buf: make([]byte, 64<<10)}
}

// fill reads more once everything in the buffer is used. It says false at the
// end of the stream or at an error of it.
func (s *scanner) fill() bool {
	s.base += int64(s.end)
	s.pos, s.end = 0, 0
	for range 100 {
		if s.err != nil {
			return false
		}
		s.end, s.err = s.r.Read(s.buf)
		if s.end > 0 {
			return true
		}
	}
	s.err = io.ErrNoProgress
	return false
}

// cut is the error for a stream that ends where it must not.
func (s *scanner) cut() error {
	if s.err == nil || s.err == io.EOF || errors.Is(s.err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w at byte %d", ErrTruncated, s.base+int64(s.pos))
	}
	return fmt.Errorf("after byte %d: %w", s.base+int64(s.pos), s.err)
}

func (s *scanner) syntax() error {
	return fmt.Errorf("%w at byte %d", ErrSyntax, s.base+int64(s.pos))
}

// peek passes over white space and returns the next byte without using it.
func (s *scanner) peek() (byte, error) {
	for {
		for ; s.pos < s.end; s.pos++ {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\r', '\n':
			default:
				return c, nil
			}
		}
		if !s.fill() {
			return 0, s.cut()
		}
	}
}

// members calls f for each member of the object that comes next. f has to use
// the value; what it returns ends the object.
func (s *scanner) members(f func(name string) error) error {
	return s.list('{', '}', func() error {
		raw, err := s.value(nil, 256)
		if err != nil && !errors.Is(err, ErrTooLarge) {
			return err
		}
		name := ""
		if err == nil { // a longer name is none that anybody looks for
			b, err := jsontext.AppendUnquote(nil, raw)
			if err != nil {
				return s.syntax()
			}
			name = string(b)
		}
		switch c, err := s.peek(); {
		case err != nil:
			return err
		case c != ':':
			return s.syntax()
		}
		s.pos++
		return f(name)
	})
}

// elements calls f for each element of the array that comes next.
func (s *scanner) elements(f func() error) error { return s.list('[', ']', f) }

func (s *scanner) list(open, end byte, f func() error) error {
	switch c, err := s.peek(); {
	case err != nil:
		return err
	case c != open:
		return s.syntax()
	}
	s.pos++
	for first := true; ; first = false {
		c, err := s.peek()
		switch {
		case err != nil:
			return err
		case c == end:
			s.pos++
			return nil
		case !first && c != ',':
			return s.syntax()
		case !first:
			s.pos++
		}
		if err := f(); err != nil {
			return err
		}
	}
}
