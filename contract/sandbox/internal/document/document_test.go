package document

import (
	"github.com/go-json-experiment/json/jsontext"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A level that is merged twice would take 2^60 merges here.
func TestDeepObjectsMergeOnceALevel(t *testing.T) {
	const depth = 60
	nested := func(innermost string) jsontext.Value {
		return jsontext.Value(strings.Repeat(`{"a":`, depth) + innermost + strings.Repeat("}", depth))
	}
	got := mergeValue(nil, nested(`{"b":1,"c":2,"d":3}`), nested(`{"c":null,"d":4,"e":5}`))
	require.Equal(t, string(nested(`{"b":1,"d":4,"e":5}`)), string(got))
	require.JSONEq(t, `{"a":{}}`, string(mergeValue(nil, nil, jsontext.Value(`{"a":{"b":null}}`))), "into nothing")
}
