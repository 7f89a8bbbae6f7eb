package recording

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/onvy-health/onvy-go/contract/recording/internal/entry"
)

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
		open     levels
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
				i, escaped = easyText(b, i, escaped)
				if escaped && i < len(b) {
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
				if inString || open.depth > 0 {
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
				open.push(c == '[')
			case '}', ']':
				if !open.pop(c == ']') {
					s.pos += i
					return s.syntax()
				}
				if open.depth > 0 {
					continue
				}
				k.add(b[:i])
				s.pos += i
				return open.err()
			}
		}
		k.add(b)
		s.pos = s.end
	}
}

// easyText passes over the inside of a string from b[i] on, eight bytes at a
// time, and stops before eight with two backslashes side by side or with the end.
func easyText(b []byte, i int, escaped bool) (int, bool) {
	var last uint64 // is what comes next escaped?
	if escaped {
		last = 0x80
	}
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		slash := equal(w, '\\')
		after := slash<<8 | last
		if slash&after|equal(w, '"')&^after != 0 {
			break
		}
		last = slash >> 56
	}
	return i, last != 0
}

// Of each of eight bytes the lowest bit, and the highest.
const ones, tops = 0x0101010101010101, 0x8080808080808080

// equal has the top bits of those of eight bytes that are c.
func equal(w uint64, c byte) uint64 {
	w ^= ones * uint64(c)
	return ^(w&^tops + ^uint64(tops) | w) & tops
}

// levels are the brackets that are open: for each a bit, is it an array?
type levels struct {
	array [entry.MaxDepth/64 + 1]uint64
	depth int
	deep  bool // from here on brackets are counted, not matched
}

func (l *levels) push(array bool) {
	if l.depth++; l.depth > entry.MaxDepth {
		l.deep = true
	} else if bit := uint64(1) << (l.depth % 64); array {
		l.array[l.depth/64] |= bit
	} else {
		l.array[l.depth/64] &^= bit
	}
}

// pop reports whether the bracket is of the kind of the one that it closes.
func (l *levels) pop(array bool) bool {
	matches := l.depth > entry.MaxDepth || (l.array[l.depth/64]>>(l.depth%64)&1 == 1) == array
	l.depth--
	return matches
}

func (l *levels) err() error {
	if l.deep {
		return fmt.Errorf("%w: more than %d levels", ErrTooDeep, entry.MaxDepth)
	}
	return nil
}
