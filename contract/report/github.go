package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// mostAnnotations is how many of each level GitHub shows of a step.
const mostAnnotations = 10

// GitHub writes r as annotations of GitHub Actions, one for each cause, at its
// statement in the spec: errors for what fails the run, warnings for other
// assumptions, notices for the rest and for what is waived. A step shows ten of
// each; how many there are beyond them is said.
func GitHub(w io.Writer, r *contract.Report, o MachineOptions) error {
	m, err := newMachine(r, o)
	if err != nil {
		return fmt.Errorf("report: github: %w", err)
	}
	a := &annotations{w: bufio.NewWriter(w), seen: map[string]int{}}
	for i := range r.Stale {
		a.add("error", "title=waiver", words.Line(r.Stale[i]))
	}
	if r.ExitStatus() == 2 {
		a.add("error", "title=not carried out", words.Cases(&r.Summary)+notCarriedOut(r))
	}
	for _, c := range r.Causes() {
		f := c.Head()
		t := told{Finding: f, cause: c}
		text := m.told(f)
		if n := c.Count(); n > 1 {
			text += fmt.Sprintf(" (%d times)", n)
		}
		if note := t.note(); note != "" {
			text += ". " + note
		}
		at := m.region(f)
		place := fmt.Sprintf("file=%s,line=%d", property(m.o.SpecPath), at.StartLine)
		if at.EndLine > 0 {
			place += fmt.Sprintf(",endLine=%d,col=%d,endColumn=%d", at.EndLine, at.StartColumn, at.EndColumn)
		}
		a.add(annotationLevel(r, c), place+",title="+property(c.ID+" "+words.Line(f.Rule)), text)
	}
	for _, level := range []string{"error", "warning", "notice"} {
		if n := a.seen[level] - mostAnnotations + 1; n > 0 {
			a.printf("::%s title=more::%s\n", level, message(words.Number(n, "cause")+" more of this level are in the report"))
		}
	}
	if err := a.w.Flush(); err != nil {
		return fmt.Errorf("report: github: %w", err)
	}
	return nil
}

type annotations struct {
	w    *bufio.Writer
	seen map[string]int // by level
}

// printf writes; the bufio.Writer keeps the first error, and Flush returns it.
func (a *annotations) printf(format string, args ...any) { _, _ = fmt.Fprintf(a.w, format, args...) }

func (a *annotations) add(level, properties, text string) {
	if a.seen[level]++; a.seen[level] < mostAnnotations { // the last one says how many more there are
		a.printf("::%s %s::%s\n", level, properties, message(text))
	}
}

func annotationLevel(r *contract.Report, c *contract.Cause) string {
	switch {
	case words.Fails(r, c):
		return "error"
	case c.Head().Waived == "" && c.Head().Level != contract.Drift:
		return "warning"
	}
	return "notice"
}

// notCarriedOut is the first reason why something could not be carried out.
func notCarriedOut(r *contract.Report) string {
	for i := range r.Outcomes {
		if o := &r.Outcomes[i]; o.Status == contract.Error || o.Status == contract.NotRun {
			return ": " + words.Line(o.Case) + ": " + words.Line(o.Reason)
		}
	}
	return ""
}

// message and property escape what GitHub would take for the end of an
// annotation or for another command.
func message(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
