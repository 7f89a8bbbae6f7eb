package recording_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/recording"
)

// FuzzHAR: whatever the input, reading ends without a panic, indexes go up by
// one, and nothing comes after the error that ends it.
func FuzzHAR(f *testing.F) {
	seed(f, "*.har", "*.ndjson", "*.json")
	f.Add([]byte(har(getEntry, `{"request":`+"\xff"+`}`)))
	f.Fuzz(read)
}

// FuzzCassette is the same for YAML.
func FuzzCassette(f *testing.F) {
	seed(f, "*.yaml")
	f.Add([]byte("version: 2\ninteractions:\n- a: &a [1]\n- b: *a\n"))
	f.Add([]byte("version: 2\ninteractions:\n  - a: |\n   - b\n  # c\n---\nversion: 2\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read(t, append([]byte("version: 2\ninteractions:\n"), data...))
	})
}

func seed(f *testing.F, patterns ...string) {
	for _, p := range patterns {
		files, err := filepath.Glob(filepath.Join("testdata", p))
		require.NoError(f, err)
		require.NotEmpty(f, files)
		for _, name := range files {
			data, err := os.ReadFile(name)
			require.NoError(f, err)
			f.Add(data)
		}
	}
}

func read(t *testing.T, data []byte) {
	r, err := recording.NewReader(bytes.NewReader(data), "in", recording.WithEntryLimit(1<<16))
	if err != nil {
		return
	}
	entries, broken, _ := all(t, r, nil)
	for i := range len(entries) + len(broken) {
		require.True(t, entries[i] != nil || broken[i] != nil, "no entry %d", i)
	}
	for _, x := range entries {
		require.NotEmpty(t, x.Request.Method)
		require.NotEmpty(t, x.Request.URL)
		require.True(t, x.Response != nil || x.Err != nil)
	}
}
