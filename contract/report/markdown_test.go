package report_test

import (
	"io"
	"testing"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

func TestRulesMarkdownIsAsTheGoldenFile(t *testing.T) {
	rules := []contract.Rule{
		{ID: "users/created-at-fixed", Kind: contract.KindHistory, Level: contract.Violation, Source: "assumed", Title: "created_at never changes.", Breaks: "a later created_at after PATCH", Holds: "the same instant with another offset"},
		{ID: "oauth/no-store", Kind: contract.KindExchange, Level: contract.Violation, Source: "rfc6749#5.1", Title: "Token answers are not cached.", Breaks: "no Cache-Control", Holds: "`no-store, private`"},
		{ID: "auth/no-token", Kind: contract.KindProbe, Level: contract.Violation, Source: "rfc6750#3", Title: "A request without a token gets 401 | a challenge.", Breaks: "<html>\nwith 200", Holds: "401"},
	}
	golden(t, "rules.md", written(t, func(w io.Writer) error { return report.RulesMarkdown(w, rules) }))
}
