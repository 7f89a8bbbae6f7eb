package report

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report/internal/words"
)

// What of HAR 1.2 is written.
type harFile struct {
	Log harLog `json:"log"`
}

type harLog struct {
	Version string     `json:"version"`
	Creator harNamed   `json:"creator"`
	Entries []harEntry `json:"entries"`
	Comment string     `json:"comment,omitempty"`
}

type harNamed struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Comment  string      `json:"comment,omitempty"`
	Onvy     harOnvy     `json:"_onvy"`
}

// harOnvy ties an entry to what it is evidence of.
type harOnvy struct {
	Cause       string `json:"cause"`
	Rule        string `json:"rule"`
	Fingerprint string `json:"fingerprint"`
	Step        int    `json:"step"` // from 1; the last one is wrong
	Steps       int    `json:"steps"`
	Pointer     string `json:"pointer,omitempty"`
	Auth        string `json:"auth,omitempty"`
}

type harRequest struct {
	Method      string       `json:"method"`
	URL         string       `json:"url"`
	HTTPVersion string       `json:"httpVersion"`
	Cookies     []struct{}   `json:"cookies"`
	Headers     []harPair    `json:"headers"`
	QueryString []harPair    `json:"queryString"`
	PostData    *harPostData `json:"postData,omitempty"`
	HeadersSize int          `json:"headersSize"`
	BodySize    int          `json:"bodySize"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harPostData struct {
	MimeType string    `json:"mimeType"`
	Params   []harPair `json:"params,omitempty"`
	Text     string    `json:"text"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []struct{} `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
	Error       string     `json:"_error,omitempty"`
}

type harContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

// mostEntries keeps the file at a size that viewers open.
const mostEntries = 5000

// HAR writes the evidence of r as HAR 1.2: an entry for each step, tied to its
// cause by the member "_onvy". It is what reports show and no recording: bodies
// may be cut, secrets are masked, and times are not known.
func HAR(w io.Writer, r *contract.Report, o MachineOptions) error {
	log := harLog{
		Version: "1.2", Creator: harNamed{"onvy-contract", cmp.Or(o.Version, "unknown")}, Entries: []harEntry{},
		Comment: "Evidence of a report: bodies may be cut, secrets are masked, times are not known.",
	}
	for _, c := range r.Causes() {
		for _, one := range append([]*contract.Cause{c}, c.Follows...) {
			for _, f := range one.Findings {
				for i := range f.Steps {
					if len(log.Entries) < mostEntries {
						log.Entries = append(log.Entries, harEntryOf(r, cmp.Or(one.ID, c.ID), f, i, len(log.Entries)))
					}
				}
			}
		}
	}
	if err := words.Indented(w, harFile{log}); err != nil {
		return fmt.Errorf("report: har: %w", err)
	}
	return nil
}

func harEntryOf(r *contract.Report, cause string, f *contract.Finding, i, place int) harEntry {
	st := &f.Steps[i]
	started := r.Started
	if started.IsZero() {
		started = time.Unix(0, 0)
	}
	e := harEntry{
		Started: started.UTC().Add(time.Duration(place) * time.Millisecond).Format("2006-01-02T15:04:05.000Z"),
		Request: harRequestOf(st), Response: harResponseOf(st),
		Onvy: harOnvy{Cause: cause, Rule: words.Line(f.Rule), Fingerprint: f.Print(), Step: i + 1, Steps: len(f.Steps), Pointer: words.Line(st.Pointer), Auth: string(st.Auth)},
	}
	if i == len(f.Steps)-1 {
		e.Comment = words.Line(f.Message)
	}
	return e
}

func harRequestOf(st *contract.Step) harRequest {
	q := harRequest{
		Method: words.Line(st.Method), URL: urlOf(st.URL), HTTPVersion: "HTTP/1.1", Cookies: []struct{}{}, Headers: harHeaders(st.Request.Header),
		QueryString: []harPair{}, HeadersSize: -1, BodySize: len(st.Request.Body) + st.Request.Omitted,
	}
	if _, query, ok := strings.Cut(q.URL, "?"); ok {
		for part := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(part, "=")
			q.QueryString = append(q.QueryString, harPair{unescapedQuery(name), unescapedQuery(value)})
		}
	}
	if st.Request.Body != "" {
		q.PostData = &harPostData{MimeType: mimeType(st.Request.Header), Text: words.Visible(st.Request.Body)}
	}
	return q
}

func harResponseOf(st *contract.Step) harResponse {
	p := harResponse{Status: st.Status, HTTPVersion: "HTTP/1.1", Cookies: []struct{}{}, Headers: []harPair{}, HeadersSize: -1, BodySize: -1, Error: words.Line(st.Error)}
	if st.Response == nil {
		p.Content.MimeType = "x-unknown"
		return p
	}
	p.Headers = harHeaders(st.Response.Header)
	p.BodySize = len(st.Response.Body) + st.Response.Omitted
	p.Content = harContent{Size: p.BodySize, MimeType: mimeType(st.Response.Header), Text: words.Visible(st.Response.Body)}
	if st.Response.Omitted > 0 {
		p.Content.Comment = words.Number(st.Response.Omitted, "byte") + " are left out"
	}
	return p
}

// urlOf is an address that readers of HAR can parse: what stands for a secret
// and what is no URL is escaped.
func urlOf(text string) string {
	text = words.Visible(text)
	escaped := strings.NewReplacer("{", "%7B", "}", "%7D", "⟨", "%E2%9F%A8", "⟩", "%E2%9F%A9", "…", "%E2%80%A6", " ", "%20", `"`, "%22", "<", "%3C", ">", "%3E", "\\", "%5C", "^", "%5E", "`", "%60", "|", "%7C", "\n", "%0A", "\t", "%09").Replace(text)
	if u, err := url.Parse(escaped); err == nil && u.Scheme != "" {
		return u.String()
	}
	return "about:invalid"
}

func unescapedQuery(s string) string {
	if text, err := url.QueryUnescape(s); err == nil {
		return text
	}
	return s
}

func harHeaders(lines []string) []harPair {
	all := []harPair{}
	for _, text := range lines {
		name, value, _ := strings.Cut(text, ":")
		all = append(all, harPair{words.Line(name), words.Line(strings.TrimSpace(value))})
	}
	return all
}

func mimeType(lines []string) string {
	for _, h := range harHeaders(lines) {
		if strings.EqualFold(h.Name, "Content-Type") {
			return h.Value
		}
	}
	return "x-unknown"
}
