package past_test

import (
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

// What one PATCH does to one object is one finding: a part that it changes without
// naming it, though it is in the object before and in the one after; all parts of an
// object that is lost.
func TestWhatAPatchDoesToAnObjectIsOneFinding(t *testing.T) {
	spec, err := pass.Load(onvy.Spec)
	require.NoError(t, err)
	write := func(method, path, body, members, second string, status int) *wire.Exchange {
		header := wire.Header{{Name: "Content-Type", Value: "application/json"}}
		answer := `{"created_at":"2026-03-05T11:00:00Z","data_syncs":[],"id":"u1",` + members + `"updated_at":"2026-03-05T11:00:` + second + `Z"}`
		return &wire.Exchange{
			Name: method, Started: time.Date(2026, 3, 5, 12, 0, len(method), 0, time.UTC), Duration: time.Millisecond,
			Request:  wire.Request{Method: method, URL: "https://api.onvy.health" + path, Header: header, Body: []byte(body)},
			Response: &wire.Response{Status: status, Header: header, Body: []byte(answer)},
		}
	}
	for _, row := range []struct{ sent, answer, rule, pointer string }{
		{`{"ftp":99}`, `"thresholds":{"ftp":99,"mhr":190},`, history.PatchMerges.ID, "/thresholds/mhr"},
		{`{"ftp":99,"lthr":160}`, ``, history.WriteAnswer.ID, "/thresholds"},
		{`{"ftp":null}`, ``, history.PatchMerges.ID, "/thresholds/mhr"},
		{`{"ftp":null,"mhr":null}`, ``, "", ""},
	} {
		findings := tells(past.Whole)(spec, []*wire.Exchange{
			write("POST", "/users", `{"id":"u1","thresholds":{"ftp":240,"mhr":189}}`, `"thresholds":{"ftp":240,"mhr":189},`, "00", 201),
			write("PATCH", "/users/u1", `{"thresholds":`+row.sent+`}`, row.answer, "01", 200),
		})
		if row.rule == "" {
			require.Empty(t, findings, row.sent)
			continue
		}
		require.Len(t, findings, 1, row.sent)
		require.Equal(t, row.rule, findings[0].Rule, row.sent)
		require.Equal(t, row.pointer, findings[0].Pointer, row.sent)
	}
}
