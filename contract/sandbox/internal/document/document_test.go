package document

import (
	"runtime"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

func nested(depth int, innermost string) jsontext.Value {
	return jsontext.Value(strings.Repeat(`{"a":`, depth) + innermost + strings.Repeat("}", depth))
}

// A level that is merged twice would take 2^60 merges here.
func TestDeepObjectsMergeOnceALevel(t *testing.T) {
	got := merge(nil, read(nested(60, `{"b":1,"c":2,"d":3}`)), read(nested(60, `{"c":null,"d":4,"e":5}`))).append(nil)
	require.Equal(t, string(nested(60, `{"b":1,"d":4,"e":5}`)), string(got))
	require.JSONEq(t, `{"a":{}}`, string(merge(nil, nil, read(jsontext.Value(`{"a":{"b":null}}`))).append(nil)), "into nothing")
}

// A level that copies all that is in it would allocate gigabytes here.
func TestDeepObjectsAreNotCopiedAtEachLevel(t *testing.T) {
	const depth = 5000
	long := strings.Repeat("x", 1<<18)
	old, patch := nested(depth, `{"b": 1.50}`), nested(depth, `{"c":"`+long+`"}`)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := merge(nil, read(old), read(patch)).append(nil)
	runtime.ReadMemStats(&after)
	require.True(t, string(nested(depth, `{"b":1.50,"c":"`+long+`"}`)) == string(got))
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(64<<20))
}
