package recording

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
)

// yamlItems is the state between lines.
type yamlItems struct {
	*emitter
	in     *bufio.Reader
	inList bool
	indent int    // column of the items; -1 before the first
	item   []byte // the item so far
	size   int
	open   bool // whether an item was begun
	mid    bool // whether the next piece goes on with a line
}

func newYAMLItems(e *emitter) *yamlItems { return &yamlItems{emitter: e, in: e.br, indent: -1} }

// read reads cassettes in YAML, one interaction at a time.
//
// YAML readers hold the whole document. But go-vcr writes block style, and
// there the items of the list start with "- " at one column at which, by the
// rules of indentation, nothing inside an item can: so the file is cut at
// those lines, and each item is given to go-vcr by itself.
func (y *yamlItems) read() error {
	for {
		line, err := y.in.ReadSlice('\n')
		if len(line) > 0 {
			if err := y.take(line); err != nil {
				return err
			}
		}
		switch {
		case err == nil, err == bufio.ErrBufferFull: // a piece of a long line
		case err == io.EOF && y.whole():
			return y.finish()
		case err == io.EOF, errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("%w in interaction %d", ErrTruncated, y.index)
		default:
			return err
		}
	}
}

// whole tells whether the item that is open at the end of the input can be all
// of it. YAML that is cut is still YAML; but go-vcr ends an interaction with
// the code and the duration of the response.
func (y *yamlItems) whole() bool {
	if !y.open || y.item == nil {
		return true
	}
	last := y.item[bytes.LastIndexByte(y.item, '\n')+1:]
	return bytes.Contains(y.item, []byte(" code:")) &&
		(len(last) == 0 || bytes.HasPrefix(bytes.TrimLeft(last, " "), []byte("duration:")))
}

// isCassette tells whether a text begins like a cassette in YAML.
func isCassette(head []byte) bool {
	for line := range bytes.Lines(head) {
		text := strings.TrimRight(string(line), "\r\n")
		switch {
		case strings.HasPrefix(text, "version:"), strings.HasPrefix(text, "interactions:"):
			return true
		case text == "" || text == "---" || text[0] == '#' || text[0] == '%':
		default:
			return false
		}
	}
	return false
}

// take adds a line, or a piece of one.
func (y *yamlItems) take(line []byte) error {
	mid := y.mid
	y.mid = line[len(line)-1] != '\n'
	if mid {
		y.keep(line)
		return nil
	}
	text := bytes.TrimRight(line, "\r\n")
	column := len(text) - len(bytes.TrimLeft(text, " "))
	switch {
	case len(text) == column, text[column] == '#' && !y.open: // nothing, or a remark
		y.keep(line)
		return nil
	case !y.inList:
		return y.head(string(text))
	case isItem(text[column:]) && (y.indent < 0 || column == y.indent):
		if err := y.finish(); err != nil {
			return err
		}
		y.indent, y.open = column, true
		y.keep(line)
		return nil
	case y.indent >= 0 && column > y.indent:
		y.keep(line)
		return nil
	case column == 0: // the list is over
		err := y.finish()
		y.inList, y.indent = false, -1
		if err != nil {
			return err
		}
		return y.head(string(text))
	}
	return fmt.Errorf("%w after %d interactions", ErrSyntax, y.index)
}

func isItem(text []byte) bool {
	return len(text) > 0 && text[0] == '-' && (len(text) == 1 || text[1] == ' ')
}

// head reads a line outside the list.
func (y *yamlItems) head(text string) error {
	key, value, _ := strings.Cut(text, ":")
	switch value = strings.TrimSpace(value); key {
	case "version":
		if value != "2" {
			return fmt.Errorf("%w: a go-vcr cassette of another version; version 2 is read", ErrFormat)
		}
	case "interactions":
		switch value {
		case "", "[]", "null":
			y.inList = value == ""
		default:
			return fmt.Errorf("%w: the interactions are not a block of YAML", ErrFormat)
		}
	}
	return nil
}

// keep adds to the item; beyond the limit only its size is counted.
func (y *yamlItems) keep(line []byte) {
	if !y.open {
		return
	}
	if y.size += len(line); y.size > y.limit {
		y.item = nil
		return
	}
	y.item = append(y.item, line...)
}

// finish emits the item that is open, if one is.
func (y *yamlItems) finish() error {
	if !y.open {
		return nil
	}
	item, size := y.item, y.size
	y.item, y.size, y.open = nil, 0, false
	var err error
	if size > y.limit {
		err = fmt.Errorf("%w of %d bytes", ErrTooLarge, y.limit)
	}
	return y.emit(item, err, func(raw []byte) (*contract.Exchange, error) {
		return loadInteraction("version: 2\ninteractions:\n", raw, "")
	})
}
