package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"

	"github.com/onvy-health/onvy-go/contract"
)

// TerminalOptions of [Terminal]. The zero value is a good one.
type TerminalOptions struct {
	Colour bool // see [Colours]
	// Full shows every finding; otherwise at most five of one rule and operation.
	Full bool
	// Quiet shows what fails the run and the last line, and nothing else.
	Quiet bool
}

// Terminal writes r for people. What fails the run comes first, grouped by
// operation and then by rule; then what could not be carried out, what is
// worth a look, and what was left out and why. The last line has the verdict
// and all counts.
func Terminal(w io.Writer, r *contract.Report, o TerminalOptions) error {
	p := &page{w: bufio.NewWriter(w), TerminalOptions: o, curls: map[string]bool{}}
	var failing, rest []contract.Finding
	for i := range r.Findings {
		if fails(r, &r.Findings[i]) {
			failing = append(failing, r.Findings[i])
		} else {
			rest = append(rest, r.Findings[i])
		}
	}
	p.head(r, failing)
	p.findings("Findings that fail the run", red, failing)
	p.outcomes("Not carried out", red, r, contract.Error)
	p.outcomes("Not run", red, r, contract.NotRun)
	if !o.Quiet {
		p.findings("Worth a look (these fail the run only when strict)", yellow, rest)
		p.outcomes("Skipped", yellow, r, contract.Skip)
		p.counted("Not of this API, so not checked: ", "hosts and paths", r.Summary.Unmatched)
		p.counted("Not all recorded, so not all judged: ", "reasons", r.Summary.Unjudged)
		p.notJudged(r.Summary.NotJudged)
	}
	p.last(r)
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("report: terminal: %w", err)
	}
	return nil
}

// page is a report being written. The bufio.Writer keeps the first error, and
// Flush returns it.
type page struct {
	TerminalOptions

	w     *bufio.Writer
	begun bool            // something was written
	curls map[string]bool // those shown for an operation
}

func (p *page) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(p.w, format, args...)
	p.begun = true
}

func (p *page) paint(s style, text string) string {
	if !p.Colour {
		return text
	}
	return string(s) + text + reset
}

// section writes the title of a section, after an empty line unless it is the
// first thing on the page.
func (p *page) section(title string) {
	if p.begun {
		p.printf("\n")
	}
	p.printf("%s\n", p.paint(bold, title))
}

// head says in one line what went wrong; a clean run has none.
func (p *page) head(r *contract.Report, failing []contract.Finding) {
	s := &r.Summary
	switch {
	case len(failing) > 0:
		var operations []string
		for i := range failing {
			if name := operation(&failing[i]); !slices.Contains(operations, name) {
				operations = append(operations, name)
			}
		}
		p.printf("%s  %s: %s\n", p.paint(red, "FAIL"), brief(r.Target), list(operations, 4))
	case nothingRan(r):
		p.printf("%s  %s: nothing ran\n", p.paint(red, "ERROR"), brief(r.Target))
	case s.Errors+s.NotRun > 0:
		p.printf("%s  %s: %s not carried out\n", p.paint(red, "ERROR"), brief(r.Target), number(s.Errors+s.NotRun, "case"))
	}
}

// last has the verdict, what it is about and every count.
func (p *page) last(r *contract.Report) {
	s := &r.Summary
	colour := green
	if r.ExitStatus() != 0 {
		colour = red
	}
	if p.begun {
		p.printf("\n")
	}
	p.printf("%s  %s | %s | %s | %s, %s, %s", p.paint(colour, verdict(r)), brief(r.Target), levels(r), cases(s),
		number(s.Exchanges, "exchange"), number(s.Rules, "rule"), took(r.Duration))
	if r.Seed != 0 {
		p.printf(" | seed %d", r.Seed)
	}
	p.printf("\n")
}
