package fact

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/maphash"

	"github.com/dchest/siphash"
)

// Digest stands for an id, a token or a project.
type Digest [16]byte

// IsZero reports whether there is nothing behind the digest.
func (d Digest) IsZero() bool { return d == Digest{} }

// Partition spreads digests evenly over so many partitions.
func (d Digest) Partition(of int) int {
	return int(uint64(d[0])<<24|uint64(d[1])<<16|uint64(d[2])<<8|uint64(d[3])) % of
}

// MarshalText writes a digest in hex; that of nothing is empty.
func (d Digest) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return hex.AppendEncode(nil, d[:]), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Digest) UnmarshalText(text []byte) error {
	*d = Digest{}
	if len(text) == 0 {
		return nil
	}
	if len(text) != 2*len(d) {
		return fmt.Errorf("a digest of %d characters instead of %d", len(text), 2*len(d))
	}
	_, err := hex.Decode(d[:], text)
	return err
}

// Hasher makes digests. Those of two hashers with one key are the same; without
// the key nobody can find out by trying what is behind them.
type Hasher struct {
	k0, k1 uint64
	local  bool // the two seeds count, and not the keys
	seeds  [2]maphash.Seed
}

// values is a shorter digest, of a value.
func (h *Hasher) values(b []byte) uint64 {
	if h.local {
		return maphash.Bytes(h.seeds[0], b)
	}
	return siphash.Hash(h.k0, h.k1, b)
}

// KeySize is the length of a key of [NewHasher] in bytes.
const KeySize = 16

// NewHasher returns a hasher whose digests mean the same in every process that
// has the key.
func NewHasher(key [KeySize]byte) *Hasher {
	h := &Hasher{}
	h.k0, h.k1 = binary.LittleEndian.Uint64(key[:]), binary.LittleEndian.Uint64(key[8:])
	return h
}

// newLocalHasher returns a hasher with a key that nobody knows, for facts that
// do not leave the process. It is the faster one.
func newLocalHasher() *Hasher {
	return &Hasher{local: true, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// Digest is that of the parts together, none if all are empty. No two lists of
// parts have the same.
func (h *Hasher) Digest(parts ...string) Digest {
	var stack [128]byte
	text := stack[:0]
	empty := true
	for _, part := range parts {
		empty = empty && part == ""
		text = append(text, byte(len(part)), byte(len(part)>>8), byte(len(part)>>16))
		text = append(text, part...)
	}
	if empty {
		return Digest{}
	}
	var d Digest
	lo, hi := h.values(text), uint64(0)
	if h.local {
		hi = maphash.Bytes(h.seeds[1], text)
	} else {
		lo, hi = siphash.Hash128(h.k0, h.k1, text)
	}
	binary.LittleEndian.PutUint64(d[:], lo)
	binary.LittleEndian.PutUint64(d[8:], hi)
	if h.local { // the same partition each time
		binary.LittleEndian.PutUint32(d[:], uint32(siphash.Hash(0, 0, text)))
	}
	return d
}
