package fact

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is forgotten depends on who shares a partition, and a replay must not find
// one thing today and another tomorrow.
func TestPartitionsAreTheSameInEveryProcess(t *testing.T) {
	one, other := newLocalHasher(), newLocalHasher()
	var sizes [4]int
	for i := range 4000 {
		id := "user_" + strconv.Itoa(i)
		a, b := one.Digest("users", "p", id), other.Digest("users", "p", id)
		require.NotEqual(t, a, b)
		require.Equal(t, a.Partition(len(sizes)), b.Partition(len(sizes)))
		sizes[a.Partition(len(sizes))]++
	}
	for _, n := range sizes {
		require.InDelta(t, 1000, n, 150)
	}
}
