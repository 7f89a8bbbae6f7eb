package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// A step summary of GitHub has at most a megabyte.
const (
	mostFollowers      = 20  // that are named of a cause
	mostMarkdown       = 200 // causes
	mostMarkdownBlocks = 20  // with evidence
	mostMarkdownBody   = 1 << 10
)

// Markdown writes r as a page of Markdown: a step summary, a comment on a change.
// What servers sent is text in it: no markup, no link, no mention.
func Markdown(w io.Writer, r *contract.Report, o MachineOptions) error {
	m, err := newMachine(r, o)
	if err != nil {
		return fmt.Errorf("report: markdown: %w", err)
	}
	p := &markdownPage{machine: m, w: bufio.NewWriter(w)}
	p.head()
	p.causes()
	p.foot()
	if err := p.w.Flush(); err != nil {
		return fmt.Errorf("report: markdown: %w", err)
	}
	return nil
}

// markdownPage is a page being written. The bufio.Writer keeps the first error,
// and Flush returns it.
type markdownPage struct {
	*machine

	w *bufio.Writer
}

func (p *markdownPage) printf(format string, args ...any) { _, _ = fmt.Fprintf(p.w, format, args...) }

func (p *markdownPage) head() {
	s := &p.r.Summary
	p.printf("## %s: %s\n\n", words.Verdict(p.r), mdText(words.Brief(p.r.Target)))
	p.printf("%s. %s, %s, %s, %s.", words.Levels(p.r), words.Cases(s), words.Number(s.Exchanges, "exchange"), words.Number(s.Rules, "rule"), words.Took(p.r.Duration))
	if s.Waived > 0 {
		p.printf(" %d waived.", s.Waived)
	}
	if p.r.Seed != 0 {
		p.printf(" Seed %d.", p.r.Seed)
	}
	p.printf("\n")
	if len(p.r.Stale) > 0 {
		p.printf("\n**Waivers that are not true any more**\n\n")
		for _, text := range p.r.Stale[:min(len(p.r.Stale), mostMarkdown)] {
			p.printf("- %s\n", mdText(text))
		}
	}
}

func (p *markdownPage) causes() {
	all := p.r.Causes()
	if len(all) == 0 {
		return
	}
	p.printf("\n| | Level | Rule | Where | What | Seen |\n|---|---|---|---|---|--:|\n")
	for _, c := range all[:min(len(all), mostMarkdown)] {
		f := c.Head()
		state := string(f.Level)
		switch {
		case f.Waived != "":
			state += ", waived: " + f.Waived
		case f.New:
			state += ", new"
		}
		place := words.List(p.places(c), 2)
		text := mdText(words.Line(f.Message))
		if f.Pointer != "" {
			text += " at " + mdCode(words.Line(f.Pointer))
		}
		p.printf("| %s | %s | %s | %s | %s | %d |\n", c.ID, mdText(state), mdCode(words.Line(f.Rule)), place, text, c.Count())
	}
	if rest := len(all) - mostMarkdown; rest > 0 {
		p.printf("\n%s more are in the JSON report.\n", words.Number(rest, "cause"))
	}
	shown := 0
	for _, c := range all {
		if shown == mostMarkdownBlocks {
			break
		}
		if words.Fails(p.r, c) {
			p.block(c)
			shown++
		}
	}
}

func (p *markdownPage) places(c *contract.Cause) []string {
	var all []string
	for _, f := range c.Findings {
		place := mdCode(cmp.Or(p.place(f), "no operation"))
		if !slices.Contains(all, place) {
			all = append(all, place)
		}
	}
	return all
}

// block is a cause with its evidence.
func (p *markdownPage) block(c *contract.Cause) {
	f := c.Head()
	p.printf("\n<details><summary>%s %s</summary>\n\n", c.ID, mdText(words.Line(f.Message)))
	for i := range f.Steps {
		p.step(f, &f.Steps[i])
	}
	if f.Expected != "" {
		p.printf("- expected %s\n", mdCode(words.Line(f.Expected)))
	}
	if f.Actual != "" {
		p.printf("- got %s\n", mdCode(words.Line(f.Actual)))
	}
	p.printf("- why: %s %s\n", mdText(words.SourceName(f.Source)), mdText(f.Spec))
	for _, follower := range c.Follows[:min(len(c.Follows), mostFollowers)] {
		p.printf("- follows: %s: %s\n", mdCode(words.Line(follower.Head().Rule)), mdText(words.Line(follower.Head().Message)))
	}
	if text := words.Again(p.r, c); text != "" {
		p.printf("\n%s", mdBlock("sh", text))
	}
	p.printf("\n</details>\n")
}

func (p *markdownPage) step(f *contract.Finding, st *contract.Step) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", st.Method, words.Line(st.URL))
	body := func(m *contract.Message) {
		if text, cut := words.Clip(m.Body, mostMarkdownBody); text != "" {
			b.WriteString(text)
			if cut+m.Omitted > 0 {
				fmt.Fprintf(&b, " (%s left out)", words.Number(cut+m.Omitted, "byte"))
			}
			b.WriteString("\n")
		}
	}
	body(&st.Request)
	if st.Response == nil {
		fmt.Fprintf(&b, "no answer %s\n", words.Line(st.Error))
	} else {
		fmt.Fprintf(&b, "-> %d\n", st.Status)
		if f.Pointer == "" {
			for _, h := range st.Response.Header {
				b.WriteString(words.Line(h) + "\n")
			}
		}
		body(st.Response)
	}
	p.printf("%s\n", mdBlock("http", b.String()))
}

func (p *markdownPage) foot() {
	p.printf("\n<sub>onvy-contract %s, openapi.yaml %s</sub>\n", mdText(p.o.Version), mdText(clippedTo(p.r.Spec, 12)))
}

func clippedTo(s string, most int) string {
	text, _ := words.Clip(s, most)
	return text
}
