package learned_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/recording/internal/learned"
	"github.com/onvy-health/onvy-go/contract/recording/internal/value"
)

// A body that is cut in a date leaves its beginning, with which the pseudonyms of
// other dates begin by chance.
func TestTheBeginningOfADateIsNoLeakInAPseudonym(t *testing.T) {
	l := learned.New()
	l.Add(value.Date, "1996-06")
	l.Issue("1996-06-17")
	require.True(t, l.Clean(`{"birthday":"1996-06-17"}`))
	require.False(t, l.Clean(`{"birthday":"1996-06-18"}`), "nobody was given this one")
	require.False(t, l.Clean(`1996-06`))
}
