package targetflags

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASecretFileMayEndItsLine(t *testing.T) {
	name := filepath.Join(t.TempDir(), "secret")
	for _, text := range []string{"s3cr3t", "s3cr3t\n", "s3cr3t\r\n"} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		secret, err := readSecret(name)
		require.NoError(t, err)
		require.Equal(t, "s3cr3t", secret)
	}
}
