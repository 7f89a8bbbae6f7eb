package browsertest_test

import (
	"context"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

var picture = flag.String("picture", "", "write a screenshot of a failing report to this file")

// quiet requires that nothing was said on the console and nothing was fetched
// but the page.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.said)
	for _, url := range b.fetched {
		require.Regexp(b.t, `^(file://.*/report\.html(#.*)?|data:image/svg.*)$`, url)
	}
}

// wait waits until an expression holds.
func wait(expression string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Poll[bool](expression)(ctx, t)
		return chromedp.Void{}, err
	}
}

const shown = `[...document.querySelectorAll('.cause')].filter((c) => !c.hidden).length`

func TestThePageLoadsWithoutAWordOnTheConsole(t *testing.T) {
	r, o := run(t, broken)
	b := open(t, r, o)
	require.Contains(t, get[string](b, `document.title`), "FAIL · https://staging.example")
	require.Regexp(t, `\d+ causes fail this run`, get[string](b, `document.querySelector('h1').innerText`))
	for _, section := range []string{"causes", "coverage", "auth", "laws", "requirements", "timeline", "cases"} {
		require.Positive(t, get[float64](b, `document.getElementById('`+section+`').getBoundingClientRect().height`), section)
	}
	b.quiet()
	if *picture != "" {
		b.do(chromedp.EmulateViewport(1280, 1000))
		ctx := b.ctx
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(*picture, png, 0o644))
	}
}

func TestFiltersShowWhatFitsAndNothingElse(t *testing.T) {
	r, o := run(t, broken)
	b := open(t, r, o)
	all := get[int](b, shown)
	require.Greater(t, all, 3)
	require.Equal(t, "block", get[string](b, `getComputedStyle(document.querySelector('.filters')).display === 'none' ? 'none' : 'block'`))

	b.do(chromedp.SendKeys(`.filters input[type=search]`, "WWW-authenticate missing"))
	require.Equal(t, 1, get[int](b, shown))
	require.Contains(t, get[string](b, `document.querySelector('.filters output').innerText`), "1 of ")
	b.do(chromedp.SendKeys(`.filters input[type=search]`, " nothing like it"))
	require.Zero(t, get[int](b, shown))
	require.True(t, get[bool](b, `document.getElementById('nothing').checkVisibility()`))
	get[bool](b, `(() => { const f = document.querySelector('.filters'); f.reset(); f.dispatchEvent(new Event('input')); return true })()`)
	require.Equal(t, all, get[int](b, shown))

	b.do(chromedp.Click(`.filters input[value=violation]`))
	require.Equal(t, get[int](b, `document.querySelectorAll('.cause:not(.violation)').length`), get[int](b, shown))
	b.do(chromedp.Click(`.filters input[value=violation]`))
	rule := get[string](b, `document.querySelector('.filters select[name=rule]').options[1].value`)
	b.do(chromedp.SetValue(`.filters select[name=rule]`, rule))
	get[bool](b, `document.querySelector('.filters').dispatchEvent(new Event('input'))`)
	require.Equal(t, get[int](b, `document.querySelectorAll('.cause[data-rule="`+rule+`"]').length`), get[int](b, shown))
	b.quiet()
}

func TestACellOfTheMatrixLeadsToWhatIsBehindIt(t *testing.T) {
	r, o := run(t, broken)
	b := open(t, r, o)
	require.False(t, get[bool](b, `document.getElementById('op-getUser').open`))
	b.do(chromedp.Click(`a[href="#at-getUser-200"]`))
	require.True(t, get[bool](b, `document.getElementById('op-getUser').open`))
	b.do(wait(`(() => { const r = document.getElementById('at-getUser-200').getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight })()`))
	require.Contains(t, get[string](b, `document.getElementById('at-getUser-200').innerText`), "/gender =female")
	b.quiet()
}

func TestThePageIsUsedByKeyboard(t *testing.T) {
	r, o := run(t, broken)
	b := open(t, r, o)
	b.do(chromedp.KeyEvent(kb.Tab))
	require.Equal(t, "Skip to the causes", get[string](b, `document.activeElement.innerText`))
	b.do(chromedp.KeyEvent(kb.Enter))
	require.Equal(t, "#causes", get[string](b, `location.hash`))
	for range 40 { // through the filters to the second cause
		b.do(chromedp.KeyEvent(kb.Tab))
		if get[bool](b, `document.activeElement.tagName === 'SUMMARY' && document.activeElement.parentElement.id !== 'F1' && document.activeElement.parentElement.matches('.cause')`) {
			break
		}
	}
	require.False(t, get[bool](b, `document.activeElement.parentElement.open`))
	b.do(chromedp.KeyEvent(kb.Enter))
	require.True(t, get[bool](b, `document.activeElement.parentElement.open`))
	require.Equal(t, "solid", get[string](b, `getComputedStyle(document.activeElement).outlineStyle`), "where the keyboard is can be seen")
	b.quiet()
}

func TestThePageIsReadWithoutJavaScript(t *testing.T) {
	r, o := run(t, broken)
	b := open(t, r, o, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	})
	ctx := b.ctx
	text, err := chromedp.Run(ctx, chromedp.Text(`body`))
	require.NoError(t, err)
	for _, want := range []string{"FAIL", "WWW-Authenticate is missing", "Documented", "Who gets in", "Requirements", "users/read-back"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "All operations", "filters that do nothing are not shown")
	b.do(chromedp.Click(`#F2 > summary`), chromedp.WaitVisible(`#F2 .in`))
	b.quiet()
}

