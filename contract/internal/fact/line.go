package fact

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// A fact as a line of text: partition, class, key, time and the fact itself as
// JSON, with tabs between. Lines in the order of their bytes (LC_ALL=C sort) are
// facts as package history wants them, partition by partition.

// Pack reads what is still text in a fact, so that no value is left in it.
func (f *Fact) Pack(h *Hasher) {
	r := f.Operation.Resource
	f.View.Open(h, r)
	f.Sent.Open(h, r)
}

// Partition is where a fact of a key belongs: the life of a resource anywhere,
// but all of it together; everything else to the first partition.
func (f *Fact) Partition(of int) int {
	if f.Class != Resources || of < 2 {
		return 0
	}
	return f.Key.Partition(of)
}

// AppendLine appends a fact that was packed, as a line. Nth tells the facts of
// one exchange apart.
func (f *Fact) AppendLine(line []byte, partition, nth int) ([]byte, error) {
	line = fmt.Appendf(line, "%06d\t%c\t%s\t%019d\t%019d\t%016d\t%s\t%04d\t", partition, f.Class, hex.EncodeToString(f.Key[:]), f.End, f.Start, f.Seq, plain(f.Name), nth)
	text, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	return append(append(line, text...), '\n'), nil
}

// ReadLine reads a line without its partition.
func ReadLine(line []byte) (*Fact, error) {
	fields := bytes.SplitN(line, []byte("\t"), 8)
	if len(fields) != 8 || len(fields[0]) != 1 {
		return nil, fmt.Errorf("a line of %d fields instead of 8", len(fields))
	}
	f := &Fact{Class: Class(fields[0][0])}
	if len(fields[1]) != hex.EncodedLen(len(f.Key)) {
		return nil, fmt.Errorf("a key of %d characters", len(fields[1]))
	}
	if _, err := hex.Decode(f.Key[:], fields[1]); err != nil {
		return nil, fmt.Errorf("a key that is not hex")
	}
	if err := json.Unmarshal(fields[7], f); err != nil {
		return nil, fmt.Errorf("a fact that is not JSON: %w", err)
	}
	if end, err := strconv.ParseInt(string(fields[2]), 10, 64); err != nil || end != f.End {
		return nil, fmt.Errorf("a time that is not that of the fact")
	}
	return f, nil
}

// plain is a name without what separates fields and lines.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, name)
}
