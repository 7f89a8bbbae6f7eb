package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/spectext"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// MachineOptions of the reports that other programs read: [SARIF], [GitHub],
// [GitLab], [Markdown] and [HAR].
type MachineOptions struct {
	// Spec is the openapi.yaml that the run was held against; with it places
	// have an end and operations their method and path.
	Spec []byte
	// SpecPath is where that file is in the repository, "openapi.yaml" if not set.
	SpecPath string
	// Version of the program that writes the report.
	Version string
}

// machine is what these reports share.
type machine struct {
	r    *contract.Report
	spec *spectext.Text
	o    MachineOptions
}

func newMachine(r *contract.Report, o MachineOptions) (*machine, error) {
	o.SpecPath = cmp.Or(o.SpecPath, "openapi.yaml")
	spec, err := spectext.Read(o.Spec)
	return &machine{r, spec, o}, err
}

// region is a place in the spec; lines and columns count from 1, and EndColumn
// is that after the last character.
type region struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
	EndLine     int `json:"endLine,omitempty"`
	EndColumn   int `json:"endColumn,omitempty"`
}

// region is where a finding points to: the statement, or its operation, or the
// first line of the spec.
func (m *machine) region(f *contract.Finding) region {
	at := region{StartLine: 1}
	if parts := strings.Split(f.Spec, ":"); len(parts) == 3 {
		at.StartLine, _ = strconv.Atoi(parts[1]) // what is no number is no place
		at.StartColumn, _ = strconv.Atoi(parts[2])
	} else if m.spec != nil {
		if o := m.spec.ByID[f.Operation]; o != nil && o.Spec.Origin != nil {
			at.StartLine, at.StartColumn = o.Spec.Origin.Key.Line, o.Spec.Origin.Key.Column
		}
	}
	at.StartLine = max(at.StartLine, 1)
	if m.spec != nil && at.StartLine <= len(m.spec.Lines) {
		end := len([]rune(m.spec.Lines[at.StartLine-1])) + 1
		if at.StartColumn > 0 && end > at.StartColumn {
			at.EndLine, at.EndColumn = at.StartLine, end
		}
	}
	return at
}

// place is "PATCH /users/{user_id}" or "".
func (m *machine) place(f *contract.Finding) string {
	if f.Operation == "" {
		return ""
	}
	method, path := m.spec.Name(f.Operation)
	return strings.TrimSpace(method + " " + path)
}

// told is a finding in one line: what, where, and what was due.
func (m *machine) told(f *contract.Finding) string {
	text := words.Line(f.Message)
	if place := m.place(f); place != "" {
		text = place + ": " + text
	}
	if f.Pointer != "" {
		text += " at " + words.Line(f.Pointer)
	}
	if f.Expected != "" {
		text += ", expected " + words.Line(f.Expected)
	}
	if f.Actual != "" {
		text += ", got " + words.Line(f.Actual)
	}
	return text
}

// told is a finding with the cause that it belongs to.
type told struct {
	*contract.Finding

	cause   *contract.Cause
	follows *contract.Cause // the cause that this one is a consequence of
}

// each are the findings in the order of their causes, the worst first, each
// fingerprint once.
func (m *machine) each() []told {
	var all []told
	had := map[string]bool{}
	add := func(c, head *contract.Cause) {
		for _, f := range c.Findings {
			if print := f.Print(); !had[print] {
				had[print] = true
				all = append(all, told{f, c, head})
			}
		}
	}
	causes := m.r.Causes()
	for _, c := range causes {
		add(c, nil)
	}
	for _, c := range causes {
		for _, follower := range c.Follows {
			add(follower, c)
		}
	}
	slices.SortStableFunc(all, func(a, b told) int { return a.weight() - b.weight() })
	return all
}

// weight is 0 for what fails a run by default, and most for what is accepted.
func (t *told) weight() int {
	switch {
	case t.Waived != "":
		return 4
	case t.follows != nil:
		return 3
	}
	return t.Level.Rank()
}

// note is what is said after a finding: that it is accepted, or a consequence.
func (t *told) note() string {
	switch {
	case t.Waived != "":
		return "Waived: " + words.Line(t.Waived)
	case t.follows != nil:
		return "Follows from " + t.follows.ID + " (" + words.Line(t.follows.Head().Rule) + ")"
	}
	return ""
}

// pages is where the rules are explained.
const pages = "https://github.com/onvy-health/onvy-go/blob/main/contract/RULES.md"

// help is the page about a rule: its source, or the table of rules.
func help(rule contract.Rule) string { return cmp.Or(words.SourcePage(rule.Source), rulePage(rule)) }

// rulePage is the line of a rule in the table of rules. What is no id goes into
// no link, and rules of other resources are those of users.
func rulePage(rule contract.Rule) string {
	_, name, _ := strings.Cut(rule.ID, "/")
	for _, id := range []string{rule.ID, "users/" + name} {
		if slices.ContainsFunc(contract.Rules(), func(r contract.Rule) bool { return r.ID == id }) {
			return pages + "#" + id
		}
	}
	return pages
}
