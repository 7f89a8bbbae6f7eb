package report

import "github.com/onvy-health/onvy-go/contract"

type casesView struct {
	Text string
	Rows []caseRow
}

type caseRow struct {
	Name, Chip, Says, Took, Reason string
	Exchanges                      int
}

func (p *htmlPage) addCases(r *contract.Report) {
	if len(r.Outcomes) == 0 {
		return
	}
	v := &casesView{Text: cases(&r.Summary)}
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		v.Rows = append(v.Rows, caseRow{
			Name: line(o.Case), Chip: caseChip(o.Status), Says: visible(string(o.Status)), Took: took(o.Duration),
			Reason: line(o.Reason), Exchanges: o.Exchanges,
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
