package browsertest_test

import (
	"bytes"
	"context"
	"iter"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

// patience is for a machine that has other things to do.
const patience = 60 * time.Second

// tab is a page in a browser.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu      sync.Mutex
	said    []string // on the console
	fetched []string // from anywhere
}

// collect keeps what a page says until it is closed.
func collect[E any](events iter.Seq2[E, error], mu *sync.Mutex, into *[]string, text func(E) string) {
	for e, err := range events {
		if err != nil {
			return
		}
		mu.Lock()
		*into = append(*into, text(e))
		mu.Unlock()
	}
}

// browser finds the browser, or skips the test. In CI there must be one.
func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		require.Fail(t, "there is no chromium, which these tests need")
	}
	t.Skip("there is no chromium on this machine: apt-get install chromium")
	return ""
}

// open shows a report in a browser.
func open(t *testing.T, r *contract.Report, o report.HTMLOptions, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	var page bytes.Buffer
	require.NoError(t, report.HTML(&page, r, o))
	path := filepath.Join(t.TempDir(), "report.html")
	require.NoError(t, os.WriteFile(path, page.Bytes(), 0o600))
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(browser(t)), chromedp.NoSandbox)
	allocator, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	require.NoError(t, chromedp.Do(ctx)) // starts the browser
	messages, requests := chromedp.Console(ctx), chromedp.Events(ctx, network.RequestWillBeSent)
	go collect(messages, &b.mu, &b.said, func(m chromedp.ConsoleMessage) string { return string(m.Type) + ": " + m.Text })
	go collect(requests, &b.mu, &b.fetched, func(e network.EventRequestWillBeSent) string { return e.Request.URL })
	b.do(before...)
	b.do(chromedp.EmulateViewport(1280, 900), chromedp.Navigate((&url.URL{Scheme: "file", Path: path}).String()))
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, steps...))
}

// get evaluates an expression in the page.
func get[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, expression)
	return v
}
