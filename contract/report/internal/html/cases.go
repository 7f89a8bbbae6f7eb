package html

import (
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

type casesView struct {
	Text string
	Rows []caseRow
}

type caseRow struct {
	Name, Chip, Says, Took, Reason string
	Exchanges                      int
}

func addCases(p *page, r *contract.Report) {
	if len(r.Outcomes) == 0 {
		return
	}
	v := &casesView{Text: words.Cases(&r.Summary)}
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		v.Rows = append(v.Rows, caseRow{
			Name: words.Line(o.Case), Chip: caseChip(o.Status), Says: words.Visible(string(o.Status)), Took: words.Took(o.Duration),
			Reason: words.Line(o.Reason), Exchanges: o.Exchanges,
		})
	}
	p.Cases = v
}

func caseChip(s contract.Status) string {
	switch s {
	case contract.Pass:
		return "held"
	case contract.Fail, contract.Error:
		return "violation"
	}
	return ""
}