func TestNothingOfAServerRunsInThePage(t *testing.T) {
	r := &contract.Report{Summary: contract.Summary{Violations: 1, Failed: 1, Exchanges: 1}}
	for _, text := range []string{
		`<script>window.owned = 1</script>`, `</script><script>window.owned = 1</script>`, `"><img src=x onerror="window.owned = 1">`,
		`</style></title></textarea><svg onload="window.owned = 1">`, `javascript:window.owned=1`, "\u202e\u2066\x00\x1b[31m\x07", `'-(window.owned=1)-'`, "<!--", "]]>",
	} {
		f := contract.Finding{
			Rule: text, Level: contract.Violation, Operation: text, Status: 200, Pointer: text, Message: text, Spec: text, Source: text, Curl: text, Count: 2,
			Expected: text, Actual: text,
			Steps: []contract.Step{{
				Method: text, URL: text, Scope: text, Auth: contract.Auth(text), Request: contract.Message{Header: []string{text}, Body: text}, Status: 200, Error: text, Pointer: text,
				Response: &contract.Message{Header: []string{text}, Body: `{"` + text + `": ["` + text, Omitted: 1},
			}},
		}
		waived := f
		waived.Rule, waived.Waived = text+"/waived", text
		r.Findings = append(r.Findings, f, waived)
		r.Outcomes = append(r.Outcomes, contract.Outcome{Case: text, Status: contract.Fail, Reason: text})
		r.Stale = append(r.Stale, text)
		r.Target += text
	}
	b := open(t, r, report.HTMLOptions{Spec: onvy.Spec})
	get[bool](b, `(() => { for (const e of document.querySelectorAll('details')) e.open = true; return true })()`)
	require.Equal(t, "undefined", get[string](b, `typeof window.owned`))
	require.Equal(t, 1, get[int](b, `document.scripts.length`))
	require.Equal(t, 18, get[int](b, `document.querySelectorAll('.cause').length`))
	require.Zero(t, get[int](b, `[...document.links].filter((a) => !/^(https|file):$/.test(a.protocol)).length`))
	require.False(t, get[bool](b, `/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText)`), "what would hide or reorder text is not there")
	require.Regexp(t, regexp.MustCompile(`^(file|data):`), strings.Join(b.fetched, " "))
	b.quiet()
}

func TestNewAndWaivedCausesAreFiltered(t *testing.T) {
	r, o := run(t, broken)
	causes := r.Causes()
	require.Greater(t, len(causes), 3)
	for _, f := range causes[0].Findings {
		f.New = true
	}
	for _, f := range causes[1].Findings {
		f.Waived = "mended in release 12 (until 2999-01-31)"
	}
	r.Settle()
	b := open(t, r, o)
	all := get[int](b, shown)
	for _, state := range []string{"new", "known", "waived"} {
		b.do(chromedp.SetValue(`.filters select[name=state]`, state))
		get[bool](b, `document.querySelector('.filters').dispatchEvent(new Event('input'))`)
		require.Equal(t, map[string]int{"new": 1, "waived": 1, "known": all - 2}[state], get[int](b, shown), state)
	}
	b.do(chromedp.Click(`#W1 > summary`), chromedp.WaitVisible(`#W1 .in`))
	require.Contains(t, get[string](b, `document.querySelector('#W1 .in').innerText`), "mended in release 12")
	b.quiet()
}

func TestTheEvidenceIsAStoryWithThePlaceMarked(t *testing.T) {
	r, o := run(t, broken)
	b := open(t, r, o)
	require.Positive(t, get[int](b, `document.querySelectorAll('.story > li').length`))
	require.Positive(t, get[int](b, `document.querySelectorAll('.story mark.hit').length`))
	require.Equal(t, "F1", get[string](b, `document.querySelector('.cause').id`), "what fails the run is first")
	require.True(t, get[bool](b, `document.querySelector('#F1 .story').checkVisibility()`), "and its evidence is open")
	b.quiet()
}

func TestThePageFitsAPhoneAndPaper(t *testing.T) {
	r, o := run(t, broken)
	b := open(t, r, o)
	get[bool](b, `(() => { for (const e of document.querySelectorAll('details')) e.open = true; return true })()`)
	for _, width := range []int64{360, 768, 1280, 1920} {
		b.do(chromedp.EmulateViewport(width, 900))
		require.LessOrEqual(t, get[int64](b, `document.documentElement.scrollWidth`), width, "it scrolls sideways at %d", width)
	}
	get[bool](b, `(() => { for (const e of document.querySelectorAll('details')) e.open = false; return true })()`)
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	require.NoError(t, err)
	require.Equal(t, "%PDF-", string(pdf[:5]))
	require.Regexp(t, `/MediaBox \[0 0 59[45][0-9.]* 84[12][0-9.]*\]`, string(pdf), "A4 is what the page asks for")
	b.quiet()
}

func TestAPageOfVeryMuchIsUsedLikeAnyOther(t *testing.T) {
	r, o := run(t, nil)
	for i := range 100_000 {
		r.Findings = append(r.Findings, contract.Finding{
			Rule: "schema/" + strings.Repeat("x", i%700), Level: contract.Violation, Operation: "getUser", Status: 200, Message: "it is wrong", Source: "policy", Count: 1,
		})
	}
	r.Summary.Violations = len(r.Findings)
	b := open(t, r, o)
	require.Equal(t, 500, get[int](b, shown))
	b.do(chromedp.SendKeys(`.filters input[type=search]`, "schema/"+strings.Repeat("x", 120)))
	require.Less(t, get[int](b, shown), 500)
	b.quiet()
}
