package recording

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
)

// permuter maps values of a shape to values of the same shape, one to one,
// under a key: format-preserving, so that what was equal stays equal, what was
// different stays different, and nothing else is told.
//
// A value is a number in mixed radix, a digit for each of its characters. A
// Feistel network over AES orders all values of a shape in a way that only the
// key knows; the pseudonym of a value is the one after it in that order, and
// so never the value itself unless the shape has only one.
type permuter struct {
	block   cipher.Block
	in, out [aes.BlockSize]byte
}

const rounds = 8

// newPermuter makes one with a random key.
func newPermuter() *permuter {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	block, err := aes.NewCipher(key[:])
	if err != nil { // only for a key of a wrong size
		panic(err)
	}
	return &permuter{block: block}
}

// next replaces x by the value after it. radix[i] is how many values x[i] has.
func (p *permuter) next(x, radix []uint32) {
	h := len(x) / 2
	for i := range rounds {
		p.round(i, h, x, radix, false)
	}
	for i := len(x) - 1; i >= 0; i-- {
		if x[i]++; x[i] < radix[i] {
			break
		}
		x[i] = 0
	}
	for i := rounds - 1; i >= 0; i-- {
		p.round(i, h, x, radix, true)
	}
}

// round adds to one half what the other half and the key give, or takes it off.
func (p *permuter) round(n, h int, x, radix []uint32, back bool) {
	from, to, mod := x[:h], x[h:], radix[h:]
	if n%2 == 1 {
		from, to, mod = x[h:], x[:h], radix[:h]
	}
	clear(p.in[:])
	p.in[0] = byte(n)
	binary.LittleEndian.PutUint32(p.in[4:], uint32(len(x)))
	p.block.Encrypt(p.out[:], p.in[:])
	for len(from) > 0 {
		p.in = p.out
		for i := range min(4, len(from)) {
			v := binary.LittleEndian.Uint32(p.in[4*i:]) ^ from[i]
			binary.LittleEndian.PutUint32(p.in[4*i:], v)
		}
		from = from[min(4, len(from)):]
		p.block.Encrypt(p.out[:], p.in[:])
	}
	seed := p.out
	for i := range to {
		if i%4 == 0 {
			p.in = seed
			p.in[15] ^= 0x80 // apart from the blocks above
			v := binary.LittleEndian.Uint32(p.in[:]) ^ uint32(i+1)
			binary.LittleEndian.PutUint32(p.in[:], v)
			p.block.Encrypt(p.out[:], p.in[:])
		}
		shift := binary.LittleEndian.Uint32(p.out[4*(i%4):]) % mod[i]
		if back {
			shift = mod[i] - shift
		}
		to[i] = uint32((uint64(to[i]) + uint64(shift)) % uint64(mod[i]))
	}
}
