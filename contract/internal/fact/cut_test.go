package fact

import (
	"bytes"
	"math/big"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

// What is cut without a second look is what a decoder of JSON finds.
func FuzzCut(f *testing.F) {
	for _, text := range []string{
		`{}`, ` {"a":1} x`, `{"a" : "b\"}" , "a":[1, {"]":null} ,[]],"":{"\\":"\\"}}`, "{\"\\u0061\":-1.5e+3,\r\n\t\"b\":true}", `{"a":[[[]]],"\ud800":"` + "\xff" + `"}`,
		`[1]`, `{"a":}`, `{"a":1`, `{"a":1,}`, `{"a":01}`, ``, `{`, `nul`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		object := wholeObject(text)
		d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		value, err := d.ReadValue()
		if err != nil || value.Kind() != '{' {
			require.Nil(t, object)
			return
		}
		require.Equal(t, []byte(value), object)
		cutAlike(t, value)
	})
}

// cutAlike compares what is cut with what a decoder reads, all the way down.
func cutAlike(t *testing.T, value jsontext.Value) {
	d := jsontext.NewDecoder(bytes.NewReader(value), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	open, err := d.ReadToken()
	require.NoError(t, err)
	var want, got []string
	within := func(inner jsontext.Value) string {
		text := string(inner)
		cutAlike(t, jsontext.Value(text))
		return text
	}
	for d.PeekKind() != '}' && d.PeekKind() != ']' && d.PeekKind() > 0 {
		if open.Kind() == '{' {
			name, err := d.ReadValue()
			require.NoError(t, err)
			want = append(want, string(unquoted(name)))
		}
		inner, err := d.ReadValue()
		require.NoError(t, err)
		want = append(want, within(inner))
	}
	members(value, func(name, value []byte) { got = append(got, string(name), string(value)) })
	elements(value, func(item []byte) { got = append(got, string(item)) })
	require.Equal(t, want, got)
}

func FuzzCanonicalNumber(f *testing.F) {
	for _, pair := range [][2]string{
		{"100", "1e2"}, {"0.00100", "1E-3"}, {"-0", "0.0e5"}, {"12.50", "1250e-2"}, {"-1", "1"}, {"10", "1"}, {"0.1", "0.01"}, {"1e400", "10e399"}, {"1e99999999999999999999", "1"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := exact(a), exact(b)
		if x == nil || y == nil {
			return
		}
		canonical := func(text string) string { return string(canonicalNumber(nil, []byte(text))) }
		require.Equal(t, x.Cmp(y) == 0, canonical(a) == canonical(b), "%s and %s", canonical(a), canonical(b))
	})
}

// exact is what a JSON number is worth; nil for what is none, or is too large to
// be written out.
func exact(text string) *big.Rat {
	v := jsontext.Value(text)
	if !v.IsValid() || v.Kind() != '0' || len(text) > 40 || len(bytes.TrimSpace(v)) < len(v) {
		return nil
	}
	if i := bytes.IndexAny(v, "eE"); i >= 0 && len(v)-i > 5 {
		return nil
	}
	r, _ := new(big.Rat).SetString(text)
	return r
}

// The sums of a text are those of what they stand for, whether or not they are
// one.
func FuzzTextSums(f *testing.F) {
	for _, text := range []string{"", "a", " a\t", "Ada", "ÄÖ", " ", "\u00a0x\u2003", "é", "A ", "\xff"} {
		f.Add(text)
	}
	h := newLocalHasher()
	f.Fuzz(func(t *testing.T, text string) {
		var v Value
		h.text(&v, []byte(text))
		require.Equal(t, Value{
			Sum: h.values([]byte(text)), Trim: h.values(bytes.TrimSpace([]byte(text))), Fold: h.values(bytes.ToLower([]byte(text))), Len: utf8.RuneCountInString(text),
		}, v)
	})
}
