package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

// number is "1 case" or "2 cases".
func number(n int, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(one, "y"))
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// list is "a, b and c"; beyond limit names the rest is counted.
func list(names []string, limit int) string {
	if rest := len(names) - limit; rest > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:limit], ", "), rest)
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// levels counts the findings: "3 violations, 1 assumption, 2 drift".
func levels(r *contract.Report) string {
	s := &r.Summary
	var parts []string
	if s.Violations > 0 {
		parts = append(parts, number(s.Violations, "violation"))
	}
	if s.Assumptions > 0 {
		parts = append(parts, number(s.Assumptions, "assumption"))
	}
	if s.Drift > 0 {
		parts = append(parts, strconv.Itoa(s.Drift)+" drift")
	}
	switch {
	case parts != nil:
		return strings.Join(parts, ", ")
	case nothingRan(r):
		return "nothing ran"
	}
	return "nothing found"
}

// cases counts the outcomes: "48 cases: 45 passed, 2 failed, 1 skipped".
func cases(s *contract.Summary) string {
	var parts []string
	total := 0
	for _, p := range []struct {
		n    int
		word string
	}{
		{s.Passed, "passed"},
		{s.Failed, "failed"},
		{s.Errors, "in error"},
		{s.NotRun, "not run"},
		{s.Skipped, "skipped"},
	} {
		total += p.n
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.word))
		}
	}
	if parts == nil {
		return "no cases"
	}
	return number(total, "case") + ": " + strings.Join(parts, ", ")
}

// took is a duration to three digits, as people say it.
func took(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

// fails reports whether a cause fails the run.
func fails(r *contract.Report, c *contract.Cause) bool {
	return slices.ContainsFunc(c.Findings, r.Fails)
}

// nothingRan tells whether the report has no case that was carried out.
func nothingRan(r *contract.Report) bool {
	return r.Summary.Passed+r.Summary.Failed == 0
}

// brief is a target for a line of its own: a replay of many files has long ones.
func brief(target string) string { return printable(short(target, 80)) }

// short cuts a text to so many characters, and says so.
func short(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// indented writes a value as JSON that people can read too.
func indented(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(value)
}

// verdict is the exit status in a word.
func verdict(r *contract.Report) string {
	switch r.ExitStatus() {
	case 0:
		return "PASS"
	case 1:
		return "FAIL"
	}
	return "ERROR"
}

// printable escapes what a terminal would obey: names of properties come from
// the server, and so could carry escape sequences.
func printable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strconv.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
	}
	return b.String()
}
