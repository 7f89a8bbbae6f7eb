package past_test

import (
	"testing"
	"time"

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
