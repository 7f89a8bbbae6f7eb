package pass

import "github.com/onvy-health/onvy-go/contract/rule"

// Rule is a rule that looks at one exchange.
type Rule struct {
	rule.Rule
	look func(c *Call, r *rule.Rule)
}

// NewRule makes a rule of what looks at a call, and reports what it sees as that
// rule, and of what the rule says.
func NewRule(look func(*Call, *rule.Rule), r rule.Rule) *Rule {
	r.Kind = rule.KindExchange
	return &Rule{r, look}
}

// Look holds a call against the rule.
func (r *Rule) Look(c *Call) { r.look(c, &r.Rule) }
