package report_test

import (
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
	"github.com/onvy-health/onvy-go/internal/needs"
)

func page(t *testing.T, r *contract.Report, o report.HTMLOptions) string {
	t.Helper()
	return string(written(t, func(w io.Writer) error { return report.HTML(w, r, o) }))
}

// hostile are texts that a server may send to whoever reads a report of it.
var hostile = []string{
	`<script>alert(1)</script>`, `</script><script>alert(1)</script>`, `</style><img src=x onerror=alert(1)>`, `"><svg onload=alert(1)>`,
	`javascript:alert(1)`, `' onmouseover='alert(1)`, "\x1b[2J\x00\x07", "\u202egnp.exe\u202c", "\u2066\u2069\u200b\u200d\ufeff", "\xff\xfe",
	"{{.Target}}", "`${alert(1)}`", "<!--", "]]>", "&lt;b&gt;", strings.Repeat("x", 1<<20),
}

func TestWhatAServerSentIsTextOnThePageAndNothingElse(t *testing.T) {
	// That something is cut is said in a paragraph of its own.
	tags := func(text string) int { return strings.Count(text, "<") - 2*strings.Count(text, `<p class="cut">`) }
	plain := page(t, hostileReport("x"), report.HTMLOptions{Spec: onvy.Spec})
	for _, text := range needs.Sample(t, hostile, 4) {
		got := page(t, hostileReport(text), report.HTMLOptions{Spec: onvy.Spec})
		require.Equal(t, tags(plain), tags(got), "another number of tags for %.40q", text)
		require.NotContains(t, got, `href="javascript:`)
		for _, r := range got {
			hidden := r < ' ' && r != '\n' && r != '\t' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200b || r == 0xfeff || r == 0xfffd
			require.False(t, hidden, "U+%04X of %.40q is on the page", r, text)
		}
		require.Less(t, len(got), 2<<20)
	}
	for text, want := range map[string]string{"\u202egnp.exe": "⟨U+202E⟩gnp.exe", "\xffa": "⟨FF⟩a", "a\u200bb": "a⟨U+200B⟩b"} {
		got := html.UnescapeString(page(t, hostileReport(text), report.HTMLOptions{}))
		require.True(t, strings.Contains(got, want), "what is hidden is not written as its code point: %s", want)
	}
}

// hostileReport has a text wherever a server, a recording or a spec may put one.
func hostileReport(text string) *contract.Report {
	f := contract.Finding{
		Rule: text, Level: contract.Violation, Operation: text, Status: 200, Pointer: text, Message: text, Spec: text, Source: text,
		Curl: text, Count: 2, Exchange: text, Expected: text, Actual: text, Waived: text, New: true,
		Steps: []contract.Step{{
			Method: text, URL: text, Scope: text, Request: contract.Message{Header: []string{text}, Body: text}, Status: 200, Error: text, Pointer: text,
			Response: &contract.Message{Header: []string{text}, Body: `{"a": "` + text + `", "` + text + `": [` + text},
		}},
	}
	second := f
	second.Status = 404
	return &contract.Report{
		Stale: []string{text}, Target: text, Spec: text + specSum, Seed: 1,
		Summary:  contract.Summary{Violations: 2, Failed: 1, Exchanges: 3, Rules: 1},
		Findings: []contract.Finding{f, second},
		Outcomes: []contract.Outcome{{Case: text, Status: contract.Fail, Reason: text, Findings: []contract.Finding{f}}},
	}
}

func TestAPageRunsItsOwnScriptAndNoOther(t *testing.T) {
	got := html.UnescapeString(page(t, reports()["failed"], report.HTMLOptions{Spec: onvy.Spec}))
	require.Regexp(t, `content="default-src 'none'; script-src 'sha256-[A-Za-z0-9+/=]{44}'; style-src 'sha256-[A-Za-z0-9+/=]{44}'`, got)
	require.NotRegexp(t, regexp.MustCompile(`(?i)\s(style|on[a-z]+)="`), got, "the policy lets none of these work")
	require.NotRegexp(t, regexp.MustCompile(`(?i)<(link|script|img|iframe|object|embed)[^>]+(src|href)="(https?:)?//`), got, "nothing comes from the network")
}

func TestAPageOf100000FindingsCanBeRead(t *testing.T) {
	r := reports()["failed"]
	r.Findings = nil
	for i := range many(t) {
		f := wrongType
		f.Rule, f.Pointer = fmt.Sprintf("http/body-%d", i%2000), fmt.Sprintf("/%d", i)
		f.Steps = heavySteps
		r.Findings = append(r.Findings, f)
	}
	r.Summary.Violations = len(r.Findings)
	got := page(t, r, report.HTMLOptions{Spec: onvy.Spec})
	require.Less(t, len(got), 2<<20)
	require.Contains(t, got, "1500 causes more are not on this page")
	require.Equal(t, 500, strings.Count(got, `<details class="cause`))
}

// heavySteps are the largest that evidence can be, of what takes most in HTML.
var heavySteps = []contract.Step{heavyStep, heavyStep, heavyStep}

