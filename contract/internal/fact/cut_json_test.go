package fact

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzCutAsEncodingJSON holds what is cut against package encoding/json, which
// shares nothing with it: the members, the items and the texts of whatever that
// takes for JSON, all the way down, and what values are equal. Bodies that package
// accept takes are among them. Nothing else may do more than find nothing.
//
//	go test -fuzz=FuzzCutAsEncodingJSON -run='^$' ./contract/internal/fact
func FuzzCutAsEncodingJSON(f *testing.F) {
	for _, body := range recordedBodies(f) {
		f.Add(body)
	}
	for _, text := range []string{
		`{"a":"x","b":[1,-2.50e+3,{"c":null}],"d":{"e":true}}`, `"\u0041\ud83d\ude00\ud800\/\\"`, "\"\xff\"", "\"\xff\\n\"", "{\"\xff\":1,\"\xe2\x82\":2}",
		" [ 1 ,\t2\r\n, [ ] , { } ] ", `[[],[[]],{}]`, `{"":{"":{"":""}}}`, `0`, `{"a":1}x`, `{"a" 1}`, `{"a"`, `{"`, `[1 2]`, `[}`, `{"a":]`, `{,"a":1}`, `"\`,
	} {
		f.Add([]byte(text))
	}
	h := newLocalHasher()
	r := &Resource{
		ID: "id", Created: "created_at", Updated: "updated_at", Fields: []Field{{Name: "a"}, {Name: "gender"}},
		Items: []string{"users"}, Next: []string{"pagination", "next_page"}, Total: []string{"pagination", "total"},
	}
	e := NewExtractor(nil, h)
	f.Fuzz(func(t *testing.T, text []byte) {
		text = exactly(text)
		harmless(t, text)
		newView(h, r, text, true)
		e.outline(r, text)
		if !json.Valid(text) {
			return
		}
		text = exactly(bytes.TrimSpace(text))
		asEncodingJSON(t, text)
		var value any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		require.NoError(t, d.Decode(&value))
		again, err := json.Marshal(value)
		require.NoError(t, err)
		one, other := h.read(text, nil, 0), h.read(again, nil, 0)
		require.True(t, !one.Known() || Equal(one, other), "%s and %s", text, again)
	})
}

// exactly is a copy behind which there is nothing that could be read.
func exactly(text []byte) []byte {
	return append(make([]byte, 0, len(text)), text...)[:len(text):len(text)]
}

// harmless looks at what is cut out of any text: parts of it, each but once.
func harmless(t *testing.T, text []byte) {
	taken := 0
	members(text, func(name, value []byte) { taken += len(value) })
	require.LessOrEqual(t, taken, len(text))
	taken = 0
	elements(text, func(item []byte) { taken += len(item) })
	require.LessOrEqual(t, taken, len(text))
	at(text, []string{"a", "b"})
	unquoted(text)
}

// asEncodingJSON compares a value with what encoding/json finds in it.
func asEncodingJSON(t *testing.T, text []byte) {
	var want, got []string
	d := json.NewDecoder(bytes.NewReader(text))
	first, err := d.Token()
	require.NoError(t, err)
	switch first := first.(type) {
	case string:
		require.Equal(t, first, string(unquoted(text)))
	case json.Delim:
		for d.More() {
			if first == '{' {
				name, err := d.Token()
				require.NoError(t, err)
				want = append(want, name.(string))
			}
			var inner json.RawMessage
			require.NoError(t, d.Decode(&inner))
			want = append(want, string(inner))
			asEncodingJSON(t, inner)
		}
	}
	members(text, func(name, value []byte) { got = append(got, string(name), string(value)) })
	elements(text, func(item []byte) { got = append(got, string(item)) })
	require.Equal(t, want, got, "%s", text)
}

// recordedBodies are those of the recordings that are tested with, each once.
func recordedBodies(t testing.TB) (all [][]byte) {
	names, err := filepath.Glob("../../testdata/recordings/*")
	require.NoError(t, err)
	seen := make(map[string]bool)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
			var value any
			require.NoError(t, d.Decode(&value))
			texts(value, func(text string) {
				if strings.HasPrefix(text, "{") && !seen[text] {
					seen[text] = true
					all = append(all, []byte(text))
				}
			})
		}
	}
	require.Greater(t, len(all), 50)
	return all
}

// texts are the strings in a value.
func texts(value any, take func(string)) {
	switch value := value.(type) {
	case string:
		take(value)
	case []any:
		for _, inner := range value {
			texts(inner, take)
		}
	case map[string]any:
		for _, inner := range value {
			texts(inner, take)
		}
	}
}

// Whoever sends a body may make it of anything. Two seconds are hundreds of times as
// long as this takes, and nothing to what anything but linear would.
func TestCuttingTakesTimeByLength(t *testing.T) {
	const length = 1 << 18
	h := newLocalHasher()
	r := &Resource{ID: "id", Items: []string{"a"}, Next: []string{"a"}, Fields: []Field{{Name: "a"}}}
	e := NewExtractor(nil, h)
	for _, piece := range []string{
		`{"a":`, `[`, `{`, `}`, `]`, `"`, `\`, `\"`, `"\`, `,`, `:`, ` `, `1`, `{"a"`, `"a",`, `"a":1,`, `[[],`, `{"a":{},`, `{}`, `[]`, `{"a":"`, `[1,`, `\u`, `\ud800`,
	} {
		for _, head := range []string{"", "{", "[", `"`, `{"a":`, `{"a":[`, `{"a":"`} {
			text := []byte(head + strings.Repeat(piece, length/len(piece)))
			began := time.Now()
			harmless(t, text)
			newView(h, r, text, true)
			e.outline(r, text)
			require.Less(t, time.Since(began), 2*time.Second, "%q of %q", head, piece)
		}
	}
}
