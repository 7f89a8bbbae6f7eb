package html

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/spectext"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// causeView is one cause on the page.
type causeView struct {
	ID, Level, State, Rule, Title, Message string
	Method, Path, Pointer                  string
	Status                                 *statusView
	Operations                             []string
	Seen                                   string
	Open                                   bool
	Expected, Actual                       string
	Steps                                  []stepView
	Source, Link, Place, Waived            string
	Excerpt                                []spectext.ExcerptLine
	Again                                  string
	Follows                                *linesView
	Places                                 *placesView

	fails bool
}

type statusView struct{ Class, Code string }

type linesView struct {
	Title string
	Lines []string
}

// placesView are the places where one cause was seen.
type placesView struct {
	Title string
	Rows  []placeRow
	Rest  string
}

type placeRow struct {
	Operation, Status, Pointer, Message string
	Count                               int
}

// A page is to stay below 2 MB: what is beyond these numbers is in the JSON
// report.
const (
	mostCauses   = 500
	mostEvidence = 100       // causes with evidence
	mostPlaces   = 20        // of one cause
	mostBytes    = 600 << 10 // of all steps
)

// addCauses shows the causes, what fails the run first.
func addCauses(p *page, r *contract.Report, spec *spectext.Text) {
	causes := r.Causes()
	slices.SortStableFunc(causes, func(a, b *contract.Cause) int { return order(words.Fails(r, a)) - order(words.Fails(r, b)) })
	levels := map[string]int{}
	room := mostBytes
	for i, c := range causes {
		levels[string(c.Head().Level)]++
		if words.Fails(r, c) {
			p.Failing++
		}
		if i >= mostCauses {
			continue
		}
		view := causeOf(r, c, spec, i < mostEvidence, &room)
		if rule := words.RuleOf(r, c.Head()); rule.Title != words.Line(c.Head().Message) {
			view.Title = words.Visible(rule.Title)
		}
		view.Open = i == 0 && view.fails
		p.Causes = append(p.Causes, view)
	}
	if rest := len(causes) - len(p.Causes); rest > 0 {
		p.Hidden = fmt.Sprintf("%s more are not on this page; the JSON report has all of them.", words.Number(rest, "cause"))
	}
	for _, level := range []contract.Level{contract.Violation, contract.Assumption, contract.Drift} {
		if n := levels[string(level)]; n > 0 {
			p.Levels = append(p.Levels, count{string(level), n})
		}
	}
	p.Operations, p.Rules, p.States = choices(p.Causes)
	p.CausesTitle = "Causes"
	p.CausesText = "One entry for each thing that is wrong, however often it was seen, with what follows from it. Violations contradict what is documented; " +
		"assumptions and drift fail a run only where it is strict."
	for _, text := range r.Stale[:min(len(r.Stale), mostPlaces)] {
		p.Stale = append(p.Stale, words.Line(text))
	}
}

// order puts what fails the run first.
func order(fails bool) int {
	if fails {
		return 0
	}
	return 1
}

// choices are what the filters offer.
func choices(causes []causeView) (operations, rules, states []string) {
	for i := range causes {
		operations = append(operations, causes[i].Operations...)
		rules = append(rules, causes[i].Rule)
		if causes[i].State != "" {
			states = append(states, causes[i].State)
		}
	}
	unique := func(all []string) []string {
		slices.Sort(all)
		return slices.Compact(all)
	}
	return unique(operations), unique(rules), unique(states)
}

// causeOf is a cause as the page shows it; evidence takes from the room that
// there is for it.
func causeOf(r *contract.Report, c *contract.Cause, spec *spectext.Text, evidence bool, room *int) causeView {
	head := c.Head()
	v := causeView{
		ID: c.ID, Level: words.Visible(string(head.Level)), Rule: words.Line(head.Rule), Message: words.Line(head.Message),
		Pointer: words.Line(head.Pointer), Source: words.SourceName(head.Source), Link: words.SourcePage(head.Source), Place: words.Line(head.Spec),
		Status: statusOf(head.Status), Waived: words.Line(head.Waived), fails: words.Fails(r, c),
	}
	v.Method, v.Path = spec.Name(head.Operation)
	v.State = novelty(r, c)
	for _, f := range c.Findings {
		method, path := spec.Name(f.Operation)
		v.Operations = append(v.Operations, strings.TrimSpace(method+" "+path))
	}
	slices.Sort(v.Operations)
	v.Operations = slices.Compact(v.Operations)
	if rest := len(v.Operations) - mostPlaces; rest > 0 {
		v.Operations = v.Operations[:mostPlaces]
	}
	if n := c.Count(); n > 1 {
		v.Seen = "×" + group(n)
	}
	if evidence && *room > 0 {
		v.Steps = stepsOf(head)
		*room -= sizeOf(v.Steps)
		v.Expected, v.Actual = words.Line(head.Expected), words.Line(head.Actual)
		v.Excerpt = spec.Excerpt(head.Spec)
		v.Again = words.Visible(words.Again(r, c))
		*room -= len(template.HTMLEscapeString(v.Again))
		v.Places = placesOf(c, spec)
		v.Follows = followsOf(c, spec)
	}
	return v
}

// novelty is "waived", and where reports were compared "new" or "known".
func novelty(r *contract.Report, c *contract.Cause) string {
	isNew := slices.ContainsFunc(c.Findings, func(f *contract.Finding) bool { return f.New })
	switch {
	case c.Head().Waived != "":
		return "waived"
	case isNew:
		return "new"
	case r.NewOnly || slices.ContainsFunc(r.Findings, func(f contract.Finding) bool { return f.New }):
		return "known"
	}
	return ""
}

// followsOf names the causes that need no mending of their own.
func followsOf(c *contract.Cause, spec *spectext.Text) *linesView {
	if len(c.Follows) == 0 {
		return nil
	}
	v := &linesView{Title: words.Number(len(c.Follows), "cause") + " more follow from it and are not counted"}
	if len(c.Follows) == 1 {
		v.Title = "1 cause more follows from it and is not counted"
	}
	for _, follower := range c.Follows[:min(len(c.Follows), mostPlaces)] {
		f := follower.Head()
		method, path := spec.Name(f.Operation)
		v.Lines = append(v.Lines, words.Line(f.Rule)+": "+strings.TrimSpace(method+" "+path)+": "+words.Line(words.About(follower)))
	}
	if rest := len(c.Follows) - len(v.Lines); rest > 0 {
		v.Lines = append(v.Lines, fmt.Sprintf("and %d more, which the JSON report has", rest))
	}
	return v
}

func statusOf(status int) *statusView {
	if status == 0 {
		return nil
	}
	return &statusView{strconv.Itoa(status / 100), strconv.Itoa(status)}
}

func placesOf(g *contract.Cause, spec *spectext.Text) *placesView {
	if len(g.Findings) == 1 {
		return nil
	}
	v := &placesView{Title: "Everywhere it was seen: " + words.Number(len(g.Findings), "place")}
	for _, f := range g.Findings[:min(len(g.Findings), mostPlaces)] {
		method, path := spec.Name(f.Operation)
		row := placeRow{Operation: strings.TrimSpace(method + " " + path), Pointer: words.Line(f.Pointer), Message: words.Line(f.Message), Count: max(f.Count, 1)}
		if f.Status != 0 {
			row.Status = strconv.Itoa(f.Status)
		}
		v.Rows = append(v.Rows, row)
	}
	if rest := len(g.Findings) - len(v.Rows); rest > 0 {
		v.Rest = fmt.Sprintf("and %s more, which the JSON report has", words.Number(rest, "place"))
	}
	return v
}
