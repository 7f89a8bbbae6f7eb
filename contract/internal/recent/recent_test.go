package recent

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatWasTouchedLastIsKept(t *testing.T) {
	r := New[int, int](10)
	for i := range 1000 {
		r.Put(i, i)
		r.Get(0) // touched again and again
	}
	require.Equal(t, 0, r.Get(0))
	r.Put(0, 7)
	require.Equal(t, 7, r.Get(0))
	n, sum := 0, 0
	for key, value := range r.All() {
		n++
		if key != 0 {
			require.Equal(t, key, value)
			sum++
		}
	}
	require.LessOrEqual(t, n, 20)
	for i := 991; i < 1000; i++ {
		require.Equal(t, i, r.Get(i), "one of the last")
	}
	require.Zero(t, r.Get(500), "forgotten")
	r.Delete(999)
	require.Zero(t, r.Get(999))
	r.Clear()
	require.Zero(t, r.Get(0))
}

func TestWhatIsForgottenIsTold(t *testing.T) {
	r, forgotten := New[int, int](10), map[int]int{}
	r.Forget = func(key, value int) { forgotten[key] += value }
	for i := range 100 {
		r.Put(i, 1)
	}
	kept := 0
	for key := range r.All() {
		kept++
		require.Zero(t, forgotten[key])
	}
	require.Len(t, forgotten, 100-kept)
	r.Put(99, 5)
	r.Delete(99)
	require.Zero(t, forgotten[99], "it was dropped on purpose")
}
