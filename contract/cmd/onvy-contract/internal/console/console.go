package console

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"github.com/onvy-health/onvy-go/contract/internal/mask"
	"github.com/onvy-health/onvy-go/contract/internal/near"
	"github.com/onvy-health/onvy-go/contract/report"
)

// App is what the commands share.
type App struct {
	StdinName      string                      // what findings call standard input; "" is stdin
	Lookup         func(string) (string, bool) // as os.LookupEnv
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	SpecFile string // --spec
	Colour   Choice // --color
}

// Getenv is a variable of the environment; "" if it is not set.
func (a *App) Getenv(name string) string {
	value, _ := a.Lookup(name)
	return value
}

// Note writes a line for people to stderr. Where stderr is closed nobody reads.
func (a *App) Note(format string, args ...any) {
	var text strings.Builder
	for line := range strings.Lines(fmt.Sprintf(format, args...) + "\n") { // what a server or a file says must not move the cursor
		text.WriteString(mask.Printable(strings.TrimSuffix(line, "\n")) + "\n")
	}
	_, _ = io.WriteString(a.Log(a.Stderr), text.String())
}

// Exit is an exit status of a command that has already said why.
type Exit int

func (e Exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// Plain takes the names of packages out of an error: they tell a caller in Go
// whose error it is, and the user of a program nothing.
func Plain(err error) string { return packages.ReplaceAllString(err.Error(), "$1") }

var packages = regexp.MustCompile(`(^|: )(?:(?:contract|recording|sandbox|report|coverage|suggest|waivers): )+`)

// Say is an error as a user reads it: where it is of a file that is not there, with
// the name of one that may have been meant. Files of secrets are not named in
// errors.
func Say(err error) string {
	text := Plain(err)
	if at, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(at.Err, fs.ErrNotExist) {
		text += near.File(at.Path)
	}
	return text
}

// Log is w as GitHub's runner is to see it: it obeys a line that begins with
// "::", and "##[" anywhere, and what a server sent is no command.
func (a *App) Log(w io.Writer) io.Writer {
	if a.Getenv("GITHUB_ACTIONS") != "true" {
		return w
	}
	return &logWriter{w: w}
}

// Colours reports whether a report that goes to w has colours.
func (a *App) Colours(w io.Writer) bool {
	switch a.Colour.Value {
	case "always":
		return true
	case "never":
		return false
	}
	return report.Colours(w, a.Getenv)
}
