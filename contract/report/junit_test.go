package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

func junit(t *testing.T, r *contract.Report) []byte {
	t.Helper()
	return written(t, func(w io.Writer) error { return report.JUnit(w, r) })
}

// counts are what a build server makes of the elements, not of the attributes.
type counts struct{ tests, failures, errors, skipped int }

func countElements(t *testing.T, text []byte) counts {
	t.Helper()
	var c counts
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return c
		}
		require.NoError(t, err)
		if start, ok := token.(xml.StartElement); ok {
			switch start.Name.Local {
			case "testcase":
				c.tests++
			case "failure":
				c.failures++
			case "error":
				c.errors++
			case "skipped":
				c.skipped++
			}
		}
	}
}

func TestJUnitReportsAreAsTheGoldenFiles(t *testing.T) {
	for name, r := range reports() {
		t.Run(name, func(t *testing.T) { golden(t, name+".xml", junit(t, r)) })
	}
}

func TestJUnitIsGreenExactlyWhereTheExitStatusIsZero(t *testing.T) {
	for name, r := range reports() {
		c := countElements(t, junit(t, r))
		require.Equal(t, r.ExitStatus() == 0, c.failures+c.errors == 0, name)
		require.Equal(t, r.ExitStatus() == 1, c.failures > 0, name)
	}
}

func TestJUnitAttributesCountTheElements(t *testing.T) {
	type suite struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	for name, r := range reports() {
		var doc struct {
			suite
			Suites []suite `xml:"testsuite"`
		}
		text := junit(t, r)
		require.NoError(t, xml.Unmarshal(text, &doc))
		c := countElements(t, text)
		require.Equal(t, c, counts{doc.Tests, doc.Failures, doc.Errors, c.skipped}, name)
		require.NotRegexp(t, `<testsuites[^>]* skipped=`, string(text), "Jenkins has no such attribute")
		var sum counts
		for _, s := range doc.Suites {
			sum.tests += s.Tests
			sum.failures += s.Failures
			sum.errors += s.Errors
			sum.skipped += s.Skipped
		}
		require.Equal(t, c, sum, name)
	}
}

func TestJUnitFailureReadsBackAsTheFinding(t *testing.T) {
	var doc struct {
		Failures []struct {
			Message string `xml:"message,attr"`
			Type    string `xml:"type,attr"`
			Text    string `xml:",chardata"`
		} `xml:"testsuite>testcase>failure"`
	}
	require.NoError(t, xml.Unmarshal(junit(t, reports()["failed"]), &doc))
	require.Len(t, doc.Failures, 2)
	require.Equal(t, wrongType.Message, doc.Failures[1].Message)
	require.Equal(t, wrongType.Rule, doc.Failures[1].Type)
	require.Contains(t, doc.Failures[1].Text, "violation schema/body, getUser, 3 times\n")
	require.Contains(t, doc.Failures[1].Text, wrongType.Curl)
	require.Contains(t, doc.Failures[1].Text, wrongType.Spec)
}

func TestJUnitShowsAFindingOfTwoCasesInThoseOnly(t *testing.T) {
	r := *reports()["failed"]
	once, both := cacheable, cacheable
	both.Count = 2 // as Fold leaves it
	r.Findings = []contract.Finding{both}
	r.Outcomes = []contract.Outcome{
		{Case: "auth/server", Status: contract.Fail, Findings: []contract.Finding{once}},
		{Case: "auth/oauth", Status: contract.Fail, Findings: []contract.Finding{once}},
	}
	require.Equal(t, counts{tests: 2, failures: 2}, countElements(t, junit(t, &r)))
}

func TestJUnitNeverHoldsCharactersThatXMLForbids(t *testing.T) {
	r := *reports()["failed"]
	f := wrongType
	f.Message = "a\x00b\x1bc\ufffed\xffe ]]> <&> \n end"
	f.Pointer, f.Curl = f.Message, f.Message
	r.Findings = []contract.Finding{f}
	r.Outcomes = []contract.Outcome{
		{Case: "a\x00/b", Status: contract.Fail, Findings: []contract.Finding{f}},
		{Case: "a/c", Status: contract.Error, Reason: f.Message},
		{Case: "a/d", Status: contract.Skip, Reason: f.Message},
	}
	out := junit(t, &r)
	require.Equal(t, counts{tests: 3, failures: 1, errors: 1, skipped: 1}, countElements(t, out))
	for _, forbidden := range []string{"\x00", "\x1b", "\ufffe", "\xff", "&#x0;", "&#x1B;"} {
		require.NotContains(t, string(out), forbidden)
	}
}

func TestJUnitKeepsTheFailureOfACaseThatEndedInAnError(t *testing.T) {
	r := *reports()["failed"]
	r.Findings = []contract.Finding{wrongType}
	r.Outcomes = []contract.Outcome{{Case: "users/read", Status: contract.Error, Reason: "interrupted", Findings: []contract.Finding{wrongType}}}
	require.Equal(t, counts{tests: 2, failures: 1, errors: 1}, countElements(t, junit(t, &r)))
}

func TestJUnitHasAThousandFindingsThatFailWhereverTheyStand(t *testing.T) {
	r := *reports()["strict"]
	r.Strict, r.Outcomes, r.Findings = false, nil, []contract.Finding{wrongType}
	for i := range 2000 {
		f := extraProperty
		f.Pointer = fmt.Sprintf("/%d", i)
		r.Findings = append(r.Findings, f)
	}
	for i := range 1001 {
		f := wrongType
		f.Pointer = fmt.Sprintf("/wrong%d", i)
		r.Findings = append(r.Findings, f)
	}
	out := string(written(t, func(w io.Writer) error { return report.JUnit(w, &r) }))
	require.Equal(t, 1000, strings.Count(out, `name="schema/body"`))
	require.Contains(t, out, "2 findings more are in the JSON report")
}

// Findings of many rules, all waived: causes of their own, which follow what fails.
func TestJUnitHasAThousandWaivedCausesAndSaysHowManyMore(t *testing.T) {
	r := reports()["failed"]
	r.Findings = nil
	for i := range 1500 {
		r.Findings = append(r.Findings,
			contract.Finding{Rule: fmt.Sprintf("team/rule-%d", i), Level: contract.Violation, Message: "x", Count: 1},
			contract.Finding{Rule: fmt.Sprintf("team/accepted-%d", i), Level: contract.Violation, Message: "x", Count: 1, Waived: "known"})
	}
	out := string(junit(t, r))
	require.Equal(t, 1000, strings.Count(out, "waived: known: x"))
	require.Contains(t, out, "500 waived causes more are in the JSON report")
}
