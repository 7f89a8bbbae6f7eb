package main

import "github.com/onvy-health/onvy-go/contract"

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
