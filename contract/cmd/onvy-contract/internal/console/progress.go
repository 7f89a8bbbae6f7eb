package console

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Progress shows how far a long command is: on a terminal, never in a pipe or
// a log.
type Progress struct{ bar *progressbar.ProgressBar }

// NewProgress starts a bar of so many steps; below 1 it is not known how many.
func NewProgress(a *App, steps int64, what string, bytes, quiet bool) *Progress {
	f, ok := a.Stderr.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return &Progress{}
	}
	if steps < 1 {
		steps = -1 // progressbar's word for unknown
	}
	return &Progress{progressbar.NewOptions64(steps,
		progressbar.OptionSetWriter(f),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(bytes),
		progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)}
}

// Set moves the bar. A bar that cannot be drawn is no reason to stop.
func (p *Progress) Set(step int64) {
	if p.bar != nil {
		_ = p.bar.Set64(step)
	}
}

// End takes the bar away, so that the report has the terminal for itself.
func (p *Progress) End() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
