package pass

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatWasTouchedLastIsKept(t *testing.T) {
	r := newRecent[int, int](10)
	for i := range 1000 {
		r.put(i, i)
		r.get(0) // touched again and again
	}
	require.Equal(t, 0, r.get(0))
	r.put(0, 7)
	require.Equal(t, 7, r.get(0))
	n, sum := 0, 0
	for key, value := range r.all() {
		n++
		if key != 0 {
			require.Equal(t, key, value)
			sum++
		}
	}
	require.LessOrEqual(t, n, 20)
	for i := 991; i < 1000; i++ {
		require.Equal(t, i, r.get(i), "one of the last")
	}
	require.Zero(t, r.get(500), "forgotten")
	r.delete(999)
	require.Zero(t, r.get(999))
}
