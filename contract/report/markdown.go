package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/example"
	"github.com/onvy-health/onvy-go/contract/internal/history"
	"github.com/onvy-health/onvy-go/contract/internal/rules"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// RulesMarkdown writes the rules as a page of Markdown: a table for each
// family (what stands before the slash of their ids), families and rules in
// alphabetical order. Every rule has an anchor of its id, which leads to the file of
// its examples if it is one of [contract.Rules] and has one.
func RulesMarkdown(w io.Writer, rules []contract.Rule) error {
	out := bufio.NewWriter(w)
	rules = slices.SortedFunc(slices.Values(rules), func(a, b contract.Rule) int { return strings.Compare(a.ID, b.ID) })
	// The bufio.Writer keeps the first error, and Flush returns it.
	_, _ = fmt.Fprintf(out, rulesIntro, words.Number(len(rules), "rule"))
	examples := examplePaths()
	family := ""
	for i := range rules {
		rule := &rules[i]
		if f, _, _ := strings.Cut(rule.ID, "/"); f != family {
			family = f
			_, _ = fmt.Fprintf(out, "\n## %s\n\n%s", family, rulesHeader)
		}
		id := "`" + rule.ID + "`"
		if at := examples[rule.ID]; at != "" {
			id = fmt.Sprintf("[%s](%s)", id, at)
		}
		_, _ = fmt.Fprintf(out, "| <a id=%q></a>%s | %s | %s | %s | %s | %s | %s |\n", rule.ID, id,
			rule.Level, rule.Kind, cell(rule.Title), cell(rule.Breaks), cell(rule.Holds), cell(rule.Source))
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("report: markdown: %w", err)
	}
	return nil
}

const rulesIntro = `<!-- Written by "onvy-contract rules --markdown". Do not edit. -->

# Rules

The %s that an ONVY Health API server is checked against. Ids are never renamed
and never used again for something else.

- **Level**: a *violation* contradicts a documented statement or a standard and
  fails the run. An *assumption* contradicts what ` + "`openapi.yaml`" + ` assumes where
  the documentation is silent: the server may be right. *Drift* is what
  ` + "`openapi.yaml`" + ` does not mention. The last two fail the run only with
  ` + "`--strict`" + `. The level given is the highest that findings of the rule can have.
- **Looks at**: an *exchange* rule looks at one request and its response, a
  *history* rule at what several say together, both live and in recordings. A
  *probe* makes its own traffic.
- **Examples**: the id of a rule leads to what breaks it and what does not, as on the
  wire; ` + "`onvy-contract explain ID`" + ` prints one of each, and for a probe the faults
  that it has to find.
`

const rulesHeader = `| Rule | Level | Looks at | What must hold | Broken by | Not broken by | Source |
|---|---|---|---|---|---|---|
`

// examplePaths has where the file of a rule's examples is, beside RULES.md. What a
// case looks for has none.
func examplePaths() map[string]string {
	paths := make(map[string]string)
	for _, r := range contract.Rules() {
		switch r.Kind {
		case contract.KindExchange:
			paths[r.ID] = "internal/rules/" + example.Path(rules.Examples, r.ID)
		case contract.KindHistory:
			paths[r.ID] = "internal/history/" + example.Path(history.Examples, r.ID)
		}
	}
	return paths
}

// cell keeps a text inside its cell of a Markdown table.
func cell(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	return strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;").Replace(s)
}
