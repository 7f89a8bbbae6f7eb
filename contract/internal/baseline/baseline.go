// Package baseline compares two reports by the fingerprints of their findings,
// which depend on no line, count, host or text.
package baseline

import (
	"github.com/onvy-health/onvy-go/contract"
)

// Mark says of each finding of a report whether it is new: the old one does not
// have it, or has it at a lower level.
func Mark(r, old *contract.Report) {
	known := worst(old)
	mark := func(findings []contract.Finding) {
		for i := range findings {
			findings[i].New = isNew(&findings[i], known)
		}
	}
	mark(r.Findings)
	for i := range r.Outcomes {
		mark(r.Outcomes[i].Findings)
	}
}

// Diff is what became of the findings of a report.
type Diff struct {
	New   []contract.Finding // of the new report; those that became worse too
	Gone  []contract.Finding // of the old report
	Still []contract.Finding // of the new report
}

// Compare tells two reports apart.
func Compare(old, now *contract.Report) Diff {
	var d Diff
	before, after := worst(old), worst(now)
	for _, f := range now.Findings {
		if isNew(&f, before) {
			d.New = append(d.New, f)
		} else {
			d.Still = append(d.Still, f)
		}
	}
	for _, f := range old.Findings {
		if _, ok := after[f.Print()]; !ok {
			d.Gone = append(d.Gone, f)
		}
	}
	return d
}

// worst is the rank of the highest level that each fingerprint has.
func worst(r *contract.Report) map[string]int {
	all := map[string]int{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if had, ok := all[f.Print()]; !ok || f.Level.Rank() < had {
			all[f.Print()] = f.Level.Rank()
		}
	}
	return all
}

func isNew(f *contract.Finding, known map[string]int) bool {
	had, ok := known[f.Print()]
	return !ok || f.Level.Rank() < had
}
