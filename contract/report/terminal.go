package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/report/internal/spectext"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
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
		if words.Fails(r, c) {
			failing = append(failing, c)
		} else {
			rest = append(rest, c)
		}
	}
	if len(failing) > 0 {
		var err error
		if p.spec, err = spectext.Read(o.Spec); err != nil {
			return fmt.Errorf("report: terminal: %w", err)
		}
	}
	p.head(r, failing)
	if !o.Quiet {
		counted(p, "Not of this API, so not checked: ", "hosts and paths", r.Summary.Unmatched)
		counted(p, "Not all recorded, so not all judged: ", "reasons", r.Summary.Unjudged)
		notJudged(p, r.Summary.NotJudged)
		outcomes(p, "Skipped", yellow, r, contract.Skip)
		p.notes(rest)
	}
	if len(r.Limits) > 0 && !o.Quiet {
		p.section("Of this openapi.yaml not all can be checked: " + mask.Printable(strings.Join(r.Limits, "; ")))
	}
	notExercised(p, r)
	outcomes(p, "Not run", red, r, contract.NotRun)
	outcomes(p, "Not carried out", red, r, contract.Error)
	stale(p, r)
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
	spec  *spectext.Text

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
		p.printf("%s  %s: %s to be taken out or renewed\n", p.paint(red, "FAIL"), words.Brief(r.Target), words.Number(len(r.Stale), "waiver"))
	case len(failing) > 0:
		var operations []string
		for _, c := range failing {
			for _, f := range c.Findings {
				if name := mask.Printable(operation(f)); !slices.Contains(operations, name) {
					operations = append(operations, name)
				}
			}
		}
		p.printf("%s  %s: %s\n", p.paint(red, "FAIL"), words.Brief(r.Target), words.List(operations, 4))
	case words.NothingRan(r):
		p.printf("%s  %s: nothing ran\n", p.paint(red, "ERROR"), words.Brief(r.Target))
	case s.Errors+s.NotRun > 0:
		p.printf("%s  %s: %s not carried out\n", p.paint(red, "ERROR"), words.Brief(r.Target), words.Number(s.Errors+s.NotRun, "case"))
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
	p.printf("%s  %s | %s | %s | %s, %s, %s", p.paint(colour, words.Verdict(r)), words.Brief(r.Target), words.Levels(r), words.Cases(s),
		words.Number(s.Exchanges, "exchange"), words.Number(s.Rules, "rule"), words.Took(r.Duration))
	if r.Seed != 0 {
		p.printf(" | seed %d", r.Seed)
	}
	p.printf("\n")
}
