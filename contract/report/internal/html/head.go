package html

import (
	"fmt"
	"strconv"
	"time"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// sentence says in one line what the verdict rests on.
func sentence(r *contract.Report, p *page) string {
	s := &r.Summary
	switch {
	case p.Failing == 1:
		return "1 cause fails this run"
	case p.Failing > 1:
		return fmt.Sprintf("%d causes fail this run", p.Failing)
	case len(r.Stale) > 0:
		return words.Number(len(r.Stale), "waiver") + " to be taken out or renewed"
	case words.NothingRan(r):
		return "Nothing ran, so nothing is known"
	case s.Errors+s.NotRun > 0:
		return words.Number(s.Errors+s.NotRun, "case") + " could not be carried out"
	case len(p.Causes) == 0:
		return "Everything that was tried is as the contract says"
	}
	return "Nothing contradicts what is documented"
}

func (p *page) addFacts(r *contract.Report) {
	s := &r.Summary
	add := func(name, value, small string, wide bool) {
		if value != "" {
			p.Facts = append(p.Facts, fact{name, value, small, wide})
		}
	}
	add("Server", p.Target, "", true)
	add("Exchanges", group(s.Exchanges), "", false)
	add("Rules applied", group(s.Rules), "", false)
	add("Took", words.Took(r.Duration), "", false)
	if r.Seed != 0 {
		add("Seed", strconv.FormatUint(r.Seed, 10), "", false)
	}
	if len(r.Spec) >= 12 {
		add("openapi.yaml", words.Visible(r.Spec[:12]), "sha-256", false)
	}
}

// group writes a number with a space between thousands.
func group(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "\u2009" + text[i:]
	}
	return text
}

func (p *page) addBar(s *contract.Summary) {
	parts := []segment{
		{Class: "pass", Name: "passed", Count: s.Passed},
		{Class: "fail", Name: "failed", Count: s.Failed},
		{Class: "error", Name: "in error", Count: s.Errors},
		{Class: "rest", Name: "not run", Count: s.NotRun},
		{Class: "skip", Name: "skipped", Count: s.Skipped},
	}
	total := 0
	for _, part := range parts {
		total += part.Count
	}
	done := 0
	for _, part := range parts {
		if part.Count == 0 {
			continue
		}
		part.X = 1000 * done / total
		done += part.Count
		part.Width = 1000*done/total - part.X
		p.Bar = append(p.Bar, part)
	}
}

func (p *page) addSections(r *contract.Report) {
	add := func(there bool, id, name, count string) {
		if there {
			p.Sections = append(p.Sections, section{id, name, count})
		}
	}
	add(true, "causes", p.CausesTitle, strconv.Itoa(len(p.Causes)))
	if p.Coverage != nil {
		add(true, "coverage", "Coverage", p.Coverage.Meters[0].Percent)
	}
	add(p.Auth != nil, "auth", "Who gets in", "")
	add(len(p.Laws) > 0, "laws", "Laws", strconv.Itoa(len(p.Laws)))
	add(p.Requirements != nil, "requirements", "Requirements", "")
	add(p.Timeline != nil, "timeline", "Timeline", "")
	add(p.Cases != nil, "cases", "Cases", strconv.Itoa(len(r.Outcomes)))
}

func (p *page) addFoot(r *contract.Report, o Options) {
	by := "Written by onvy-contract"
	if o.Version != "" {
		by += " " + words.Visible(o.Version)
	}
	p.Foot = append(p.Foot, by+". Tokens and secrets are masked; values of persons are shown only where the suite itself made them up.")
	if r.Spec != "" {
		p.Foot = append(p.Foot, "openapi.yaml "+words.Line(r.Spec)+" · started "+r.Started.UTC().Format(time.RFC3339))
	}
}
