package pseudonym

import (
	"crypto/aes"
	"encoding/hex"
	"math/big"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/internal/needs"
)

// The samples that NIST publishes for FF1 (SP 800-38G, examples with intermediate values).
func TestFF1GivesWhatNISTPublishes(t *testing.T) {
	const (
		key128 = "2B7E151628AED2A6ABF7158809CF4F3C"
		key192 = key128 + "EF4359D8D580AA4F"
		key256 = key192 + "7F036D6F04FC6A94"
		ten    = "39383736353433323130"
		eleven = "3737373770717273373737"
	)
	for i, s := range []struct {
		key, tweak   string
		radix        int
		plain, coded string
	}{
		{key128, "", 10, "0123456789", "2433477484"},
		{key128, ten, 10, "0123456789", "6124200773"},
		{key128, eleven, 36, "0123456789abcdefghi", "a9tv40mll9kdu509eum"},
		{key192, "", 10, "0123456789", "2830668132"},
		{key192, ten, 10, "0123456789", "2496655549"},
		{key192, eleven, 36, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"},
		{key256, "", 10, "0123456789", "6657667009"},
		{key256, ten, 10, "0123456789", "1001623463"},
		{key256, eleven, 36, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"},
	} {
		key, err := hex.DecodeString(s.key)
		require.NoError(t, err)
		tweak, err := hex.DecodeString(s.tweak)
		require.NoError(t, err)
		block, err := aes.NewCipher(key)
		require.NoError(t, err)
		n := len(s.plain)
		halves := func(text string) (uint64, uint64) {
			left, err := strconv.ParseUint(text[:n/2], s.radix, 64)
			require.NoError(t, err)
			right, err := strconv.ParseUint(text[n/2:], s.radix, 64)
			require.NoError(t, err)
			return left, right
		}
		f := newFF1(block, uint64(s.radix), n)
		left, right := f.encrypt(first(halves(s.plain)), second(halves(s.plain)), tweak)
		wantLeft, wantRight := halves(s.coded)
		require.Equal(t, []uint64{wantLeft, wantRight}, []uint64{left, right}, "sample %d", i+1)
		left, right = f.decrypt(left, right, tweak)
		wantLeft, wantRight = halves(s.plain)
		require.Equal(t, []uint64{wantLeft, wantRight}, []uint64{left, right}, "sample %d, back", i+1)
	}
}

func first(a, _ uint64) uint64  { return a }
func second(_, b uint64) uint64 { return b }

// Every shape up to a few hundred thousand values is gone through whole.
func TestPermutationIsOneToOneAndMovesEveryValueAtEveryLength(t *testing.T) {
	p := newPermuter()
	most := 20_000 // values, outside of CI
	if needs.Whole(t) {
		most = 80_000
	}
	for _, radix := range [][]uint32{{2}, {3}, {9}, {10}, {26}, {32}, {9, 9}, {10, 10}, {26, 10}, {9, 10, 9}, {26, 26, 26}, {120, 4, 31}, {120, 12, 31}, {5, 5, 5, 5, 8}, {10, 10, 10, 10, 8}} {
		x, was := make([]uint32, len(radix)), make([]uint32, len(radix))
		count := 1
		for _, r := range radix {
			count *= int(r)
		}
		if count > most {
			t.Logf("%v is left out", radix)
			continue
		}
		seen := make([]bool, count)
		for value := range count {
			for i, v := len(radix)-1, value; i >= 0; i-- {
				was[i], v = uint32(v)%radix[i], v/int(radix[i])
			}
			copy(x, was)
			p.next(x, radix)
			at := 0
			for i := range x {
				if x[i] >= radix[i] {
					t.Fatalf("%v: %v is no value", radix, x)
				}
				at = at*int(radix[i]) + int(x[i])
			}
			if at == value || seen[at] {
				t.Fatalf("%v: %v becomes %v", radix, was, x)
			}
			seen[at] = true
		}
	}
}

func hashable(x []uint32) (b []byte) {
	for _, v := range x {
		b = append(b, byte(v), byte(v>>8))
	}
	return b
}

// Whoever has no key cannot tell the pseudonym of a short value: over many keys
// each of the others comes about as often as any.
func TestPseudonymOfAShortValueDependsOnTheKeyAlone(t *testing.T) {
	for _, radix := range [][]uint32{{9}, {10}, {26}, {9, 9}} {
		count := 1
		for _, r := range radix {
			count *= int(r)
		}
		const each = 60
		got := make([]int, count)
		for range each * count {
			x := make([]uint32, len(radix))
			newPermuter().next(x, radix)
			value := 0
			for i := range x {
				value = value*int(radix[i]) + int(x[i])
			}
			got[value]++
		}
		require.Zero(t, got[0], "itself")
		for _, n := range got[1:] {
			require.Greater(t, n, each/4, "%v", radix)
			require.Less(t, n, each*4, "%v", radix)
		}
	}
}

func TestLongValuesArePermutedWholeAndDifferentOnesStayDifferent(t *testing.T) {
	p := newPermuter()
	for _, n := range []int{4, 5, 13, 24, 25, 26, 27, 48, 49, 100, 1000, 4096} {
		radix := make([]uint32, n)
		for i := range radix {
			radix[i] = 26
		}
		seen := map[string]bool{}
		for v := range 200 {
			x := make([]uint32, n)
			for i, rest := n-1, v; i >= 0; i-- {
				x[i], rest = uint32(rest%26), rest/26
			}
			was := slices.Clone(x)
			p.next(x, radix)
			require.NotEqual(t, was, x)
			seen[string(hashable(x))] = true
		}
		require.Len(t, seen, 200, "length %d", n)
	}
}

func TestNumbersOf128BitsAreThoseOfMathBig(t *testing.T) {
	value, want := uint128{lo: 1}, big.NewInt(1)
	for i := range 24 {
		n := uint32(i%30 + 2)
		value, want = value.times(n).plus(uint64(i)), want.Add(want.Mul(want, big.NewInt(int64(n))), big.NewInt(int64(i)))
		got := new(big.Int).Or(new(big.Int).Lsh(new(big.Int).SetUint64(value.hi), 64), new(big.Int).SetUint64(value.lo))
		require.Zero(t, want.Cmp(got))
		require.Equal(t, want.BitLen(), value.len())
		quotient, rest := value.by(n)
		require.Equal(t, value, quotient.times(n).plus(uint64(rest)))
	}
}