var heavyStep = contract.Step{
	Method: "POST", URL: "http://a/users", Request: contract.Message{Body: `{"a":"` + strings.Repeat(`\"`, 290) + `"}`}, Status: 200,
	Response: &contract.Message{Body: `["` + strings.Repeat("<", 880) + `"]`},
}

func TestTheStoryOfACauseMarksThePlaceInWhatWasSentAndWhatCame(t *testing.T) {
	f := contract.Finding{
		Rule: "users/read-back", Level: contract.Violation, Operation: "getUser", Status: 200, Pointer: "/location/lat", Message: "the value is another one",
		Source: "users/create-a-new-user", Spec: "openapi.yaml:411:9", Count: 1, Exchange: "users/patch", Expected: "1.5", Actual: "2.50",
		Steps: []contract.Step{
			{Method: "PATCH", URL: "http://a/users/contract_1?a=b", Auth: contract.ServerAuth, Scope: "users:write", Request: contract.Message{Body: `{"location":{"lat":1.5}}`}, Status: 200, Response: &contract.Message{Body: "{}"}},
			{Method: "GET", URL: "http://a/users/contract_1", Request: contract.Message{}, Status: 200, Pointer: "/location/lat", Response: &contract.Message{
				Header: []string{"Content-Type: application/json"}, Body: `{"id":"contract_1","location":{"lat":2.50},"names":["x","y` + "…", Omitted: 40,
			}},
		},
	}
	follower := f
	follower.Rule, follower.Message = "users/stale-answer", "the answer is the old one"
	head := contract.Finding{Rule: "schema/type", Level: contract.Violation, Operation: "getUser", Status: 200, Pointer: "/location", Message: "not an object", Source: "assumed", Count: 1}
	waived := otherStatus
	waived.Waived = "known (until 2999-01-31)"
	r := &contract.Report{Target: "a", Seed: 7, Summary: contract.Summary{Failed: 1, Exchanges: 2}, Findings: []contract.Finding{f, follower, waived}, Stale: []string{"the waiver for a/b matches nothing"}}
	got := html.UnescapeString(page(t, r, report.HTMLOptions{Spec: onvy.Spec}))
	for _, want := range []string{
		`<mark class="hit">"lat": 1.5</mark>`, `<mark class="hit">"lat": 2.50</mark>`, `"names": [`, "…", "40 bytes left out",
		"/users/contract_1?a=b</code><span class=\"quiet\">server token, users:write", "no credentials", `<pre>1.5</pre>`, `<pre>2.50</pre>`,
		"onvy-contract run --run '^users/patch$' --seed 7", `data-state="waived"`, "known (until 2999-01-31)", "the waiver for a/b matches nothing",
		`<span class="ln at"><i>411</i>`,
	} {
		require.Contains(t, got, want)
	}
	r.Findings = []contract.Finding{f, follower, head}
	got = html.UnescapeString(page(t, r, report.HTMLOptions{Spec: onvy.Spec}))
	require.Contains(t, got, "2 causes more follow from it and are not counted")
	require.Contains(t, got, "users/stale-answer: GET /users/{user_id}: the answer is the old one")
	require.Contains(t, got, "1 cause fails this run")
}

func TestEveryKindOfReportIsAPage(t *testing.T) {
	for name, r := range reports() {
		for _, spec := range [][]byte{nil, onvy.Spec} {
			got := page(t, r, report.HTMLOptions{Spec: spec, Timeline: &report.Timeline{}})
			require.True(t, strings.HasPrefix(got, "<!doctype html>"), name)
			require.True(t, strings.HasSuffix(strings.TrimSpace(got), "</html>"), name)
			verdict := map[int]string{0: "PASS", 1: "FAIL", 2: "ERROR"}[r.ExitStatus()]
			require.Contains(t, got, ">"+verdict+"</span>", name)
		}
	}
	require.Contains(t, page(t, &contract.Report{}, report.HTMLOptions{}), "Nothing ran, so nothing is known")
}

func TestASpecThatCannotBeReadIsAnErrorAndNoPage(t *testing.T) {
	var b strings.Builder
	err := report.HTML(&b, reports()["failed"], report.HTMLOptions{Spec: []byte("openapi: [")})
	require.ErrorContains(t, err, "report: html: openapi.yaml:2: the spec cannot be read")
	require.Empty(t, b.String())
}

func TestATimelineKeepsNoMoreThanAPageCanShow(t *testing.T) {
	var timeline report.Timeline
	start := time.Date(2026, 3, 5, 18, 10, 27, 0, time.UTC)
	for i := range 5000 {
		timeline.Add(&contract.Exchange{Name: "users/read", Started: start.Add(time.Duration(i) * time.Millisecond), Duration: time.Millisecond,
			Request: contract.Request{Method: "GET"}, Response: &contract.Response{Status: 200}})
	}
	timeline.Add(&contract.Exchange{Name: "without a time"})
	got := page(t, reports()["failed"], report.HTMLOptions{Timeline: &timeline})
	require.Contains(t, got, "2000 exchanges in 2.0 s, as they overlapped. 3\u2009001 more are not shown.")
}
