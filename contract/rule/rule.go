package rule

import (
	"cmp"

	"github.com/onvy-health/onvy-go/contract/wire"
)

// Kind says what a rule looks at.
type Kind string

const (
	KindExchange Kind = "exchange" // one exchange
	KindHistory  Kind = "history"  // what several exchanges say together
	KindProbe    Kind = "probe"    // traffic that the rule makes itself
)

// Rule is one thing that a server can get wrong. Ids are never renamed and
// never used again for something else.
type Rule struct {
	ID     string `json:"id"` // "oauth/no-store"
	Kind   Kind   `json:"kind"`
	Level  Level  `json:"level"`  // the highest level its findings can have
	Source string `json:"source"` // page or clause
	Title  string `json:"title"`  // one sentence: what must hold
	Breaks string `json:"breaks"` // an example of what breaks it
	Holds  string `json:"holds"`  // an example of what must not

	// Check looks at one exchange, in a rule of your own: see [run.Options.Rules]. It
	// is called by several goroutines at once. Rules of this package have none.
	Check func(*Call) `json:"-"`
}

// Own is what a report says of rules that the user brought; of a rule that has
// no source, that of its findings.
func Own(rules []*Rule) []Rule {
	var all []Rule
	for _, r := range rules {
		if r == nil {
			continue
		}
		own := *r
		own.Check, own.Kind, own.Source = nil, KindExchange, cmp.Or(own.Source, "policy")
		all = append(all, own)
	}
	return all
}

// Call is one exchange as a rule of your own sees it: see [Rule.Check].
type Call struct {
	Exchange  *wire.Exchange    // not to be changed
	Operation string            // operationId; "" for an exchange of no operation
	Params    map[string]string // of the path, unescaped

	report func(Finding)
}

// Report adds a finding. What it leaves empty is filled from the rule and the
// exchange. The Message is printed as it is: no value of a person and no secret
// belongs in it.
func (c *Call) Report(f Finding) { c.report(f) }

// NewCall makes a call to try a rule on, in a test of your own.
func NewCall(x *wire.Exchange, operation string, params map[string]string, report func(Finding)) *Call {
	return &Call{Exchange: x, Operation: operation, Params: params, report: report}
}
