package leak

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASecretIsFoundWhereverItIs(t *testing.T) {
	secret := strings.Repeat("eyJ", 50) + ".end"
	for body, found := range map[string]bool{
		secret: true, "a" + secret + "b": true, secret[1:]: false, secret[:len(secret)-1]: false, secret[90:]: false, "": false,
	} {
		require.Equal(t, found, Contains([]byte(body), secret), body)
	}
	require.True(t, Contains([]byte("xx12345678xx"), "12345678"))
}
