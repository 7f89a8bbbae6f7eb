package html

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/coverage"
	"github.com/onvy-health/onvy-go/contract/report/internal/spectext"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// authView is which credentials opened which operations.
type authView struct {
	Text    string
	Columns []string
	Rows    []authRow
}

type authRow struct {
	Method, Path string
	Cells        []matrixCell
}

// addAuth shows the protected operations by what a request came with.
func addAuth(p *page, r *contract.Report, spec *spectext.Text) {
	if p.Coverage == nil {
		return
	}
	v := &authView{Text: "Each protected operation by what a request came with, and the statuses it was answered with."}
	for _, c := range coverage.TokenCredentials {
		v.Columns = append(v.Columns, string(c))
	}
	asked := map[string]bool{} // operation and credential
	points := spec.Model.Points()
	for i := range points {
		if points[i].Kind == coverage.KindCredential {
			asked[points[i].Operation+"\x00"+points[i].Name] = true
		}
	}
	for i := range spec.Operations {
		o := &spec.Operations[i]
		if !asked[o.ID+"\x00"+string(coverage.ValidToken)] {
			continue
		}
		row := authRow{Method: o.Method, Path: words.Visible(o.Path)}
		for _, c := range coverage.TokenCredentials {
			row.Cells = append(row.Cells, authCell(r.Coverage, o, c, asked[o.ID+"\x00"+string(c)]))
		}
		v.Rows = append(v.Rows, row)
	}
	if len(v.Rows) > 0 {
		p.Auth = v
	}
}

// authCell says how the requests with a credential were answered. Only a valid
// token may be let in.
func authCell(counts *coverage.Counts, o *spectext.Operation, c coverage.Credential, asked bool) matrixCell {
	if !asked {
		return matrixCell{State: "server", Text: "·", Title: "does not apply"}
	}
	var statuses []string
	in, out := 0, 0
	for _, s := range counts.Answers(o.ID, c) {
		statuses = append(statuses, strconv.Itoa(s.Status))
		if s.Status/100 == 2 {
			in += s.Count
		} else {
			out += s.Count
		}
	}
	text := strings.Join(statuses[:min(len(statuses), 3)], " ")
	if len(statuses) > 3 {
		text += " …"
	}
	title := fmt.Sprintf("%s: let in %d times, refused %d times (%s)", c, in, out, strings.Join(statuses, ", "))
	switch {
	case in+out == 0:
		return matrixCell{State: "miss", Text: "not tried", Title: string(c) + ": not tried"}
	case c == coverage.ValidToken:
		if in == 0 {
			return matrixCell{State: "noted", Text: "△ " + text, Title: title}
		}
		return matrixCell{State: "seen", Text: strconv.Itoa(in) + "×", Title: title}
	case in > 0:
		return matrixCell{State: "found", Text: "▲ " + text, Title: title}
	}
	return matrixCell{State: "seen", Text: text, Title: title}
}
