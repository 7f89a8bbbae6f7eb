package words

import (
	"fmt"
	"net/url"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
)

// About is what is wrong, where and how often.
func About(c *contract.Cause) string {
	f := c.Head()
	text := f.Message
	if f.Pointer != "" {
		text += " at " + f.Pointer
	}
	if n := c.Count(); n > 1 {
		text += fmt.Sprintf(" (%d times", n)
		if len(c.Findings) > 1 {
			text += fmt.Sprintf(", %d findings", len(c.Findings))
		}
		text += ")"
	}
	return mask.Printable(text)
}

// PathOf is an address without its host.
func PathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.RequestURI()
}

// RuleOf is the rule of a finding: of the suite, of the user's own, or, in a
// report of another version, what the finding says of it.
func RuleOf(r *contract.Report, f *contract.Finding) contract.Rule {
	if known, ok := contract.RuleByID(f.Rule); ok {
		return known
	}
	for _, own := range r.OwnRules {
		if own.ID == f.Rule {
			own.ID, own.Title, own.Breaks, own.Holds = Line(own.ID), Line(own.Title), Line(own.Breaks), Line(own.Holds)
			return own
		}
	}
	return contract.Rule{ID: Line(f.Rule), Level: f.Level, Source: f.Source, Title: Line(f.Message)}
}
