package recording_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/recording"
)

// A logger that keeps no header fields of answers accuses no server of what they
// lack, and neither does what is written of it.
func TestAHeaderThatWasNotRecordedLacksNothing(t *testing.T) {
	spec, err := contract.Load(onvy.Spec)
	require.NoError(t, err)
	const token = `{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"expires_in\":900}`
	line := func(header string) string {
		return `{"request":{"method":"POST","url":"https://api.onvy.health/v1/projects/p/auth/server","body":"{}"},"response":{"status":200` + header + `,"body":"` + token + `"}}`
	}
	entry := func(header string) string {
		return `{"log":{"entries":[{"request":{"method":"POST","url":"https://api.onvy.health/v1/projects/p/auth/server","postData":{"text":"{}"}},"response":{"status":200` + header + `,"content":{"text":"` + token + `"}}}]}}`
	}
	rules := func(text string) (ids []string) {
		r, err := recording.NewReader(strings.NewReader(text), "in")
		require.NoError(t, err)
		report := contractReplay(t, spec, r)
		for _, f := range report.Findings {
			ids = append(ids, f.Rule)
		}
		return ids
	}
	for _, unknown := range []string{line(""), line(`,"headers":null`), entry(""), entry(`,"headers":[]`)} {
		require.Empty(t, rules(unknown), unknown)
		r, err := recording.NewReader(strings.NewReader(unknown), "in")
		require.NoError(t, err)
		for e, err := range r.All() {
			require.NoError(t, err)
			require.True(t, e.Exchange.Response.NoHeader)
			var again bytes.Buffer
			require.NoError(t, recording.WriteLine(&again, e.Exchange))
			require.Empty(t, rules(again.String()))
		}
	}
	for _, known := range []string{line(`,"headers":[]`), line(`,"headers":{"X-A":"b"}`), entry(`,"headers":[{"name":"X-A","value":"b"}]`)} {
		require.Subset(t, rules(known), []string{"http/content-type", "http/header-missing", "oauth/pragma"}, known)
	}
}

func contractReplay(t *testing.T, spec *contract.Spec, r *recording.Reader) *contract.Report {
	t.Helper()
	return spec.Replay(t.Context(), "in", func(yield func(*contract.Exchange, error) bool) {
		for e, err := range r.All() {
			if !yield(e.Exchange, err) {
				return
			}
		}
	}, contract.ReplayOptions{})
}
