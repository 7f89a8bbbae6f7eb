package browsertest_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// axeResult is what axe says of a page.
type axeResult struct {
	Violations []struct {
		ID     string `json:"id"`
		Impact string `json:"impact"`
		Help   string `json:"help"`
		Nodes  []struct {
			HTML           string `json:"html"`
			FailureSummary string `json:"failureSummary"`
		} `json:"nodes"`
	} `json:"violations"`
	Passes     []any `json:"passes"`
	Incomplete []struct {
		ID string `json:"id"`
	} `json:"incomplete"`
}

func TestAxeFindsNothingInLightAndDark(t *testing.T) {
	axe, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	require.NoError(t, err, "npm ci installs axe-core")
	for name, faults := range map[string]map[string]string{"bad": broken, "clean": nil} {
		r, o := run(t, faults)
		for _, scheme := range []string{"light", "dark"} {
			t.Run(name+" "+scheme, func(t *testing.T) {
				b := open(t, r, o, colourScheme(scheme))
				get[bool](b, `(() => { for (const e of document.querySelectorAll('details')) e.open = true; return true })()`)
				b.do(chromedp.Evaluate[chromedp.Void](string(axe)))
				text := get[string](b, `axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(JSON.stringify)`)
				var result axeResult
				require.NoError(t, json.Unmarshal([]byte(text), &result))
				require.Greater(t, len(result.Passes), 20)
				for _, v := range result.Violations {
					for _, n := range v.Nodes[:min(len(v.Nodes), 3)] {
						t.Errorf("%s (%s, %d nodes): %s\n  %.300s\n  %s", v.ID, v.Impact, len(v.Nodes), v.Help, n.HTML, n.FailureSummary)
					}
				}
				for _, i := range result.Incomplete {
					t.Logf("axe cannot tell: %s", i.ID)
				}
				t.Logf("axe: %d rules hold, %d do not", len(result.Passes), len(result.Violations))
			})
		}
	}
}

func colourScheme(scheme string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return chromedp.Void{}, err
	}
}
