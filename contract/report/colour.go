package report

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Colours reports whether to write colours to w: only to a terminal, and not
// where the environment has NO_COLOR (any value, see no-color.org) or
// TERM=dumb. FORCE_COLOR (any value but 0 and false) wants them everywhere, as
// the logs of CI services show them.
func Colours(w io.Writer, getenv func(string) string) bool {
	switch getenv("FORCE_COLOR") {
	case "", "0", "false":
	default:
		return getenv("NO_COLOR") == ""
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}

// style is an ANSI attribute; the zero value changes nothing.
type style string

const (
	bold   style = "\x1b[1m"
	dim    style = "\x1b[2m"
	red    style = "\x1b[1;31m"
	green  style = "\x1b[1;32m"
	yellow style = "\x1b[33m"
	reset        = "\x1b[0m"
)
