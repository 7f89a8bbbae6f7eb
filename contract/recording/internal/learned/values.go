package learned

import (
	"math/rand/v2"
	"slices"

	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// values is a set of values with the class of each, in little memory: of a
// value only 60 bits of a hash under a random seed are kept. That two have the
// same happens once in 10^11 looks at ten million values, and then costs a word
// that might have stayed.
type values struct {
	seed  uint64
	slots []uint64 // open addressing; the hash, and in the last four bits the class
	Count int
	used  int // slots
	// first has a bit for the first two bytes of each value.
	first [1 << 16 / 64]uint64
	// masks has, by a hash of the first MinLength bytes, a bit for the length
	// of each value: bit 0 for MinLength bytes, the last for longKey or more.
	masks []uint32
	long  []int // the lengths of longKey or more, in order
}

const (
	longKey  = MinLength + 23
	longBit  = 1 << 23
	maxSlots = 1 << 24 // 128 MiB; three quarters of them are 12 million values
	maxMasks = 1 << 22
	// keyClass is what the beginning of a long value is kept under.
	keyClass = 15
)

func newValues() values {
	return values{seed: rand.Uint64(), slots: make([]uint64, 1<<8), masks: make([]uint32, 1<<8)}
}

// A hash goes on byte by byte (FNV-1a), so that all lengths at one place cost as
// much as the longest.
func step(h uint64, c byte) uint64 { return (h ^ uint64(c)) * 1099511628211 }

func finish(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return (h ^ h>>31) | 1<<63 // never 0, which is an empty slot
}

// Sum is the hash of a text under the seed.
func (v *values) Sum(s string) uint64 {
	h := v.seed
	for i := range len(s) {
		h = step(h, s[i])
	}
	return finish(h)
}

// Add adds a folded value; false means that there is no room.
func (v *values) Add(c value.Class, s string) bool {
	if v.used+2 > len(v.slots)/4*3 && !v.grow() {
		return false
	}
	v.put(v.Sum(s)&^15 | classCode(c))
	v.Count++
	v.first[(uint(s[0])<<8|uint(s[1]))/64] |= 1 << (s[1] % 64)
	mask := &v.masks[v.Sum(s[:MinLength])&uint64(len(v.masks)-1)]
	if len(s) < longKey {
		*mask |= 1 << (len(s) - MinLength)
		return true
	}
	*mask |= longBit
	v.put((v.Sum(s[:longKey])^v.seed)&^15 | keyClass)
	if at, ok := slices.BinarySearch(v.long, len(s)); !ok {
		v.long = slices.Insert(v.long, at, len(s))
	}
	return true
}

// put stores an entry unless it is there.
func (v *values) put(entry uint64) {
	for i := entry >> 4; ; i++ {
		slot := &v.slots[i&uint64(len(v.slots)-1)]
		if *slot == 0 {
			*slot = entry
			v.used++
			return
		}
		if *slot == entry {
			return
		}
	}
}

func (v *values) grow() bool {
	if len(v.slots) >= maxSlots {
		return false
	}
	old := v.slots
	v.slots, v.used = make([]uint64, 2*len(old)), 0
	for _, entry := range old {
		if entry != 0 {
			v.put(entry)
		}
	}
	if len(v.masks) < maxMasks { // what is in a place may now be in either of two
		v.masks = append(v.masks, v.masks...)
	}
	return true
}

// look returns the class code of a hash; 0 is none.
func (v *values) look(hash uint64) uint64 {
	for i := hash >> 4; ; i++ {
		switch slot := v.slots[i&uint64(len(v.slots)-1)]; {
		case slot == 0:
			return 0
		case slot&^15 == hash&^15:
			return slot & 15
		}
	}
}

// Class is that of a folded value, or unmarked.
func (v *values) Class(s string) value.Class {
	if code := v.look(v.Sum(s)); code != keyClass {
		return classes[code]
	}
	return value.Unmarked
}

// mayBegin reports whether a value begins with two bytes.
func (v *values) mayBegin(a, b byte) bool {
	return v.first[(uint(a)<<8|uint(b))/64]>>(b%64)&1 == 1
}

// at calls f for each value that a folded text begins with, the longest last.
func (v *values) at(s string, f func(length int, c value.Class)) {
	h := v.seed
	for i := range MinLength {
		h = step(h, s[i])
	}
	mask := v.masks[finish(h)&uint64(len(v.masks)-1)]
	if mask == 0 {
		return
	}
	n := MinLength
	for ; n < longKey; n++ {
		if mask>>(n-MinLength)&1 == 1 {
			if code := v.look(finish(h)); code != 0 && code != keyClass {
				f(n, classes[code])
			}
		}
		if n == len(s) {
			return
		}
		h = step(h, s[n])
	}
	if mask&longBit == 0 || v.look(finish(h)^v.seed) != keyClass {
		return
	}
	for _, length := range v.long {
		if length > len(s) {
			return
		}
		for ; n < length; n++ {
			h = step(h, s[n])
		}
		if code := v.look(finish(h)); code != 0 && code != keyClass {
			f(length, classes[code])
		}
	}
}
