package report

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// Code scanning takes no more: 25,000 results of which it shows 5,000, and a
// megabyte for what a result says.
const (
	mostResults     = 5000
	mostWithSteps   = 500
	mostResultsText = 4 << 10
)

// SARIF writes r as SARIF 2.1.0, as code scanning takes it: a result for each
// finding, at its statement in the spec, known again by rule, operation, status
// and pointer. A violation is an error, an assumption a warning, drift and what
// follows from another finding a note. What is waived is suppressed. Of more
// than 5,000 findings the worst are written, and how many there are is said.
func SARIF(w io.Writer, r *contract.Report, o MachineOptions) error {
	m, err := newMachine(r, o)
	if err != nil {
		return fmt.Errorf("report: sarif: %w", err)
	}
	if err := words.Indented(w, m.sarif()); err != nil {
		return fmt.Errorf("report: sarif: %w", err)
	}
	return nil
}

func (m *machine) sarif() *sarifLog {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "onvy-contract", Organization: "ONVY", Version: m.o.Version,
			InformationURI: "https://github.com/onvy-health/onvy-go", Rules: []sarifRule{},
		}},
		Automation: sarifID{"onvy-contract/"}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
		Properties: map[string]any{"target": words.Line(m.r.Target), "specSHA256": m.r.Spec},
	}
	if m.r.Seed != 0 {
		run.Properties["seed"] = fmt.Sprint(m.r.Seed)
	}
	index := map[string]int{}
	all := m.each()
	for i := range all[:min(len(all), mostResults)] {
		t := &all[i]
		if _, ok := index[t.Rule]; !ok {
			index[t.Rule] = len(run.Tool.Driver.Rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(m.r, t))
		}
		result := m.sarifResult(t, i < mostWithSteps)
		result.RuleIndex = index[t.Rule]
		run.Results = append(run.Results, result)
	}
	run.Invocations = []sarifInvocation{m.invocation(len(all) - len(run.Results))}
	return &sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}

func sarifRuleOf(r *contract.Report, t *told) sarifRule {
	rule := words.RuleOf(r, t.Finding)
	text := sentenceOf(rule.Title)
	whole, markdown := text, text
	if rule.Breaks != "" {
		whole = fmt.Sprintf("%s Broken by: %s Not broken by: %s Source: %s.", text, sentenceOf(rule.Breaks), sentenceOf(rule.Holds), words.SourceName(rule.Source))
		markdown = fmt.Sprintf("%s\n\n- Broken by: %s\n- Not broken by: %s\n- Source: [%s](%s)\n", mdText(text), mdText(rule.Breaks), mdText(rule.Holds), mdText(words.SourceName(rule.Source)), help(rule))
	}
	return sarifRule{
		ID: rule.ID, Name: pascal(rule.ID), ShortDescription: sarifText{Text: text}, FullDescription: sarifText{Text: whole},
		Help: sarifText{Text: whole, Markdown: markdown}, HelpURI: help(rule), Default: sarifDefault{sarifLevel(rule.Level)},
		Properties: map[string]any{"tags": []string{"contract", strings.Split(rule.ID, "/")[0]}, "precision": "very-high"},
	}
}

// sentenceOf ends a text with a full stop.
func sentenceOf(text string) string { return strings.TrimRight(text, ". ") + "." }

// pascal is "UsersReadBack" of "users/read-back".
func pascal(id string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(id, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func sarifLevel(level contract.Level) string {
	switch level {
	case contract.Violation:
		return "error"
	case contract.Assumption:
		return "warning"
	}
	return "note"
}

func (m *machine) sarifResult(t *told, steps bool) sarifResult {
	text := sentenceOf(m.told(t.Finding))
	if note := t.note(); note != "" {
		text += " " + sentenceOf(note)
	}
	text, _ = words.Clip(text, mostResultsText)
	result := sarifResult{
		RuleID: words.Line(t.Rule), Level: sarifLevel(t.Level), Message: sarifText{Text: text}, Count: max(t.Count, 1),
		Locations:    []sarifLocation{{Physical: sarifPhysical{sarifArtifact{m.o.SpecPath}, m.region(t.Finding)}}},
		Fingerprints: map[string]string{"primaryLocationLineHash": t.Print() + ":1"},
		Properties:   map[string]any{"cause": t.cause.ID, "findingLevel": string(t.Level), "source": words.SourceName(t.Source)},
	}
	if t.Operation != "" {
		result.Locations[0].Logical = []sarifLogical{{Name: m.place(t.Finding), Kind: "function"}}
	}
	if t.New {
		result.Properties["new"] = true
	}
	if t.follows != nil {
		result.Level = "note"
		result.Properties["follows"] = t.follows.ID
	}
	if t.Waived != "" {
		result.Suppressions = []sarifSuppression{{"external", "accepted", words.Line(t.Waived)}}
	}
	if n := len(t.Steps); n > 0 && steps {
		result.exchange(&t.Steps[n-1])
	}
	return result
}

// exchange adds the last step of a finding, the one that is wrong.
func (result *sarifResult) exchange(st *contract.Step) {
	result.Request = &sarifRequest{Protocol: "HTTP", Method: words.Line(st.Method), Target: words.Line(st.URL), Headers: headersOf(st.Request.Header)}
	if st.Request.Body != "" {
		result.Request.Body = &sarifText{Text: words.Visible(st.Request.Body)}
	}
	if st.Response == nil {
		result.Response = &sarifResponse{None: true}
		return
	}
	result.Response = &sarifResponse{Status: st.Status, Headers: headersOf(st.Response.Header)}
	if st.Response.Body != "" {
		result.Response.Body = &sarifText{Text: words.Visible(st.Response.Body)}
	}
}

func headersOf(lines []string) map[string]string {
	if len(lines) == 0 {
		return nil
	}
	all := map[string]string{}
	for _, h := range harHeaders(lines) {
		name, value := h.Name, h.Value
		if had, ok := all[name]; ok {
			value = had + ", " + value
		}
		all[name] = value
	}
	return all
}

// invocation says how the run went, and what is not in the results.
func (m *machine) invocation(omitted int) sarifInvocation {
	r := m.r
	run := sarifInvocation{Successful: r.ExitStatus() != 2, ExitCode: r.ExitStatus()}
	if !r.Started.IsZero() {
		run.Start = r.Started.UTC().Format(time.RFC3339)
		run.End = r.Started.Add(r.Duration).UTC().Format(time.RFC3339)
	}
	add := func(level, text string) {
		if len(run.Notifications) < 100 {
			run.Notifications = append(run.Notifications, sarifNotification{level, sarifText{Text: sentenceOf(text)}})
		}
	}
	for _, text := range r.Stale {
		add("error", words.Line(text))
	}
	for i := range r.Outcomes {
		switch o := &r.Outcomes[i]; o.Status {
		case contract.Error:
			add("error", words.Line(o.Case)+" could not be carried out: "+words.Line(o.Reason))
		case contract.NotRun:
			add("warning", words.Line(o.Case)+" was not run: "+words.Line(o.Reason))
		}
	}
	if words.NothingRan(r) {
		add("error", "Nothing ran, so nothing is known")
	}
	if omitted > 0 {
		add("warning", words.Number(omitted, "finding")+" more are in the JSON report only")
	}
	return run
}
