package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
	"github.com/onvy-health/onvy-go/contract/rule"
)

// JUnit writes r in the XML that build servers read: a testsuite for each
// group of cases (what stands before the first slash of their names), a
// testcase for each case.
//
// What fails the run is a failure, a case that could not be carried out or was
// not run is an error, and a run without any case is one error, so that no
// build server shows green for it. A finding that belongs to no failed case is
// a testcase of its own, named after its rule. Other findings are in
// system-out. Characters that XML cannot hold become U+FFFD.
func JUnit(w io.Writer, r *contract.Report) error {
	doc := junitOf(r)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("report: junit: %w", err)
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("report: junit: %w", err)
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return fmt.Errorf("report: junit: %w", err)
	}
	return nil
}

func junitOf(r *contract.Report) *junitSuites {
	doc := &junitSuites{Name: "onvy-contract", Time: seconds(r.Duration)}
	shown := map[rule.FindingKey]bool{}
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		group, _, _ := strings.Cut(o.Case, "/")
		doc.add(r, group, caseOf(r, o, shown), o.Duration)
	}
	doc.addFindings(r, shown)
	for i, waiver := range r.Stale {
		doc.add(r, "waivers", &junitCase{
			Class: "waivers", Name: fmt.Sprintf("waiver %d", i+1), Time: seconds(0), Failure: &junitResult{Message: waiver, Type: "stale waiver"},
		}, 0)
	}
	if words.NothingRan(r) && doc.Failures+doc.Errors == 0 {
		doc.add(r, "onvy-contract", &junitCase{
			Class: "onvy-contract", Name: "something ran", Time: seconds(0),
			Error: &junitResult{Message: "nothing ran: no case was carried out", Type: "nothing ran"},
		}, 0)
	}
	return doc
}

// mostCases is how many findings have a testcase of their own; build servers
// read the file whole.
const mostCases = 1000

// addFindings adds what fails the run and no case has shown, and the causes that
// are waived, as skipped.
func (doc *junitSuites) addFindings(r *contract.Report, shown map[rule.FindingKey]bool) {
	own, more := 0, 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if !r.Fails(f) || shown[f.Key()] {
			continue
		}
		if own++; own > mostCases {
			more++
			continue
		}
		group, _, _ := strings.Cut(f.Rule, "/")
		doc.add(r, group, &junitCase{
			Class: operation(f), Name: f.Rule, Time: seconds(0),
			Failure: &junitResult{Message: f.Message, Type: f.Rule, Text: bounded(text(f))},
		}, 0)
	}
	if more > 0 {
		doc.add(r, "onvy-contract", &junitCase{
			Class: "onvy-contract", Name: "more findings", Time: seconds(0),
			Failure: &junitResult{Message: words.Number(more, "finding") + " more are in the JSON report", Type: "more"},
		}, 0)
	}
	doc.addWaived(r)
}

func (doc *junitSuites) addWaived(r *contract.Report) {
	waived := slices.DeleteFunc(r.Causes(), func(c *contract.Cause) bool { return c.Head().Waived == "" })
	for _, c := range waived[:min(len(waived), mostCases)] {
		f := c.Head()
		doc.add(r, "waived", &junitCase{
			Class: operation(f), Name: f.Rule, Time: seconds(0), Skipped: &junitSkipped{Message: "waived: " + f.Waived + ": " + words.About(c)},
		}, 0)
	}
	if more := len(waived) - mostCases; more > 0 {
		doc.add(r, "waived", &junitCase{
			Class: "onvy-contract", Name: "more waived causes", Time: seconds(0),
			Skipped: &junitSkipped{Message: words.Number(more, "waived cause") + " more are in the JSON report"},
		}, 0)
	}
}

// caseOf is the testcase of an outcome; it marks the findings that it shows as
// failures.
func caseOf(r *contract.Report, o *contract.Outcome, shown map[rule.FindingKey]bool) *junitCase {
	group, _, _ := strings.Cut(o.Case, "/")
	c := &junitCase{Class: group, Name: o.Case, Time: seconds(o.Duration)}
	var failing, other []string
	var first *contract.Finding
	failed := 0
	for i := range o.Findings {
		f := &o.Findings[i]
		if o.Status != contract.Fail || !r.Fails(f) {
			if len(other) < mostCases {
				other = append(other, text(f))
			}
			continue
		}
		first = cmp.Or(first, f)
		if failed++; failed <= mostCases {
			failing = append(failing, text(f))
		}
		shown[f.Key()] = true
	}
	if other != nil {
		c.Out = &junitText{bounded(strings.Join(other, "\n"))}
	}
	switch o.Status {
	case contract.Fail:
		c.Failure = &junitResult{Message: cmp.Or(o.Reason, "failed; what was found is in testcases of its own"), Type: "fail"}
		if first != nil {
			c.Failure = &junitResult{Message: first.Message, Type: first.Rule, Text: bounded(strings.Join(failing, "\n"))}
		}
		if n := failed - 1; n > 0 {
			c.Failure.Message += fmt.Sprintf(" (and %d more)", n)
		}
	case contract.Error:
		c.Error = &junitResult{Message: o.Reason, Type: "error"}
	case contract.NotRun:
		c.Error = &junitResult{Message: "not run: " + o.Reason, Type: "not run"}
	case contract.Skip:
		c.Skipped = &junitSkipped{Message: o.Reason}
	case contract.Pass:
	}
	return c
}

// mostText is how long one text is: parsers of XML give up at 10 MB.
const mostText = 1 << 20

// bounded is a text that any parser takes, and says what it has left out.
func bounded(text string) string {
	if len(text) <= mostText {
		return escape(text)
	}
	kept := strings.ToValidUTF8(text[:mostText], "")
	return escape(kept) + fmt.Sprintf("\n… %d bytes more are in the JSON report\n", len(text)-len(kept))
}

// text is a finding in a few lines.
func text(f *contract.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s, %s", f.Level, f.Rule, operation(f))
	if f.Count > 1 {
		fmt.Fprintf(&b, ", %d times", f.Count)
	}
	fmt.Fprintf(&b, "\n  %s\n  %s\n", f.Message, where(f))
	if n := len(f.Steps); n > 0 {
		fmt.Fprintf(&b, "  %s %s -> %d\n", f.Steps[n-1].Method, f.Steps[n-1].URL, f.Steps[n-1].Status)
	}
	if f.Expected != "" {
		fmt.Fprintf(&b, "  expected %s\n", f.Expected)
	}
	if f.Actual != "" {
		fmt.Fprintf(&b, "  got %s\n", f.Actual)
	}
	if f.Waived != "" {
		fmt.Fprintf(&b, "  waived: %s\n", f.Waived)
	}
	if f.Curl != "" {
		fmt.Fprintf(&b, "  %s\n", f.Curl)
	}
	return b.String()
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
