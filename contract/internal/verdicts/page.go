package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
)

// count is how many causes of a level there are in a run, and at most over
// all runs.
func (v *verdict) count(level contract.Level) int {
	most := 0
	for _, r := range v.reports {
		n := 0
		for _, c := range r.Causes() {
			if c.Head().Level == level {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// rules are those that reported something of a level.
func (v *verdict) rules(level contract.Level) []string {
	all := make(map[string]bool)
	for _, r := range v.reports {
		for _, f := range r.Findings {
			if f.Level == level {
				all[f.Rule] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// unexplained are violations that nobody has written a reason for.
func (v *verdict) unexplained() (all []string) {
	for _, rule := range v.rules(contract.Violation) {
		if v.explained[rule] != "" {
			continue
		}
		for _, r := range v.reports {
			i := slices.IndexFunc(r.Findings, func(f contract.Finding) bool { return f.Rule == rule && f.Level == contract.Violation })
			if i >= 0 {
				all = append(all, fmt.Sprintf("%s: seed %d: %s (%s)", v.thing, r.Seed, r.Findings[i], r.Findings[i].Exchange))
				break
			}
		}
	}
	return all
}

// page is docs/verdicts.md.
func page(verdicts []*verdict, matrix string) string {
	var b strings.Builder
	b.WriteString(`# Verdicts

What the suite says about things that are honest. A violation here is either
true, and then the reason stands below, or it is a false alarm, and then CI is
red. Written by ` + "`make verdicts`" + `, which CI runs; not to be edited.

| thing | runs | exchanges | violations | assumptions | drift | false |
|---|---:|---:|---:|---:|---:|---:|
`)
	for _, v := range verdicts {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d |\n", v.thing, v.runs, v.exchanges,
			v.count(contract.Violation), v.count(contract.Assumption), v.count(contract.Drift), len(v.unexplained()))
	}
	b.WriteString("\nCauses are counted as the report does, of several runs the most that one had.\n\n## Why each violation is true\n\n")
	for _, v := range verdicts {
		for _, rule := range v.rules(contract.Violation) {
			if reason := v.explained[rule]; reason != "" {
				fmt.Fprintf(&b, "- **%s**, `%s`: %s.\n", v.thing, rule, reason)
			}
		}
	}
	if matrix != "" {
		b.WriteString("\n## The other side: what is found of what was planted\n\n```\n" + strings.TrimSpace(matrix) + "\n```\n")
	}
	b.WriteString("\nThe faults, one a line, are in `contract/internal/faults`; `onvy-contract selftest --all` prints each with its verdict.\n")
	return b.String()
}
