package report

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract"
)

// The elements and attributes that Jenkins, GitLab, GitHub Actions and the
// Maven Surefire schema have in common.
type junitSuites struct {
	XMLName  struct{}      `xml:"testsuites"`
	Name     string        `xml:"name,attr"`
	Tests    int           `xml:"tests,attr"`
	Failures int           `xml:"failures,attr"`
	Errors   int           `xml:"errors,attr"`
	Time     string        `xml:"time,attr"`
	Suites   []*junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []*junitCase    `xml:"testcase"`

	took time.Duration
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitResult  `xml:"failure"`
	Error   *junitResult  `xml:"error"`
	Skipped *junitSkipped `xml:"skipped"`
	Out     *junitText    `xml:"system-out"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",innerxml"`
}

type junitText struct {
	Text string `xml:",innerxml"`
}

// escape makes XML of text. Package xml would write every line break as a
// character reference, which no one can read in the file.
func escape(s string) string {
	var b strings.Builder
	// A strings.Builder does not fail.
	_ = xml.EscapeText(&b, []byte(s))
	return strings.ReplaceAll(b.String(), "&#xA;", "\n")
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// add puts a case into the suite of its group, which is made where it is
// missing, and counts it.
func (doc *junitSuites) add(r *contract.Report, group string, c *junitCase, took time.Duration) {
	var suite *junitSuite
	for _, s := range doc.Suites {
		if s.Name == group {
			suite = s
		}
	}
	if suite == nil {
		suite = &junitSuite{Name: group, Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"), Properties: []junitProperty{
			{"target", r.Target},
			{"seed", strconv.FormatUint(r.Seed, 10)},
			{"spec", r.Spec},
		}}
		doc.Suites = append(doc.Suites, suite)
	}
	suite.Cases = append(suite.Cases, c)
	suite.took += took
	suite.Time = seconds(suite.took)
	suite.Tests++
	doc.Tests++
	switch {
	case c.Failure != nil:
		suite.Failures++
		doc.Failures++
	case c.Error != nil:
		suite.Errors++
		doc.Errors++
	case c.Skipped != nil:
		suite.Skipped++
	}
}
