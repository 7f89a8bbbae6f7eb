package fact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	whole  *Shape                 // of any JSON
	values = &Shape{Closed: true} // a map
	named  = &Shape{Only: true, Parts: map[string]*Shape{"a": nil, "b": nil, "own": Ignored}}
	lines  = &Shape{Items: named}
)

func TestValuesAreEqualByWhatTheySay(t *testing.T) {
	h := newLocalHasher()
	for _, row := range []struct {
		shape *Shape
		a, b  string
		equal bool
	}{
		{values, `{"a":1,"b":{"c":[1,2]}}`, ` { "b" : {"c":[1.0,2e0]}, "a": 10e-1}`, true},
		{values, `{"a":1}`, `{"a":1,"b":null}`, true},
		{values, `{"a":1}`, `{"a":2}`, false},
		{values, `{"a":1}`, `{"A":1}`, false},
		{values, `{"a":1,"b":2}`, `{"a":2,"b":1}`, false},
		{values, `{"a":true,"b":false}`, `{"a":false,"b":true}`, false},
		{values, `{"a":1}`, `{"a":"1"}`, false},
		{values, `{"a":1,"a":2}`, `{"a":2}`, true},
		{values, `{"a":[null]}`, `{"a":[]}`, false},
		{values, `{"a":[{"x":1,"y":2}]}`, `{"a":[{"y":2,"x":1}]}`, true},
		{values, `{"a":[{"x":true},{"x":false}]}`, `{"a":[{"x":false},{"x":true}]}`, false},
		{whole, `{"a":{"b":{"c":{"d":1}}}}`, `{"a":{"b":{"c":{"d":2}}}}`, false},
		{named, `{"a":1,"own":1,"more":1}`, `{"a":1,"own":2}`, true},
		{named, `{"a":1}`, `{"a":1,"b":2}`, false},
		{lines, `[{"a":1}]`, `[{"a":1,"own":5}]`, true},
		{lines, `[{"a":1}]`, `[{"a":1,"b":5}]`, false},
	} {
		require.Equal(t, row.equal, Equal(h.read([]byte(row.a), row.shape, 0), h.read([]byte(row.b), row.shape, 0)), "%s and %s", row.a, row.b)
	}
	deep := strings.Repeat(`{"a":`, deepest+2) + "1" + strings.Repeat("}", deepest+2)
	require.False(t, h.read([]byte(deep), whole, 0).Known())
}

// The test cases of RFC 7396 whose original and patch are objects, and of values
// that are nested deeper.
func TestMergeIsThatOfRFC7396(t *testing.T) {
	h := newLocalHasher()
	for _, row := range [][3]string{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{`[1,2]`, `{"a":"b","c":null}`, `{"a":"b"}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{`{"a":{"b":{"c":1,"d":2}}}`, `{"a":{"b":{"c":5}}}`, `{"a":{"b":{"c":5,"d":2}}}`},
	} {
		merged := Merge(h.read([]byte(row[0]), values, 0), h.read([]byte(row[1]), values, 0))
		require.True(t, Equal(h.read([]byte(row[2]), values, 0), merged), row)
	}
	require.False(t, Merge(Value{Kind: Unknown}, h.read([]byte(`{"a":1}`), values, 0)).Known())
}

// What a fact says of a map is the same on another machine, and holds no name.
func TestAMapIsPackedWithoutItsNames(t *testing.T) {
	h := NewHasher([KeySize]byte{1})
	r := &Resource{Fields: []Field{{Name: "notes", Shape: values}}}
	entries := make([]string, 300)
	for i := range entries {
		entries[i] = `"` + strings.Repeat("Avery", i+1) + `":{"x":[1]}`
	}
	v := newView(h, r, []byte(`{"notes":{`+strings.Join(entries, ",")+`}}`), true)
	text, err := v.MarshalText()
	require.NoError(t, err)
	require.Len(t, v.Fields[0].Parts, 300)
	for _, part := range v.Fields[0].Parts {
		require.NotContains(t, part.Name, "Avery")
		require.Equal(t, "*", part.Label())
	}
	var again View
	require.NoError(t, again.UnmarshalText(text))
	require.True(t, Equal(v.Fields[0], again.Fields[0]))
	require.Equal(t, v.Fields[0].Parts[299].Name, again.Fields[0].Parts[299].Name)
}

// Objects that are compared twice a level would take 2^48 comparisons here.
func TestDeepObjectsAreComparedOnceALevel(t *testing.T) {
	nested := func(innermost byte) Value {
		v := Value{Kind: innermost}
		for range 48 {
			v = Value{Kind: '{', Parts: []Part{{Name: "a", Value: v}}}
		}
		return v
	}
	require.True(t, Equal(nested('t'), nested('t')))
	require.False(t, Equal(nested('t'), nested('f')))
}
