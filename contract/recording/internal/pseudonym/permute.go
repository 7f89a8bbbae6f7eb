package pseudonym

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	mathrand "math/rand/v2"
)

// permuter maps values of a shape to values of the same shape, one to one,
// under a key: format-preserving, so that what was equal stays equal, what was
// different stays different, and nothing else is told.
//
// A value is a number below n in mixed radix, a digit for each of its
// characters. A pseudorandom permutation of the numbers below n, which only the
// key knows, puts them into an order; the pseudonym of a value is the one after
// it in that order. That is a random permutation of a single cycle, so no value
// is its own pseudonym unless there is only one.
//
// Few numbers are permuted by a table, as FF1 does not hold for them; more by
// FF1, which is done again while the result is n or more ("cycle walking").
type permuter struct {
	key    [32]byte
	block  cipher.Block
	tables map[uint32]*table
	ff1s   map[int]*ff1 // by the number of bits
}

const (
	largestTable = 1 << 16
	fewestBits   = 20  // 2^20 is a million, the least that FF1 is made for
	mostBits     = 120 // of one number; a longer value is several, each under a tweak of those before it
)

// newPermuter makes one with a random key.
func newPermuter() *permuter {
	p := &permuter{tables: map[uint32]*table{}, ff1s: map[int]*ff1{}}
	_, _ = rand.Read(p.key[:]) // never fails
	block, err := aes.NewCipher(p.key[:])
	if err != nil { // only for a key of a wrong size
		panic(err)
	}
	p.block = block
	return p
}

// next replaces x by the value after it. radix[i] is how many values x[i] has.
func (p *permuter) next(x, radix []uint32) {
	size := 0
	for _, r := range radix {
		size += bits.Len32(r - 1)
	}
	if size <= mostBits {
		p.step(x, radix, nil)
		return
	}
	// Parts of about the same size; the largest radix is less than 2^6.
	parts := (size + mostBits - 1) / mostBits
	goal := (size + parts - 1) / parts
	var tweak []byte
	for len(x) > 0 {
		n, size := 0, 0
		for n < len(x) && size < goal {
			size += bits.Len32(radix[n] - 1)
			n++
		}
		after := sha256.New()
		after.Write(tweak)
		_ = binary.Write(after, binary.BigEndian, x[:n]) // a hash takes everything
		p.step(x[:n], radix[:n], tweak)
		tweak = after.Sum(nil)
		x, radix = x[n:], radix[n:]
	}
}

// step is next for what fits into one number.
func (p *permuter) step(x, radix []uint32, tweak []byte) {
	var value uint128
	count := uint128{lo: 1}
	for i := range x {
		value = value.times(radix[i]).plus(uint64(x[i]))
		count = count.times(radix[i])
	}
	if count.hi == 0 && count.lo <= largestTable && len(tweak) == 0 {
		value.lo = p.table(uint32(count.lo)).next(value.lo)
	} else {
		last := count.minus(1)
		n := max(fewestBits, last.len())
		f := p.ff1s[n]
		if f == nil {
			f = newFF1(p.block, 2, n)
			p.ff1s[n] = f
		}
		for value = f.bits(value, n, tweak, f.encrypt); last.less(value); {
			value = f.bits(value, n, tweak, f.encrypt)
		}
		if value == last {
			value = uint128{}
		} else {
			value = value.plus(1)
		}
		for value = f.bits(value, n, tweak, f.decrypt); last.less(value); {
			value = f.bits(value, n, tweak, f.decrypt)
		}
	}
	for i := len(x) - 1; i >= 0; i-- {
		value, x[i] = value.by(radix[i])
	}
}

// bits applies one direction of FF1 to the n bits of a number.
func (f *ff1) bits(x uint128, n int, tweak []byte, do func(left, right uint64, tweak []byte) (uint64, uint64)) uint128 {
	v := n - n/2 // bits of the right half, less than 64
	left, right := do(x.hi<<(64-v)|x.lo>>v, x.lo&(1<<v-1), tweak)
	return uint128{hi: left >> (64 - v), lo: left<<v | right}
}

// table is a random permutation of few numbers, and its inverse.
type table struct{ at, of []uint16 }

func (p *permuter) table(n uint32) *table {
	t := p.tables[n]
	if t != nil {
		return t
	}
	if len(p.tables) >= 64 { // they come out the same again
		clear(p.tables)
	}
	seed := sha256.Sum256(binary.BigEndian.AppendUint32(p.key[:], n))
	t = &table{at: make([]uint16, n), of: make([]uint16, n)}
	for value, at := range mathrand.New(mathrand.NewChaCha8(seed)).Perm(int(n)) {
		t.at[value], t.of[at] = uint16(at), uint16(value)
	}
	p.tables[n] = t
	return t
}

// next is the number after x in the order of the table.
func (t *table) next(x uint64) uint64 { return uint64(t.of[(int(t.at[x])+1)%len(t.of)]) }

// uint128 is a number of up to 126 bits.
type uint128 struct{ hi, lo uint64 }

func (a uint128) times(n uint32) uint128 {
	hi, lo := bits.Mul64(a.lo, uint64(n))
	return uint128{a.hi*uint64(n) + hi, lo}
}

func (a uint128) plus(n uint64) uint128 {
	lo, carry := bits.Add64(a.lo, n, 0)
	return uint128{a.hi + carry, lo}
}

func (a uint128) minus(n uint64) uint128 {
	lo, borrow := bits.Sub64(a.lo, n, 0)
	return uint128{a.hi - borrow, lo}
}

// by is the quotient and the remainder.
func (a uint128) by(n uint32) (uint128, uint32) {
	hi, rest := a.hi/uint64(n), a.hi%uint64(n)
	lo, rest := bits.Div64(rest, a.lo, uint64(n))
	return uint128{hi, lo}, uint32(rest)
}

func (a uint128) less(b uint128) bool { return a.hi < b.hi || a.hi == b.hi && a.lo < b.lo }

func (a uint128) len() int {
	if a.hi > 0 {
		return 64 + bits.Len64(a.hi)
	}
	return bits.Len64(a.lo)
}
