package main

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far a long command is: on a terminal, never in a pipe or
// a log.
type progress struct{ bar *progressbar.ProgressBar }

// progress starts a bar of so many steps; below 1 it is not known how many.
func (a *app) progress(steps int64, what string, bytes, quiet bool) *progress {
	f, ok := a.stderr.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	if steps < 1 {
		steps = -1 // progressbar's word for unknown
	}
	return &progress{progressbar.NewOptions64(steps,
		progressbar.OptionSetWriter(f),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(bytes),
		progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)}
}

// set moves the bar. A bar that cannot be drawn is no reason to stop.
func (p *progress) set(step int64) {
	if p.bar != nil {
		_ = p.bar.Set64(step)
	}
}

// end takes the bar away, so that the report has the terminal for itself.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
