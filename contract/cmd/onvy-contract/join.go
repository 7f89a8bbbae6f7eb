package main

import (
	"strings"

	"github.com/onvy-health/onvy-go/contract"
)

// joined is one report of several recordings: what was found in more than one
// of them is one finding. There is at least one.
func joined(reports []*contract.Report) *contract.Report {
	all := *reports[0]
	if len(reports) == 1 {
		return &all
	}
	all.Duration, all.Summary, all.Outcomes, all.Findings = 0, contract.Summary{}, nil, nil
	all.Coverage = &contract.Coverage{}
	var names []string
	for _, r := range reports {
		names = append(names, r.Target)
		all.Duration += r.Duration
		all.Outcomes = append(all.Outcomes, r.Outcomes...)
		all.Findings = append(all.Findings, r.Findings...)
		add(&all.Summary, &r.Summary)
		_ = all.Coverage.Merge(r.Coverage) // they are of one spec
	}
	all.Target = strings.Join(names, ", ")
	all.Findings = contract.Fold(all.Findings)
	count(&all)
	return &all
}

// count counts the findings of a report.
func count(r *contract.Report) {
	s := &r.Summary
	s.Violations, s.Assumptions, s.Drift = 0, 0, 0
	for i := range r.Findings {
		switch r.Findings[i].Level {
		case contract.Violation:
			s.Violations++
		case contract.Assumption:
			s.Assumptions++
		case contract.Drift:
			s.Drift++
		}
	}
}

// add adds the counts of outcomes and exchanges; findings are counted when
// they are folded.
func add(sum, s *contract.Summary) {
	sum.Exchanges += s.Exchanges
	sum.Rules = max(sum.Rules, s.Rules)
	sum.Passed += s.Passed
	sum.Failed += s.Failed
	sum.Errors += s.Errors
	sum.Skipped += s.Skipped
	sum.NotRun += s.NotRun
	for place, n := range s.Unmatched {
		if sum.Unmatched == nil {
			sum.Unmatched = map[string]int{}
		}
		sum.Unmatched[place] += n
	}
}
