package recording_test

import (
	"io"
	"maps"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// repeat is a stream of a head, a piece n times over, and a tail.
func repeat(head, piece string, n int, tail string) io.Reader {
	return io.MultiReader(strings.NewReader(head), &loop{piece: piece, left: n}, strings.NewReader(tail))
}

type loop struct {
	piece string
	at    int
	left  int
}

func (l *loop) Read(p []byte) (n int, err error) {
	for n < len(p) && l.left > 0 {
		c := copy(p[n:], l.piece[l.at:])
		n += c
		if l.at += c; l.at == len(l.piece) {
			l.at, l.left = 0, l.left-1
		}
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// A sixth of the time of the other tests would be the collector's.
var _ = debug.SetGCPercent(400)

// heap is how much memory is in use, and how much was ever taken from the system.
func heap() (inUse, taken uint64) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, m.HeapSys
}

func TestMemoryDoesNotGrowWithTheRecording(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	const size = 64 << 20
	entry := strings.Replace(getEntry, `"{}"`, `"`+strings.Repeat(`{\"id\":\"user_123\"},`, 2500)+`"`, 1) + ","
	streams := map[string]io.Reader{
		"many entries":     repeat(`{"log":{"entries":[`, entry, 200<<20/len(entry), getEntry+`]}}`),
		"one huge string":  repeat(`{"log":{"entries":[{"request":"`, strings.Repeat("a", 1<<20), size>>20, `"},`+getEntry+`]}}`),
		"one huge array":   repeat(`{"log":{"entries":[[`, strings.Repeat("1,", 1<<19), size>>20, `1],`+getEntry+`]}}`),
		"a huge extension": repeat(`{"log":{"_onvy":"`, strings.Repeat("a", 1<<20), size>>20, `","entries":[`+getEntry+`]}}`),
		"a huge name":      repeat(`{"log":{"`, strings.Repeat("a", 1<<20), size>>20, `":1,"entries":[`+getEntry+`]}}`),
		"deep nesting":     repeat(`{"log":{"entries":[`, "[", size, ``),
		"one huge line":    repeat(`{"request":{},"x":"`, strings.Repeat("a", 1<<20), size>>20, "\"}\n"+getEntry),
		"one huge item":    repeat("version: 2\ninteractions:\n- a: ", strings.Repeat("a", 1<<20), size>>20, "\n- b: 1\n  code: 1\n"),
	}
	for _, name := range needs.Sample(t, slices.Sorted(maps.Keys(streams)), 4) {
		stream := streams[name]
		t.Run(name, func(t *testing.T) {
			_, before := heap()
			r, err := recording.NewReader(stream, "in", recording.WithEntryLimit(1<<20))
			require.NoError(t, err)
			entries := 0
			for range r.All() {
				entries++
			}
			_, after := heap()
			require.Positive(t, entries)
			require.Less(t, after-min(before, after), uint64(32<<20))
		})
	}
}
