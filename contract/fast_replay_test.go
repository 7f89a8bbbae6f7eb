package contract_test

import (
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/faults"
	"github.com/onvy-health/onvy-go/contract/recording"
	"github.com/onvy-health/onvy-go/contract/sandbox"
)

// Traffic of every kind gives the findings of a replay that decodes every body
// and takes one exchange after the other.
func TestReplayFindsTheSameWithoutTheFastPath(t *testing.T) {
	fast, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	slow, err := contract.LoadWithoutFastPath(onvy.Spec)
	require.NoError(t, err)

	compare := func(t *testing.T, xs []*contract.Exchange) []contract.Finding {
		require.NotEmpty(t, xs)
		entries := func(yield func(*contract.Exchange, error) bool) {
			for _, x := range xs {
				if !yield(x, nil) {
					return
				}
			}
		}
		got := fast.Replay(t.Context(), "traffic", entries, contract.ReplayOptions{})
		want := slow.Replay(t.Context(), "traffic", entries, contract.ReplayOptions{Parallel: 1})
		require.ElementsMatch(t, want.Findings, got.Findings)
		require.Equal(t, want.Summary, got.Summary)
		return got.Findings
	}

	files, err := filepath.Glob("testdata/recordings/*")
	require.NoError(t, err)
	for _, file := range files {
		if filepath.Ext(file) == ".json" {
			continue // golden findings
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			r, err := recording.Open(file)
			require.NoError(t, err)
			defer r.Close()
			var xs []*contract.Exchange
			for x, err := range exchanges(r) {
				require.NoError(t, err)
				xs = append(xs, x)
			}
			compare(t, xs)
		})
	}
	t.Run("live suite", func(t *testing.T) {
		compare(t, record(t, sandbox.Start(t), ""))
	})
	found := 0
	for f := range everyNth(slices.Concat(faults.All(), faults.Controls()), 12) {
		t.Run(f.Name, func(t *testing.T) {
			server := sandbox.Start(t)
			wrong := httptest.NewServer(f.Handler(server))
			defer wrong.Close()
			server.URL = wrong.URL
			found += len(compare(t, record(t, server, "^(users|list)/")))
		})
	}
	require.Positive(t, found)
}

// record returns what the cases of the live suite exchange with a server.
func record(t *testing.T, server *sandbox.Server, cases string) (xs []*contract.Exchange) {
	t.Helper()
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	suite, err := contract.NewSuite(spec, sandboxTarget(t, server), contract.Options{
		LedgerDir: t.TempDir(), Run: cases, Seed: 1, MaxRequests: 600,
		MaxDuration: 5 * time.Second, // some faults are slow, and what was exchanged until then will do
		OnExchange:  func(x *contract.Exchange) { xs = append(xs, x) },
	})
	require.NoError(t, err)
	suite.Run(t.Context())
	return xs
}

// everyNth yields the first of each n.
func everyNth[T any](all []T, n int) func(func(T) bool) {
	return func(yield func(T) bool) {
		for i := 0; i < len(all); i += n {
			if !yield(all[i]) {
				return
			}
		}
	}
}
