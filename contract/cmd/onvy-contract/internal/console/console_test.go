package console

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNotesHaveNothingThatATerminalObeys(t *testing.T) {
	var stderr strings.Builder
	a := &App{Stderr: &stderr, Lookup: func(string) (string, bool) { return "", false }}
	a.Note("%s:\n%s", "Grüße", "\x1b[2J\u009b1A\rgone\u202e\x07")
	require.Equal(t, "Grüße:\n\\x1b[2J\\u009b1A\\rgone\\u202e\\a\n", stderr.String())
}
