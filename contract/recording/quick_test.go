package recording_test

import (
	"bytes"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// recorded are entries as recorders write them.
func recorded(t testing.TB) (all [][]byte) {
	t.Helper()
	for _, pattern := range []string{"*.har", "*.ndjson"} {
		files, err := filepath.Glob(filepath.Join("testdata", pattern))
		require.NoError(t, err)
		for _, name := range files {
			r, err := recording.Open(name)
			require.NoError(t, err)
			for raw := range r.Raw() {
				if len(raw.Bytes()) > 0 {
					all = append(all, raw.Bytes())
				}
			}
			require.NoError(t, r.Close())
		}
	}
	require.Greater(t, len(all), 20)
	return all
}

// oddities are strings, numbers and literals in which a mistake is easily missed.
var oddities = []string{
	`""`, `"\u00e9\u0026\/\b\f\n\r\t\"\\"`, `"Zoë"`, `"seven b"`, `"eight by"`, `"eight b\""`, `"12345678\n"`, `"\\\\\\\\"`, `"\\\\\\\""`,
	`"\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\u00"`, `"\u00g0"`, `"\u+123"`, `"\x"`, `"\`, `"\u`, `"`, "\"\xff\"", "\"\xed\xa0\x80\"", "\"a\tb\"", "\"a\x1fb\"", "\"\x00\"", "\"\x7f\"",
	`0`, `-0`, `01`, `-`, `-a`, `1.`, `.1`, `1.50`, `1e3`, `1E+2`, `1e400`, `12a`, `--1`, `+1`, `1_0`, `true`, `tru`, `nul`, `nulll`, `null`, `NaN`,
	`[]`, `[,]`, `[1,]`, `[1 2]`, `[1}`, `{}`, `{,}`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1 "b":2}`, `{"a":1,"a":2}`, `{a:1}`, `{1:2}`, `{"a":1]`, `{"\u0061":1}`, `{"\ud800":1}`, "{\"\xff\":1}",
	`[["a","b"]]`, `[["a"]]`, `{"X-A":"1","x-b":["2",3,null]}`, "{\"\xff\":\"1\"}", `[{"name":":path","value":"/"},{"name":"A","value":"b\nc"}]`,
	` `, `,`, `:`, `]`, `}`, `/**/1`,
	strings.Repeat("[", 999) + strings.Repeat("]", 999), strings.Repeat("[", 10_100) + strings.Repeat("]", 10_100), strings.Repeat(`{"a":`, 1100) + "1" + strings.Repeat("}", 1100),
}

// sameBothWays decodes an entry quickly and with care. What was read quickly is
// what is read with care; the other way round quick may leave all it likes.
func sameBothWays(t testing.TB, raw []byte) {
	t.Helper()
	if len(raw) == 0 || raw[0] != '{' {
		return
	}
	for _, line := range []bool{false, true} {
		quick, careful, quickErr, carefulErr := recording.BothWays(raw, line)
		if quickErr == nil {
			require.NoError(t, carefulErr, "%q", raw)
			require.Equal(t, careful, quick, "%q", raw)
		}
	}
}

func TestUsualEntriesAreReadQuickly(t *testing.T) {
	for _, raw := range recorded(t) {
		if _, _, quickErr, err := recording.BothWays(raw, false); err == nil {
			require.NoError(t, quickErr, "%s", raw)
		}
	}
}

func TestReadingQuicklyIsReadingWithCare(t *testing.T) {
	entries := recorded(t)
	for _, v := range oddities {
		for _, frame := range []string{
			`{"request":{"method":"GET","url":"/","headers":@,"body":@,"postData":{"text":@}},"response":{"status":200,"headers":@}}`,
			`{"started":@,"duration_ms":@,"request":{"method":@,"url":"/a"},"other":@}`,
			`{"startedDateTime":@,"time":@,"request":{"method":"POST","url":@,"bodySize":@},"response":{"status":@,"content":{"size":@,"text":@,"encoding":@}}}`,
			`{"request":{"method":"POST","url":"/","body_base64":@},"from_cache":@,"_fromCache":@,"_onvy":@,"timings":@}`,
			`{"request":{"method":"GET","url":"/"},"response":@}`, `{"request":{"method":"GET","url":"/"},"_error":@ }`, `{"request":{"method":"GET","url":"/"},"error":@`, `{"request":{"method":"GET","url":"/"}}@`,
		} {
			parts := strings.Split(frame, "@")
			for i := range len(parts) - 1 { // it is in one place, and elsewhere there is a good value
				entries = append(entries, []byte(strings.Join(parts[:i+1], `"b"`)+v+strings.Join(parts[i+1:], `"b"`)))
			}
		}
	}
	times := 25
	if !needs.Whole(t) {
		times = 3
	}
	chance := rand.New(rand.NewPCG(1, 2))
	for _, raw := range entries {
		sameBothWays(t, raw)
		for range times {
			sameBothWays(t, changed(chance, raw))
		}
	}
}

// changed is an entry with something odd in some place, or with bytes missing.
func changed(chance *rand.Rand, raw []byte) []byte {
	from := chance.IntN(len(raw))
	to := min(from+chance.IntN(4), len(raw))
	with := ""
	switch chance.IntN(3) {
	case 0:
		with = oddities[chance.IntN(len(oddities))]
	case 1:
		const bytes = "\"\\{}[],: \n\tuntf0-e.\x00\x1f\xff"
		at := chance.IntN(len(bytes))
		with = bytes[at : at+1]
	}
	return []byte(string(raw[:from]) + with + string(raw[to:]))
}

// FuzzQuick is TestReadingQuicklyIsReadingWithCare of anything.
func FuzzQuick(f *testing.F) {
	for _, raw := range recorded(f) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { sameBothWays(t, raw) })
}

// A scanner that gets one byte at a time looks at each.
func TestCuttingEightBytesAtATimeIsCuttingByteByByte(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 4))
	entries := recorded(t)
	for n := range 20 {
		for _, escapes := range []string{`\"`, `\\\"`, `\n\"`, `\\`, `\\",["\"`} {
			entries = append(entries, []byte(`["`+strings.Repeat("a", n)+escapes+`]aaaaaaaaaaaaaaaa"]`))
		}
	}
	for _, raw := range entries {
		sameCut(t, raw)
		for range 25 {
			sameCut(t, changed(chance, raw))
		}
	}
}

func FuzzCut(f *testing.F) {
	for _, raw := range recorded(f) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { sameCut(t, raw) })
}

func sameCut(t testing.TB, raw []byte) {
	t.Helper()
	fast, err := recording.Cut(bytes.NewReader(raw))
	slow, slowErr := recording.Cut(iotest.OneByteReader(bytes.NewReader(raw)))
	require.Equal(t, slow, fast, "%q", raw)
	require.Equal(t, slowErr == nil, err == nil, "%q: %v, %v", raw, slowErr, err)
}
