package entry

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/bits"
	"strconv"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// errRare is what quick says of all that it leaves to careful.
var errRare = errors.New("to be read with care")

// quick reads the JSON that entries nearly always are. Of anything else, right
// or wrong, it says errRare: wrong syntax, text that is not UTF-8, surrogate
// pairs, numbers with an exponent, more than MaxDepth levels.
type quick struct {
	data  []byte
	pos   int
	value bool   // one was just read: a comma or the end of the list is next
	out   []byte // the string that was read last; has room for all of data and 8 bytes
}

var quicks = sync.Pool{New: func() any { return &quick{} }}

// NewQuick is a source that fails at whatever is rare or wrong; then NewCareful
// is asked.
func NewQuick(raw []byte) Source {
	q := quicks.Get().(*quick)
	q.data, q.pos, q.value = raw, 0, false
	if len(q.out) < len(raw)+8 {
		q.out = make([]byte, len(raw)+len(raw)/4+8)
	}
	return q
}

// Free lets others have the memory of q, unless that is much.
func (q *quick) Free() {
	if q.data = nil; len(q.out) <= 1<<20 {
		quicks.Put(q)
	}
}

func (q *quick) PeekKind() jsontext.Kind {
	for ; q.pos < len(q.data); q.pos++ {
		switch c := q.data[q.pos]; c {
		case ' ', '\t', '\r', '\n':
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return jsontext.KindNumber
		default:
			return jsontext.Kind(c)
		}
	}
	return jsontext.KindInvalid
}

func (q *quick) Open() error {
	q.pos++
	q.value = false
	return nil
}

func (q *quick) More(end jsontext.Kind) (bool, error) {
	switch k := q.PeekKind(); {
	case k == end:
		q.pos++
		q.value = true
		return false, nil
	case !q.value:
		return true, nil
	case k != ',':
		return false, errRare
	}
	q.pos++
	q.value = false
	return true, nil
}

func (q *quick) Name() ([]byte, error) {
	name, err := q.Text()
	if err != nil || q.PeekKind() != ':' {
		return nil, errRare
	}
	q.pos++
	return name, nil
}

// unescaped are the bytes for which one stands after a backslash.
var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// Text copies a string eight bytes at a time, up to the next one that is not
// what it stands for.
func (q *quick) Text() ([]byte, error) {
	if q.PeekKind() != jsontext.KindString {
		return nil, errRare
	}
	in, out, i, n, all := q.data, q.out, q.pos+1, 0, uint64(0)
	for {
		var w uint64
		if i+8 <= len(in) {
			w = binary.LittleEndian.Uint64(in[i:])
		} else {
			var last [8]byte
			copy(last[:], in[i:])
			w = binary.LittleEndian.Uint64(last[:])
		}
		binary.LittleEndian.PutUint64(out[n:], w)
		all |= w
		k := plainBytes(w)
		i, n = i+k, n+k
		switch {
		case k == 8:
		case i == len(in):
			return nil, errRare
		case in[i] == '"':
			q.pos, q.value = i+1, true
			if all&tops != 0 && !utf8.Valid(out[:n]) {
				return nil, errRare
			}
			return out[:n], nil
		case in[i] != '\\' || i+1 == len(in):
			return nil, errRare
		case unescaped[in[i+1]] != 0:
			out[n] = unescaped[in[i+1]]
			i, n = i+2, n+1
		default:
			if in[i+1] != 'u' || i+6 > len(in) {
				return nil, errRare
			}
			r, err := strconv.ParseUint(string(in[i+2:i+6]), 16, 16)
			if err != nil || utf16.IsSurrogate(rune(r)) {
				return nil, errRare
			}
			i, n = i+6, n+utf8.EncodeRune(out[n:], rune(r))
		}
	}
}

// Of each of eight bytes the lowest bit, and the highest.
const ones, tops = 0x0101010101010101, 0x8080808080808080

// plainBytes is how many of eight bytes of a string come before a quote, a
// backslash or a control character.
func plainBytes(w uint64) int {
	quote, slash := w^'"'*ones, w^'\\'*ones
	// The lowest of these bits is right; a borrow may set higher ones.
	special := ((w-' '*ones)&^w | (quote-ones)&^quote | (slash-ones)&^slash) & tops
	return bits.TrailingZeros64(special) / 8
}

func (q *quick) Raw() ([]byte, error) {
	_ = q.PeekKind() // passes over white space
	start := q.pos
	err := q.Skip()
	return q.data[start:q.pos], err
}

func (q *quick) Skip() error { return q.pass(MaxDepth) }

// pass passes over a value of so many levels.
func (q *quick) pass(levels int) error {
	switch k := q.PeekKind(); {
	case k == '"':
		_, err := q.Text()
		return err
	case k != '{' && k != '[':
		return q.scalar()
	case levels == 0:
		return errRare
	default:
		_ = q.Open()
		for {
			more, err := q.More(k + 2) // in ASCII the closing brackets are there
			if !more || err != nil {
				return err
			}
			if k == '{' {
				if _, err := q.Name(); err != nil {
					return err
				}
			}
			if err := q.pass(levels - 1); err != nil {
				return err
			}
		}
	}
}

// scalar passes over a number or a literal.
func (q *quick) scalar() error {
	length := bytes.IndexAny(q.data[q.pos:], " \t\r\n,]}")
	if length < 0 {
		return errRare
	}
	b := q.data[q.pos : q.pos+length]
	switch string(b) {
	case "true", "false", "null":
	default:
		whole, fraction, point := bytes.Cut(bytes.TrimPrefix(b, []byte("-")), []byte("."))
		if !digits(whole) || whole[0] == '0' && len(whole) > 1 || point && !digits(fraction) {
			return errRare
		}
	}
	q.pos += length
	q.value = true
	return nil
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

func (q *quick) End() error {
	if q.PeekKind() != jsontext.KindInvalid || q.pos < len(q.data) {
		return errRare
	}
	return nil
}
