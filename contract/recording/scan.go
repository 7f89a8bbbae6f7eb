package recording

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how deeply a value may be nested. The deepest thing seen in
// practice is the call stack that Chromium adds to an entry, at about 200.
const maxDepth = 1000

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

// skip passes over the next value.
func (s *scanner) skip() error {
	_, err := s.value(nil, 0)
	if errors.Is(err, ErrTooLarge) || errors.Is(err, ErrTooDeep) {
		return nil
	}
	return err
}

// value appends the next value, as it is written, to dst. A value of more than
// limit bytes or too deep a value is passed over: then the error is
// ErrTooLarge or ErrTooDeep and the stream goes on behind the value. After any
// other error it does not go on.
func (s *scanner) value(dst []byte, limit int) ([]byte, error) {
	c, err := s.peek()
	if err != nil {
		return nil, err
	}
	k := keeper{dst: dst, limit: limit}
	switch c {
	case '{', '[', '"':
		err = s.nested(&k)
	case '}', ']', ',', ':':
		err = s.syntax()
	default:
		err = s.scalar(&k)
	}
	switch {
	case err != nil:
		return nil, err
	case k.over:
		return nil, fmt.Errorf("%w of %d bytes", ErrTooLarge, limit)
	}
	return k.dst, nil
}

// keeper collects a value up to a limit.
type keeper struct {
	dst   []byte
	limit int
	size  int
	over  bool
}

func (k *keeper) add(b []byte) {
	k.size += len(b)
	if k.over = k.over || k.size > k.limit; k.over {
		k.dst = nil
		return
	}
	k.dst = append(k.dst, b...)
}

// scalar passes over a number or a literal, or over whatever else is in its place.
func (s *scanner) scalar(k *keeper) error {
	for {
		start := s.pos
		for ; s.pos < s.end; s.pos++ {
			switch s.buf[s.pos] {
			case ' ', '\t', '\r', '\n', ',', ':', '{', '}', '[', ']', '"':
				k.add(s.buf[start:s.pos])
				return nil
			}
		}
		k.add(s.buf[start:s.pos])
		if !s.fill() {
			return s.cut()
		}
	}
}

// nested passes over a string, an object or an array.
func (s *scanner) nested(k *keeper) error {
	var (
		open     [maxDepth/64 + 1]uint64 // a bit for each level: is it an array?
		depth    int
		deep     bool
		inString bool
		escaped  bool
	)
	for {
		if s.pos == s.end && !s.fill() {
			return s.cut()
		}
		b, i := s.buf[s.pos:s.end], 0
		for i < len(b) {
			if inString {
				if escaped {
					escaped = false
					i++
				}
				for i < len(b) && b[i] != '"' && b[i] != '\\' {
					i++
				}
				if i == len(b) {
					break
				}
				inString, escaped = b[i] == '\\', b[i] == '\\'
				i++
				if inString || depth > 0 {
					continue
				}
				k.add(b[:i])
				s.pos += i
				return nil
			}
			c := b[i]
			i++
			switch c {
			case '"':
				inString = true
			case '{', '[':
				if depth++; depth > maxDepth {
					deep = true // from here on brackets are counted, not matched
				} else if bit := uint64(1) << (depth % 64); c == '[' {
					open[depth/64] |= bit
				} else {
					open[depth/64] &^= bit
				}
			case '}', ']':
				if depth <= maxDepth && (open[depth/64]>>(depth%64)&1 == 1) != (c == ']') {
					s.pos += i
					return s.syntax()
				}
				if depth--; depth > 0 {
					continue
				}
				k.add(b[:i])
				s.pos += i
				if deep {
					return fmt.Errorf("%w: more than %d levels", ErrTooDeep, maxDepth)
				}
				return nil
			}
		}
		k.add(b)
		s.pos = s.end
	}
}
