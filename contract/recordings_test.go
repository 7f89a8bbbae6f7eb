package contract_test

import (
	"encoding/json"
	"flag"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestRecordings checks every recording in testdata. One that has a golden
// file beside it must give the findings in there; any other must be clean.
func TestRecordings(t *testing.T) {
	spec := loadSpec(t)
	files, err := filepath.Glob("testdata/recordings/*")
	require.NoError(t, err)
	checked := 0
	for _, file := range files {
		if strings.HasSuffix(file, ".golden.json") {
			continue
		}
		golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".golden.json"
		checked++
		t.Run(filepath.Base(file), func(t *testing.T) {
			report := replay(t, spec, file)
			if _, err := os.Stat(golden); err != nil {
				contract.Subtests(t, report)
				require.Zero(t, report.ExitStatus(), "the recording is not clean")
				return
			}
			text, err := json.MarshalIndent(report.Findings, "", "  ")
			require.NoError(t, err)
			text = withLinesOfTheSpec(t, text)
			if *update {
				require.NoError(t, os.WriteFile(golden, append(text, '\n'), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), string(text)+"\n", "go test ./contract -run TestRecordings -update writes it anew")
		})
	}
	require.GreaterOrEqual(t, checked, 3, "recordings are missing")
}

var placeOfTheSpec = regexp.MustCompile(`openapi\.yaml:(\d+):\d+`)

// withLinesOfTheSpec puts what stands on a line of the spec where its number
// was, so that a golden file says the same after a line was added elsewhere.
func withLinesOfTheSpec(t testing.TB, text []byte) []byte {
	lines := strings.Split(string(onvy.Spec), "\n")
	return placeOfTheSpec.ReplaceAllFunc(text, func(place []byte) []byte {
		n, err := strconv.Atoi(string(placeOfTheSpec.FindSubmatch(place)[1]))
		require.NoError(t, err)
		quoted, err := json.Marshal("openapi.yaml: " + strings.TrimSpace(lines[n-1]))
		require.NoError(t, err)
		return quoted[1 : len(quoted)-1]
	})
}

// replay checks a file.
func replay(t testing.TB, spec *contract.Spec, file string) *contract.Report {
	t.Helper()
	r, err := recording.Open(file)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, r.Close()) })
	return spec.Replay(t.Context(), filepath.Base(file), exchanges(r), contract.ReplayOptions{Complete: true})
}

// exchanges are those of a recording.
func exchanges(r *recording.Reader) iter.Seq2[*contract.Exchange, error] {
	return func(yield func(*contract.Exchange, error) bool) {
		for entry, err := range r.All() {
			if !yield(entry.Exchange, err) {
				return
			}
		}
	}
}
