package report

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

const (
	mostBlocks  = 5 // causes with evidence; the others have a line
	mostLines   = 20
	mostFollows = 5
)

// causes writes what fails the run: those that there is no room for in a line
// each, then a block for each of the first ones, the first one last.
func (p *page) causes(r *contract.Report, failing []*contract.Cause) {
	if len(failing) == 0 {
		return
	}
	blocks := len(failing)
	if !p.Full {
		blocks = min(blocks, mostBlocks)
	}
	if rest := failing[blocks:]; len(rest) > 0 {
		p.section("Also failing (--full shows the evidence)")
		if n := len(rest) - mostLines; n > 0 {
			p.printf("  and %s more\n", words.Number(n, "cause"))
			rest = rest[:mostLines]
		}
		for _, c := range slices.Backward(rest) {
			p.line(c)
		}
	}
	for _, c := range slices.Backward(failing[:blocks]) {
		p.block(r, c)
	}
}

// notes writes what does not fail the run.
func (p *page) notes(rest []*contract.Cause) {
	if len(rest) == 0 {
		return
	}
	if p.Notes || p.Full {
		p.section("Notes (these do not fail the run)")
		for _, c := range rest {
			p.line(c)
		}
		return
	}
	counts := map[string]int{}
	for _, c := range rest {
		word := string(c.Head().Level)
		if c.Head().Waived != "" {
			word = "waived"
		}
		counts[word]++
	}
	var parts []string
	for _, level := range []string{"violation", "assumption", "drift", "waived"} {
		switch n := counts[level]; {
		case n > 0 && (level == "drift" || level == "waived"):
			parts = append(parts, strconv.Itoa(n)+" "+level)
		case n > 0:
			parts = append(parts, words.Number(n, level))
		}
	}
	if p.begun {
		p.printf("\n")
	}
	p.printf("%s  %s (--notes shows them)\n", p.paint(bold, "Notes"), strings.Join(parts, ", "))
}

// line writes a cause in a line or two.
func (p *page) line(c *contract.Cause) {
	f := c.Head()
	p.printf("  %s  %s  %s\n", p.paint(levelColour(f.Level), fmt.Sprintf("%-3s %s", c.ID, f.Level)), ruleName(p, f), p.operations(c))
	p.wrapped("      ", words.About(c))
	if f.Waived != "" {
		p.wrapped("      ", "waived: "+mask.Printable(f.Waived))
	}
}

// Line is a cause in one line of text, without colour.
func Line(c *contract.Cause) string {
	f := c.Head()
	text := fmt.Sprintf("%s %s %s", c.ID, f.Level, f.Rule)
	if operations := c.Operations(); len(operations) > 0 {
		text += " " + words.List(operations, 4)
	}
	text += ": " + words.About(c)
	if f.Waived != "" {
		text += ", waived: " + f.Waived
	}
	return mask.Printable(text)
}

func levelColour(level contract.Level) style {
	if level == contract.Violation {
		return red
	}
	return yellow
}

