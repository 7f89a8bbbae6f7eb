// Package html writes a report as one page for people.
package html

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"time"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/spectext"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// Options of a page, as those of report.HTML.
type Options struct {
	Spec     []byte
	Timeline *Timeline
	Version  string
}

var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/style.css
	pageStyle string
	//go:embed page/script.js
	pageScript string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
)

// Write writes r as one page.
func Write(w io.Writer, r *contract.Report, o Options) error {
	page, err := pageOf(r, o)
	if err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	var b bytes.Buffer // a page is whole or it is not there
	if err := pageTemplate.Execute(&b, page); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("report: html: %w", err)
	}
	return nil
}

// page is what the template shows. All its texts went through visible.
type page struct {
	Policy template.HTMLAttr
	Style  template.CSS
	Script template.JS

	Verdict, Stamp, Sentence, Target, When string
	Facts                                  []fact
	Bar                                    []segment
	Sections                               []section

	CausesTitle, CausesText string
	Causes                  []causeView
	Hidden                  string
	Failing                 int // causes that fail the run
	Stale                   []string
	Levels                  []count
	Operations, Rules       []string
	States                  []string

	Coverage     *coverageView
	Auth         *authView
	Laws         []lawView
	Requirements *requirementsView
	Timeline     *timelineView
	Cases        *casesView
	Foot         []string

	answers map[string]int // how often what was answered how; nil if that is not known
}

type fact struct {
	Name, Value, Small string
	Wide               bool
}

type segment struct {
	Class, Name string
	X, Width    int // of 1000
	Count       int
}

type section struct{ ID, Name, Count string }

type count struct {
	Name  string
	Count int
}

// policy is the Content-Security-Policy of the page: its own script and style,
// known by their hashes, and nothing else.
func policy() template.HTMLAttr {
	return template.HTMLAttr(fmt.Sprintf( //nolint:gosec // of constants
		"default-src 'none'; script-src 'sha256-%s'; style-src 'sha256-%s'; img-src data:; base-uri 'none'; form-action 'none'",
		digest(pageScript), digest(pageStyle)))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func pageOf(r *contract.Report, o Options) (*page, error) {
	p := &page{
		Policy: policy(), Style: template.CSS(pageStyle), Script: template.JS(pageScript), //nolint:gosec // our own
		Verdict: words.Verdict(r), Target: words.Line(r.Target), When: when(r.Started),
	}
	p.Stamp = map[string]string{"PASS": "pass", "FAIL": "fail", "ERROR": "error"}[p.Verdict]
	spec, err := spectext.Read(o.Spec)
	if err != nil {
		return nil, err
	}
	addCauses(p, r, spec)
	p.Sentence = sentence(r, p)
	p.addFacts(r)
	p.addBar(&r.Summary)
	if spec != nil {
		addCoverage(p, r, spec)
		addAuth(p, r, spec)
	}
	addLaws(p, r, spec)
	addRequirements(p, r, spec)
	addTimeline(p, r, o.Timeline)
	addCases(p, r)
	p.addFoot(r, o)
	p.addSections(r)
	return p, nil
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 January 2006, 15:04 UTC")
}
