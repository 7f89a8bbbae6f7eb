package report

import (
	"io"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/html"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// HTMLOptions of [HTML]. The zero value writes a page without coverage, spec
// lines and timeline.
type HTMLOptions struct {
	// Spec is the openapi.yaml that the run was held against. With it the page
	// shows the lines that findings contradict, and what of it was covered.
	Spec []byte
	// Timeline has the exchanges of the run; see [Timeline.Add].
	Timeline *Timeline
	// Version of the program that writes the page.
	Version string
}

// Timeline keeps when the exchanges of a run were, for [HTML]: no more of them
// than a page can show. Its zero value is empty. It is safe for concurrent use.
type Timeline struct{ marks html.Timeline }

// Add takes an exchange. It keeps nothing of its content.
func (t *Timeline) Add(x *contract.Exchange) { t.marks.Add(x) }

// HTML writes r as one page for people. The page needs no network, no other
// file and no JavaScript: that only filters. What servers sent is text in it
// and nothing else: it is escaped, characters that would hide or reorder it are
// written as their code points, and the page's own policy lets no other script
// or style run.
//
// At most 500 causes are shown; how many there are beyond them is said.
func HTML(w io.Writer, r *contract.Report, o HTMLOptions) error {
	page := html.Options{Spec: o.Spec, Version: o.Version}
	if o.Timeline != nil {
		page.Timeline = &o.Timeline.marks
	}
	return html.Write(w, r, page)
}

// SourcePage is the page of a source: a clause of an RFC or a page of the API's
// documentation; "" for what is on no page.
func SourcePage(source string) string { return words.SourcePage(source) }