// operations names those of a cause by method and path.
func (p *page) operations(c *contract.Cause) string {
	var names []string
	for _, f := range c.Findings {
		method, path := p.spec.Name(f.Operation)
		if f.Operation == "" {
			method, path = "", "(no operation)"
			if n := len(f.Steps); n > 0 { // an odd path is what such a finding is about
				method, path = f.Steps[n-1].Method, words.PathOf(f.Steps[n-1].URL)
			}
		}
		name := mask.Printable(strings.TrimSpace(method + " " + path))
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return words.List(names, 2)
}

// block writes a cause with its evidence.
func (p *page) block(r *contract.Report, c *contract.Cause) {
	f := c.Head()
	p.printf("\n%s  %s  %s\n", p.paint(levelColour(f.Level), c.ID+" "+string(f.Level)), ruleName(p, f), p.operations(c))
	p.wrapped("    ", words.About(c))
	for i := range f.Steps {
		p.step(f, &f.Steps[i], i == len(f.Steps)-1)
	}
	if f.Expected != "" {
		p.labelled("expected", f.Expected)
	}
	if f.Actual != "" {
		p.labelled("got", f.Actual)
	}
	p.word, p.address = mask.Printable(f.Source), words.SourcePage(f.Source)
	p.labelled("why", strings.TrimPrefix(where(f), "see "))
	p.word = ""
	for i, follower := range c.Follows {
		if i == mostFollows {
			p.labelled("", fmt.Sprintf("and %d more", len(c.Follows)-i))
			break
		}
		p.labelled([]string{"follows", ""}[min(i, 1)], follower.Head().Rule+": "+words.About(follower))
	}
	switch {
	case p.JSON != "" && p.JSON != "-" && r.Seed != 0:
		p.printf("      %s  onvy-contract again %s %s\n", p.paint(dim, "again   "), c.ID, mask.Printable(words.ShellPath(p.JSON)))
	case words.RunAgain(r, f) != "":
		p.printf("      %s  %s\n", p.paint(dim, "again   "), mask.Printable(words.RunAgain(r, f)))
	case len(f.Steps) == 0:
		for text := range strings.Lines(c.Script()) {
			p.printf("      %s\n", mask.Printable(strings.TrimSuffix(text, "\n")))
		}
	}
	if p.Scripts != "" && c.Script() != "" {
		p.printf("      %s  sh %s\n", p.paint(dim, "again   "), mask.Printable(words.ShellPath(filepath.Join(p.Scripts, c.ID+".sh"))))
	}
}

func (p *page) labelled(label, text string) {
	p.printf("      %s  ", p.paint(dim, fmt.Sprintf("%-8s", label)))
	p.wrappedAfter(16, strings.Repeat(" ", 16), mask.Printable(text))
}

// step writes an exchange: what was sent in a line, what came back, and in the
// last one the place that is wrong.
func (p *page) step(f *contract.Finding, s *contract.Step, last bool) {
	label := []string{"sent", "then"}[map[bool]int{true: 1}[last && len(f.Steps) > 1]]
	answer := "no answer"
	if s.Status != 0 {
		answer = strconv.Itoa(s.Status)
	}
	if s.Error != "" {
		answer += " (" + s.Error + ")"
	}
	auth := string(s.Auth)
	if s.Auth == contract.NoAuth {
		auth = "no credentials"
	}
	if s.Scope != "" {
		auth += ", " + s.Scope
	}
	p.labelled(label, fmt.Sprintf("%s %s [%s] -> %s", s.Method, words.PathOf(s.URL), auth, answer))
	p.body(">", s.Request.Body, s.Request.Omitted, f.Expected, s.Pointer)
	if !last || s.Response == nil {
		return
	}
	if f.Pointer == "" { // then it is the header that matters
		for _, h := range s.Response.Header {
			p.printf("                %s\n", mask.Printable(words.Short(h, p.Width-16)))
		}
	}
	p.body("<", s.Response.Body, s.Response.Omitted, f.Actual, s.Pointer)
}

// body writes the part of a body around a value, which is underlined.
func (p *page) body(mark, body string, omitted int, value, pointer string) {
	if body == "" {
		if omitted > 0 {
			p.printf("              %s %s that are not shown\n", mark, words.Number(omitted, "byte"))
		}
		return
	}
	text := mask.Printable(strings.Join(strings.Fields(body), " "))
	at, length := -1, 0
	if name := pointer[strings.LastIndexByte(pointer, '/')+1:]; name != "" {
		if i := strings.Index(text, strconv.Quote(name)+":"); i >= 0 {
			at, length = i, len(name)+3
			if value != "" && strings.HasPrefix(strings.TrimLeft(text[i+length:], " "), mask.Printable(value)) {
				at += length + len(text[i+length:]) - len(strings.TrimLeft(text[i+length:], " "))
				length = len(mask.Printable(value))
			}
		}
	}
	room := p.Width - 18
	before, marked, after := []rune(text), []rune(nil), []rune(nil)
	if at >= 0 {
		before, marked, after = []rune(text[:at]), []rune(text[at:at+length]), []rune(text[at+length:])
	}
	if most := room / 2; at >= 0 && len(before)+len(marked)+len(after) > room && len(before) > most {
		before = append([]rune("…"), before[len(before)-most:]...)
	}
	whole := slices.Concat(before, marked, after)
	if len(whole) > room {
		whole = append(whole[:room-1:room-1], '…')
	}
	p.printf("              %s %s\n", p.paint(dim, mark), string(whole))
	if n := min(len(marked), room-len(before)); at >= 0 && n > 0 {
		p.printf("                %s%s\n", strings.Repeat(" ", len(before)), p.paint(red, strings.Repeat("~", n)))
	}
}

// wrapped writes a text in lines of the width, broken between words.
func (p *page) wrapped(indent, text string) {
	p.printf("%s", indent)
	p.wrappedAfter(len(indent), indent, text)
}

// wrappedAfter is wrapped where the first line has so many columns already.
func (p *page) wrappedAfter(column int, indent, text string) {
	used := 0
	for i, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case i > 0 && column+used+1+n > p.Width:
			p.printf("\n%s", indent)
			column, used = len(indent), 0
		case i > 0:
			p.printf(" ")
			used++
		}
		if bare := strings.TrimRight(word, ",;"); p.word != "" && bare == p.word {
			word = link(p, p.address, bare) + word[len(bare):]
		}
		p.printf("%s", word)
		used += n
	}
	p.printf("\n")
}

// where is the place of a finding and what makes it one, in a line.
func where(f *contract.Finding) string {
	var parts []string
	if f.Status != 0 {
		parts = append(parts, "status "+strconv.Itoa(f.Status))
	}
	if f.Pointer != "" {
		parts = append(parts, "at "+f.Pointer)
	}
	if f.Exchange != "" {
		first := "in "
		if f.Count > 1 {
			first = "first in "
		}
		parts = append(parts, first+f.Exchange)
	}
	says := f.Source
	if f.Spec != "" {
		says = fmt.Sprintf("%s (%s)", f.Source, f.Spec)
	}
	return strings.Join(append(parts, "see "+says), ", ")
}

// operation names the group of a finding.
func operation(f *contract.Finding) string {
	if f.Operation == "" {
		return "(no operation)"
	}
	return f.Operation
}
