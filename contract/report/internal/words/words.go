// Package words is how reports say things: numbers, times, verdicts, sources,
// and what a server sent made visible.
package words

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
)

// Number is "1 case" or "2 cases".
func Number(n int, one string) string {
	switch {
	case n == 1:
		return "1 " + one
	case strings.HasSuffix(one, "y"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(one, "y"))
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// List is "a, b and c"; beyond limit names the rest is counted.
func List(names []string, limit int) string {
	if rest := len(names) - limit; rest > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:limit], ", "), rest)
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// Levels counts the findings: "3 violations, 1 assumption, 2 drift".
func Levels(r *contract.Report) string {
	s := &r.Summary
	var parts []string
	if s.Violations > 0 {
		parts = append(parts, Number(s.Violations, "violation"))
	}
	if s.Assumptions > 0 {
		parts = append(parts, Number(s.Assumptions, "assumption"))
	}
	if s.Drift > 0 {
		parts = append(parts, strconv.Itoa(s.Drift)+" drift")
	}
	switch {
	case parts != nil:
		return strings.Join(parts, ", ")
	case NothingRan(r):
		return "nothing ran"
	}
	return "nothing found"
}

// Cases counts the outcomes: "48 cases: 45 passed, 2 failed, 1 skipped".
func Cases(s *contract.Summary) string {
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
	return Number(total, "case") + ": " + strings.Join(parts, ", ")
}

// Took is a duration to three digits, as people say it.
func Took(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

// Fails reports whether a cause fails the run.
func Fails(r *contract.Report, c *contract.Cause) bool {
	return slices.ContainsFunc(c.Findings, r.Fails)
}

// NothingRan tells whether the report has no case that was carried out.
func NothingRan(r *contract.Report) bool {
	return r.Summary.Passed+r.Summary.Failed == 0
}

// Brief is a target for a line of its own: a replay of many files has long ones.
func Brief(target string) string { return mask.Printable(Short(target, 80)) }

// Short cuts a text to so many characters, and says so.
func Short(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// Indented writes a value as JSON that people can read too.
func Indented(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	return enc.Encode(value)
}

// Verdict is the exit status in a word.
func Verdict(r *contract.Report) string {
	switch r.ExitStatus() {
	case 0:
		return "PASS"
	case 1:
		return "FAIL"
	}
	return "ERROR"
}
