package pseudonym

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"math"
	"math/bits"
)

// ff1 is the format-preserving encryption FF1 of NIST SP 800-38G: it maps n
// numerals of a radix to n numerals of that radix, one to one, under the key of
// a block cipher. Half of the numerals must stand for less than 2^63, and all
// of them for at least a million (revision 1, 5.1). Names are those of the
// standard.
type ff1 struct {
	block      cipher.Block
	modU, modV uint64 // radix^u, radix^v
	b, d       int
	p          [aes.BlockSize]byte
}

const ff1Rounds = 10

func newFF1(block cipher.Block, radix uint64, n int) *ff1 {
	f := &ff1{block: block, modU: 1, modV: 1}
	u := n / 2
	for range u {
		f.modU *= radix
	}
	f.modV = f.modU
	if n > 2*u {
		f.modV *= radix
	}
	f.b = (int(math.Ceil(float64(n-u)*math.Log2(float64(radix)))) + 7) / 8
	f.d = 4*((f.b+3)/4) + 4
	f.p = [aes.BlockSize]byte{1, 2, 1, byte(radix >> 16), byte(radix >> 8), byte(radix), ff1Rounds, byte(u)}
	binary.BigEndian.PutUint32(f.p[8:], uint32(n))
	return f
}

// encrypt is algorithm 7: left is what the first half of the numerals stands
// for, right what the second does.
func (f *ff1) encrypt(left, right uint64, tweak []byte) (uint64, uint64) {
	start := f.start(len(tweak))
	for i := range byte(ff1Rounds) {
		left, right = right, f.add(left, f.round(start, i, right, tweak, f.mod(i)), f.mod(i))
	}
	return left, right
}

// decrypt is algorithm 8.
func (f *ff1) decrypt(left, right uint64, tweak []byte) (uint64, uint64) {
	start := f.start(len(tweak))
	for i := byte(ff1Rounds); i > 0; i-- {
		mod := f.mod(i - 1)
		y := f.round(start, i-1, left, tweak, mod)
		left, right = f.add(right, mod-y, mod), left
	}
	return left, right
}

func (f *ff1) mod(round byte) uint64 {
	if round%2 == 0 {
		return f.modU
	}
	return f.modV
}

func (f *ff1) add(a, b, mod uint64) uint64 { return (a + b) % mod } // both are less than 2^63

// start is the code of P, with which every round begins.
func (f *ff1) start(tweak int) (r [aes.BlockSize]byte) {
	p := f.p
	binary.BigEndian.PutUint32(p[12:], uint32(tweak))
	f.block.Encrypt(r[:], p[:])
	return r
}

// round is y of step 6, modulo mod. As d is 12 at most, R is all of S.
func (f *ff1) round(r [aes.BlockSize]byte, i byte, half uint64, tweak []byte, mod uint64) uint64 {
	var q [aes.BlockSize]byte
	for len(tweak)+1+f.b > aes.BlockSize { // Q begins with the tweak
		tweak = tweak[copy(q[:], tweak):]
		f.mac(&r, &q)
		clear(q[:])
	}
	copy(q[:], tweak)
	q[aes.BlockSize-1-f.b] = i
	for j := range f.b {
		q[aes.BlockSize-1-j] = byte(half >> (8 * j))
	}
	f.mac(&r, &q)
	hi, lo := uint64(binary.BigEndian.Uint32(r[:])), binary.BigEndian.Uint64(r[4:])
	if f.d == 8 {
		hi, lo = 0, binary.BigEndian.Uint64(r[:])
	}
	return bits.Rem64(hi, lo, mod)
}

func (f *ff1) mac(r, q *[aes.BlockSize]byte) {
	for i := range r {
		r[i] ^= q[i]
	}
	f.block.Encrypt(r[:], r[:])
}
