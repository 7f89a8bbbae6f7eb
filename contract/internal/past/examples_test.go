package past_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/pass"
	"github.com/onvy-health/onvy-go/contract/internal/past"
	"github.com/onvy-health/onvy-go/contract/internal/ruletest"
	"github.com/onvy-health/onvy-go/contract/rule"
	"github.com/onvy-health/onvy-go/contract/wire"
)

// What is good is good in a record that may have gaps too, and in one without
// times, which says less and nothing wrong.
func TestEveryLawReportsItsExamplesAndNothingElse(t *testing.T) {
	ruletest.Run(t, history.Examples, past.Rules, tells(past.Whole), tells(past.New), func(s *pass.Spec, xs []*wire.Exchange) []rule.Finding {
		if overlap(xs) {
			return nil // without times, what comes later was later
		}
		untimed := make([]*wire.Exchange, len(xs))
		for i, x := range xs {
			copied := *x
			copied.Started, copied.Duration = time.Time{}, 0
			untimed[i] = &copied
		}
		return tells(past.Whole)(s, untimed)
	})
}

// tells feeds a history and returns everything that it says.
func tells(begin func(*pass.Spec) *past.History) ruletest.Judge {
	return func(s *pass.Spec, xs []*wire.Exchange) (all []rule.Finding) {
		h := begin(s)
		for _, x := range xs {
			all = append(all, h.Add(x)...)
		}
		return all
	}
}

// overlap reports whether an exchange began before one ahead of it had ended.
func overlap(xs []*wire.Exchange) bool {
	var end time.Time
	for _, x := range xs {
		if x.Started.Before(end) {
			return true
		}
		end = x.End()
	}
	return false
}

// A part that a PATCH changes without naming it is in the object before and in the
// one after; it is one finding.
func TestAPartThatAPatchChangesIsReportedOnce(t *testing.T) {
	spec, err := pass.Load(onvy.Spec)
	require.NoError(t, err)
	write := func(method, path, body, thresholds, second string, status int) *wire.Exchange {
		header := wire.Header{{Name: "Content-Type", Value: "application/json"}}
		answer := `{"created_at":"2026-03-05T11:00:00Z","data_syncs":[],"id":"u1","thresholds":` + thresholds + `,"updated_at":"2026-03-05T11:00:` + second + `Z"}`
		return &wire.Exchange{
			Name: method, Started: time.Date(2026, 3, 5, 12, 0, len(method), 0, time.UTC), Duration: time.Millisecond,
			Request:  wire.Request{Method: method, URL: "https://api.onvy.health" + path, Header: header, Body: []byte(body)},
			Response: &wire.Response{Status: status, Header: header, Body: []byte(answer)},
		}
	}
	findings := tells(past.Whole)(spec, []*wire.Exchange{
		write("POST", "/users", `{"id":"u1","thresholds":{"ftp":240,"mhr":189}}`, `{"ftp":240,"mhr":189}`, "00", 201),
		write("PATCH", "/users/u1", `{"thresholds":{"ftp":99}}`, `{"ftp":99,"mhr":190}`, "01", 200),
	})
	require.Len(t, findings, 1)
	require.Equal(t, history.PatchMerges.ID, findings[0].Rule)
	require.True(t, strings.HasSuffix(findings[0].Pointer, "mhr"), findings[0].Pointer)
}
