package fact

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// Views are most of what is written down of a record, and so they are packed.

// MarshalText packs a view whose fields have been read.
func (v *View) MarshalText() ([]byte, error) {
	b := binary.LittleEndian.AppendUint64(nil, v.Raw)
	for _, i := range []Instant{v.Created, v.Updated} {
		b = binary.AppendVarint(b, i.Nanos)
		b = binary.AppendVarint(b, int64(i.Step))
	}
	b = binary.AppendUvarint(b, v.Named)
	b = binary.AppendUvarint(b, uint64(len(v.Fields)))
	for i := range v.Fields {
		b = v.Fields[i].pack(b)
	}
	return base64.RawStdEncoding.AppendEncode(nil, b), nil
}

const (
	hasDefault = 1 << iota
	hasTrim
	hasFold
)

func (v *Value) pack(b []byte) []byte {
	b = append(b, v.Kind)
	if !v.There() {
		return b
	}
	flags := byte(0)
	if v.Default {
		flags |= hasDefault
	}
	if v.Trim != v.Sum {
		flags |= hasTrim
	}
	if v.Fold != v.Sum {
		flags |= hasFold
	}
	b = append(b, flags)
	b = binary.LittleEndian.AppendUint64(b, v.Sum)
	switch v.Kind {
	case '"':
		b = binary.AppendUvarint(b, uint64(v.Len))
		if flags&hasTrim != 0 {
			b = binary.LittleEndian.AppendUint64(b, v.Trim)
		}
		if flags&hasFold != 0 {
			b = binary.LittleEndian.AppendUint64(b, v.Fold)
		}
	case '{':
		b = binary.AppendUvarint(b, uint64(len(v.Parts)))
		for i := range v.Parts {
			b = binary.AppendUvarint(b, uint64(len(v.Parts[i].Name)))
			b = append(b, v.Parts[i].Name...)
			b = v.Parts[i].Value.pack(b)
		}
	}
	return b
}

var errPacked = errors.New("a view that is damaged")

// UnmarshalText reads what MarshalText writes.
func (v *View) UnmarshalText(text []byte) error {
	b, err := base64.RawStdEncoding.AppendDecode(nil, text)
	if err != nil {
		return errPacked
	}
	p := &unpacker{b: b}
	*v = View{Raw: p.fixed()}
	for _, i := range []*Instant{&v.Created, &v.Updated} {
		i.Nanos, i.Step = p.varint(), time.Duration(p.varint())
	}
	v.Named = p.uvarint()
	n := p.uvarint()
	if n > 64 {
		return errPacked
	}
	v.Fields = make([]Value, n)
	for i := range v.Fields {
		v.Fields[i] = p.value(0)
	}
	if p.bad || len(p.b) > 0 {
		return errPacked
	}
	return nil
}

// unpacker takes values off the front. After a bad one it gives zeros.
type unpacker struct {
	b   []byte
	bad bool
}

func (p *unpacker) take(n int) []byte {
	if n > len(p.b) || n < 0 {
		p.bad, p.b = true, nil
		return make([]byte, min(max(n, 0), 8))
	}
	out := p.b[:n]
	p.b = p.b[n:]
	return out
}

func (p *unpacker) fixed() uint64 { return binary.LittleEndian.Uint64(p.take(8)) }

func (p *unpacker) uvarint() uint64 { return decoded(p, binary.Uvarint) }

func (p *unpacker) varint() int64 { return decoded(p, binary.Varint) }

func decoded[T int64 | uint64](p *unpacker, decode func([]byte) (T, int)) T {
	v, n := decode(p.b)
	if n <= 0 {
		p.bad, p.b = true, nil
		return 0
	}
	p.b = p.b[n:]
	return v
}

func (p *unpacker) value(depth int) Value {
	v := Value{Kind: p.take(1)[0]}
	if !v.There() || depth > deepest {
		return v
	}
	flags := p.take(1)[0]
	v.Default = flags&hasDefault != 0
	v.Sum = p.fixed()
	switch v.Kind {
	case '"':
		v.Len, v.Trim, v.Fold = int(p.uvarint()), v.Sum, v.Sum
		if flags&hasTrim != 0 {
			v.Trim = p.fixed()
		}
		if flags&hasFold != 0 {
			v.Fold = p.fixed()
		}
	case '{':
		n := p.uvarint()
		for range n {
			name := string(p.take(int(min(p.uvarint(), uint64(len(p.b))))))
			v.Parts = append(v.Parts, Part{name, p.value(depth + 1)})
			if p.bad {
				break
			}
		}
	}
	return v
}
