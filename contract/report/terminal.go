package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
)

// TerminalOptions of [Terminal]. The zero value is a good one.
type TerminalOptions struct {
	Colour bool // see [Colours]
	Links  bool // see [Hyperlinks]: rules and sources lead to their pages
	// Notes shows what does not fail the run; otherwise it is counted in a line.
	Notes bool
	// Full shows every cause with its evidence, every place and all notes.
	Full bool
	// Quiet shows what fails the run and the last line, and nothing else.
	Quiet bool
	// Width is that of the terminal, from 60 to 200; 0 is 100.
	Width int
	// Spec is the text of openapi.yaml, to name operations by method and path.
	Spec []byte
	// JSON is the file with the report as JSON, as the user's shell finds it, and
	// Scripts the directory with a script for each cause, for the line that says
	// how to see it again.
	JSON, Scripts string
}

// Terminal writes r for people. A terminal and a log both open at their end, so
// what fails the run comes last: a block for each cause with what was sent,
// what came back and what was due, the first cause being the last block. Before
// it stands what was left out and why. The last line has the verdict and all
// counts.
func Terminal(w io.Writer, r *contract.Report, o TerminalOptions) error {
	o.Width = min(max(cmp.Or(o.Width, 100), 60), 200)
	p := &page{w: bufio.NewWriter(w), TerminalOptions: o}
	var failing, rest []*contract.Cause
	for _, c := range r.Causes() {
		if fails(r, c) {
			failing = append(failing, c)
		} else {
			rest = append(rest, c)
		}
	}
	if len(failing) > 0 {
		var err error
		if p.spec, err = readSpecText(o.Spec); err != nil {
			return fmt.Errorf("report: terminal: %w", err)
		}
	}
	p.head(r, failing)
	if !o.Quiet {
		p.counted("Not of this API, so not checked: ", "hosts and paths", r.Summary.Unmatched)
		p.counted("Not all recorded, so not all judged: ", "reasons", r.Summary.Unjudged)
		p.notJudged(r.Summary.NotJudged)
		p.outcomes("Skipped", yellow, r, contract.Skip)
		p.notes(rest)
	}
	if len(r.Limits) > 0 && !o.Quiet {
		p.section("Of this openapi.yaml not all can be checked: " + printable(strings.Join(r.Limits, "; ")))
	}
	p.notExercised(r)
	p.outcomes("Not run", red, r, contract.NotRun)
	p.outcomes("Not carried out", red, r, contract.Error)
	p.stale(r)
	p.causes(r, failing)
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
	begun bool // something was written
	spec  *specText

	word, address string // a word that is a link while it is set
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
func (p *page) head(r *contract.Report, failing []*contract.Cause) {
	s := &r.Summary
	switch {
	case len(failing) == 0 && len(r.Stale) > 0:
		p.printf("%s  %s: %s to be taken out or renewed\n", p.paint(red, "FAIL"), brief(r.Target), number(len(r.Stale), "waiver"))
	case len(failing) > 0:
		var operations []string
		for _, c := range failing {
			for _, f := range c.Findings {
				if name := printable(operation(f)); !slices.Contains(operations, name) {
					operations = append(operations, name)
				}
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
