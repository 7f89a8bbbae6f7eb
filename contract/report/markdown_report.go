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

// A step summary of GitHub has at most a megabyte.
const (
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
	p.printf("## %s: %s\n\n", verdict(p.r), mdText(brief(p.r.Target)))
	p.printf("%s. %s, %s, %s, %s.", levels(p.r), cases(s), number(s.Exchanges, "exchange"), number(s.Rules, "rule"), took(p.r.Duration))
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
		place := list(p.places(c), 2)
		text := mdText(line(f.Message))
		if f.Pointer != "" {
			text += " at " + mdCode(line(f.Pointer))
		}
		p.printf("| %s | %s | %s | %s | %s | %d |\n", c.ID, mdText(state), mdCode(line(f.Rule)), place, text, c.Count())
	}
	if rest := len(all) - mostMarkdown; rest > 0 {
		p.printf("\n%s more are in the JSON report.\n", number(rest, "cause"))
	}
	shown := 0
	for _, c := range all {
		if shown == mostMarkdownBlocks {
			break
		}
		if fails(p.r, c) {
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
	p.printf("\n<details><summary>%s %s</summary>\n\n", c.ID, mdText(line(f.Message)))
	for i := range f.Steps {
		p.step(f, &f.Steps[i])
	}
	if f.Expected != "" {
		p.printf("- expected %s\n", mdCode(line(f.Expected)))
	}
	if f.Actual != "" {
		p.printf("- got %s\n", mdCode(line(f.Actual)))
	}
	p.printf("- why: %s %s\n", mdText(sourceName(f.Source)), mdText(f.Spec))
	for _, follower := range c.Follows[:min(len(c.Follows), mostPlaces)] {
		p.printf("- follows: %s: %s\n", mdCode(line(follower.Head().Rule)), mdText(line(follower.Head().Message)))
	}
	if text := again(p.r, c); text != "" {
		p.printf("\n%s", mdBlock("sh", text))
	}
	p.printf("\n</details>\n")
}

func (p *markdownPage) step(f *contract.Finding, st *contract.Step) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", st.Method, line(st.URL))
	body := func(m *contract.Message) {
		if text, cut := clip(m.Body, mostMarkdownBody); text != "" {
			b.WriteString(text)
			if cut+m.Omitted > 0 {
				fmt.Fprintf(&b, " (%s left out)", number(cut+m.Omitted, "byte"))
			}
			b.WriteString("\n")
		}
	}
	body(&st.Request)
	if st.Response == nil {
		fmt.Fprintf(&b, "no answer %s\n", line(st.Error))
	} else {
		fmt.Fprintf(&b, "-> %d\n", st.Status)
		if f.Pointer == "" {
			for _, h := range st.Response.Header {
				b.WriteString(line(h) + "\n")
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
	text, _ := clip(s, most)
	return text
}
