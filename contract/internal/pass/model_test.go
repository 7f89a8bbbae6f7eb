package pass

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheTextOfAValueSaysWhetherItIsNeutral(t *testing.T) {
	for _, text := range []string{
		`0`, `-0.0e7`, `1`, `1e999`, `0.0001`, `true`, `false`, `null`, `[]`, `[0]`, `""`, `"en"`, `"EN-gb"`, `"\u0065n"`, `"e"`, `"e\n"`, `"de"`, `{}`,
		`{"a":0,"b":{"c":"en"}}`, `{"a":0,"b":1}`,
	} {
		var value any
		err := json.Unmarshal([]byte(text), &value)
		require.Equal(t, err == nil && isNeutral(value), neutral([]byte(text)), text)
	}
}
