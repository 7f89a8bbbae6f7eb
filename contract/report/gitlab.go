package report

import (
	"fmt"
	"io"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

type gitlabIssue struct {
	Description string         `json:"description"`
	Check       string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// GitLab writes r as a code quality report of GitLab: one entry for each
// finding, known again by its fingerprint. Violations are major, assumptions
// minor; drift, consequences and what is waived are info. At most 5,000 of them,
// the worst.
func GitLab(w io.Writer, r *contract.Report, o MachineOptions) error {
	m, err := newMachine(r, o)
	if err != nil {
		return fmt.Errorf("report: gitlab: %w", err)
	}
	issues := []gitlabIssue{}
	all := m.each()
	for i := range all[:min(len(all), mostResults)] {
		t := &all[i]
		issue := gitlabIssue{
			Description: m.told(t.Finding), Check: words.Line(t.Rule), Fingerprint: t.Print(), Severity: "info",
			Location: gitlabLocation{m.o.SpecPath, gitlabLines{m.region(t.Finding).StartLine}},
		}
		if note := t.note(); note != "" {
			issue.Description += ". " + note
		} else if t.Level != contract.Drift {
			issue.Severity = map[contract.Level]string{contract.Violation: "major", contract.Assumption: "minor"}[t.Level]
		}
		issues = append(issues, issue)
	}
	if err := words.Indented(w, issues); err != nil {
		return fmt.Errorf("report: gitlab: %w", err)
	}
	return nil
}
