package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
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
	Source, Link, Place, Because           string
	Excerpt                                []excerptLine
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
	mostEvidence = 100 // causes with evidence
	mostPlaces   = 20  // of one cause
	mostCommand  = 4 << 10
)

// addCauses groups the findings and shows them, what fails the run first.
func (p *htmlPage) addCauses(r *contract.Report, spec *specText) {
	titles := map[string]string{}
	for _, rule := range contract.Rules() {
		titles[rule.ID] = rule.Title
	}
	groups := groupsOf(r)
	numbers := map[contract.Level]int{}
	levels := map[string]int{}
	for i, g := range groups {
		head := g.findings[0]
		levels[string(head.Level)]++
		numbers[head.Level]++
		if i >= mostCauses {
			continue
		}
		view := g.view(r, spec, i < mostEvidence)
		view.ID = causeLetter(head.Level) + strconv.Itoa(numbers[head.Level])
		view.Title = visible(titles[head.Rule])
		view.Open = i == 0 && view.fails
		p.Causes = append(p.Causes, view)
	}
	if rest := len(groups) - len(p.Causes); rest > 0 {
		p.Hidden = fmt.Sprintf("%s more are not on this page; the JSON report has all of them.", number(rest, "cause"))
	}
	for _, level := range []contract.Level{contract.Violation, contract.Assumption, contract.Drift} {
		if n := levels[string(level)]; n > 0 {
			p.Levels = append(p.Levels, count{string(level), n})
		}
	}
	p.Operations, p.Rules, p.States = choices(p.Causes)
	p.CausesTitle = "Causes"
	p.CausesText = "One entry for each thing that is wrong, however often it was seen. Violations contradict what is documented; " +
		"assumptions and drift fail a run only where it is strict."
}

func causeLetter(level contract.Level) string {
	switch level {
	case contract.Violation:
		return "F"
	case contract.Assumption:
		return "A"
	}
	return "D"
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

// causeGroup is a cause with its findings, the first of which stands for it.
type causeGroup struct{ findings []*contract.Finding }

// groupsOf joins the findings of one rule that say the same, over operations.
func groupsOf(r *contract.Report) []*causeGroup {
	at := map[string]*causeGroup{}
	var groups []*causeGroup
	for i := range r.Findings {
		f := &r.Findings[i]
		key := strings.Join([]string{f.Rule, string(f.Level)}, "\x00")
		g := at[key]
		if g == nil {
			g = &causeGroup{}
			at[key] = g
			groups = append(groups, g)
		}
		g.findings = append(g.findings, f)
	}
	slices.SortStableFunc(groups, func(a, b *causeGroup) int {
		return cmp.Compare(rank(a.findings[0].Level), rank(b.findings[0].Level))
	})
	return groups
}

func rank(level contract.Level) int {
	return slices.Index([]contract.Level{contract.Violation, contract.Assumption, contract.Drift}, level)
}

func (g *causeGroup) view(r *contract.Report, spec *specText, evidence bool) causeView {
	head := g.findings[0]
	v := causeView{
		Level: visible(string(head.Level)), Rule: line(head.Rule), Message: line(head.Message),
		Pointer: line(head.Pointer), Source: sourceName(head.Source), Link: sourceLink(head.Source), Place: line(head.Spec),
		fails: fails(r, head),
	}
	v.Method, v.Path = spec.name(head.Operation)
	v.Status = statusOf(head.Status)
	seen := 0
	for _, f := range g.findings {
		method, path := spec.name(f.Operation)
		v.Operations = append(v.Operations, strings.TrimSpace(method+" "+path))
		seen += max(f.Count, 1)
	}
	slices.Sort(v.Operations)
	v.Operations = slices.Compact(v.Operations)
	if seen > 1 {
		v.Seen = "×" + group(seen)
	}
	if evidence {
		v.Excerpt = spec.excerpt(head.Spec)
		command, _ := clip(head.Curl, mostCommand)
		v.Again = visible(command)
		v.Places = g.places(spec)
	}
	return v
}

func statusOf(status int) *statusView {
	if status == 0 {
		return nil
	}
	return &statusView{strconv.Itoa(status / 100), strconv.Itoa(status)}
}

func (g *causeGroup) places(spec *specText) *placesView {
	if len(g.findings) == 1 {
		return nil
	}
	v := &placesView{Title: "Everywhere it was seen: " + number(len(g.findings), "place")}
	for _, f := range g.findings[:min(len(g.findings), mostPlaces)] {
		method, path := spec.name(f.Operation)
		row := placeRow{Operation: strings.TrimSpace(method + " " + path), Pointer: line(f.Pointer), Message: line(f.Message), Count: max(f.Count, 1)}
		if f.Status != 0 {
			row.Status = strconv.Itoa(f.Status)
		}
		v.Rows = append(v.Rows, row)
	}
	if rest := len(g.findings) - len(v.Rows); rest > 0 {
		v.Rest = fmt.Sprintf("and %s more, which the JSON report has", number(rest, "place"))
	}
	return v
}
