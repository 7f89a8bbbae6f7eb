package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
)

// shown is how many findings of one rule and operation are shown unless Full.
const shown = 5

// severity orders the levels, worst first.
var severity = map[contract.Level]int{contract.Violation: 0, contract.Assumption: 1, contract.Drift: 2}

// findings writes a section: operations in the order in which they were first
// seen, the worst first; in them rules in the same order.
func (p *page) findings(title string, colour style, all []contract.Finding) {
	if len(all) == 0 {
		return
	}
	p.section(title)
	byOperation := grouped(all, operation)
	slices.SortStableFunc(byOperation, worst)
	for _, ofOperation := range byOperation {
		p.printf("\n  %s\n", p.paint(bold, printable(operation(&ofOperation[0]))))
		byRule := grouped(ofOperation, func(f *contract.Finding) string { return f.Rule + " " + string(f.Level) })
		slices.SortStableFunc(byRule, worst)
		clear(p.curls)
		for _, ofRule := range byRule {
			p.rule(colour, ofRule)
		}
	}
}

// rule writes the findings of one rule and level.
func (p *page) rule(colour style, all []contract.Finding) {
	p.printf("    %s  %s\n", p.paint(colour, string(all[0].Level)), p.paint(bold, printable(all[0].Rule)))
	for i := range all {
		if i == shown && !p.Full {
			p.printf("      and %d more of this rule; --full shows them\n", len(all)-i)
			return
		}
		p.finding(&all[i])
	}
}

func (p *page) finding(f *contract.Finding) {
	p.printf("      %s", printable(f.Message))
	if f.Count > 1 {
		p.printf(" (%d times)", f.Count)
	}
	p.printf("\n")
	p.printf("        %s\n", p.paint(dim, printable(where(f))))
	// Most findings of an operation have one command; it is shown once.
	if f.Curl != "" && !p.curls[f.Curl] {
		p.curls[f.Curl] = true
		for line := range strings.Lines(f.Curl) {
			p.printf("        %s\n", printable(strings.TrimSuffix(line, "\n")))
		}
	}
}

// where is the place of a finding and what makes it one, in a line.
func where(f *contract.Finding) string {
	var parts []string
	if f.Status != 0 {
		parts = append(parts, "status "+strconv.Itoa(f.Status))
	}
	if f.Pointer != "" {
		parts = append(parts, "at "+f.Pointer)
	}
	if f.Exchange != "" {
		first := "in "
		if f.Count > 1 {
			first = "first in "
		}
		parts = append(parts, first+f.Exchange)
	}
	says := f.Source
	if f.Spec != "" {
		says = fmt.Sprintf("%s (%s)", f.Source, f.Spec)
	}
	return strings.Join(append(parts, "see "+says), ", ")
}

// operation names the group of a finding.
func operation(f *contract.Finding) string {
	if f.Operation == "" {
		return "(no operation)"
	}
	return f.Operation
}

// grouped splits findings by a key, in the order of its first appearance.
func grouped(all []contract.Finding, key func(*contract.Finding) string) [][]contract.Finding {
	at := map[string]int{}
	var groups [][]contract.Finding
	for i := range all {
		k := key(&all[i])
		j, ok := at[k]
		if !ok {
			j = len(groups)
			at[k] = j
			groups = append(groups, nil)
		}
		groups[j] = append(groups[j], all[i])
	}
	return groups
}

// worst orders groups by the worst level in them.
func worst(a, b []contract.Finding) int { return worstOf(a) - worstOf(b) }

func worstOf(group []contract.Finding) int {
	w := len(severity)
	for i := range group {
		w = min(w, severity[group[i].Level])
	}
	return w
}
