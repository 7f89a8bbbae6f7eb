package console

import (
	"bytes"
	"io"
	"regexp"
	"strings"
)

// logWriter keeps the commands of the runner out of lines. It writes whole lines.
type logWriter struct {
	w    io.Writer
	rest []byte
}

func (l *logWriter) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	end := strings.LastIndexByte(string(l.rest), '\n') + 1
	lines := string(l.rest[:end])
	l.rest = append(l.rest[:0], l.rest[end:]...)
	if _, err := io.WriteString(l.w, plainLines(lines)); err != nil {
		return 0, err
	}
	return len(p), nil
}

var commandLine = regexp.MustCompile(`(?m)^(\s*)::`)

func plainLines(text string) string {
	return strings.ReplaceAll(commandLine.ReplaceAllString(text, `$1:\:`), "##[", `#\#[`)
}

// What the runner would obey is written in another way that means the same to who
// reads it.
const (
	InJSON = `#\u0023[`
	InXML  = `#&#35;[`
)

// For is a report as it goes to standard output: as it is, or, in GitHub's log,
// with that for "##[". Neither JSON nor XML of a report has a line that begins with
// "::", since both escape the ends of lines.
func For(a *App, report []byte, instead string) []byte {
	if a.Getenv("GITHUB_ACTIONS") != "true" {
		return report
	}
	return bytes.ReplaceAll(report, []byte("##["), []byte(instead))
}

// Script is a shell script as it goes to standard output: as it is, or, in GitHub's
// log, with quotes between what the runner would obey. A shell reads the same.
func Script(a *App, text string) string {
	if a.Getenv("GITHUB_ACTIONS") != "true" {
		return text
	}
	var b strings.Builder
	var quote byte // that is open; '#' in a comment
	blank := true  // the line has nothing but spaces so far
	for i := range len(text) {
		c := text[i]
		switch {
		case quote == 0 && c == '#' && (i == 0 || strings.IndexByte(" \n", text[i-1]) >= 0):
			quote = '#'
		case quote == 0 && (c == '\'' || c == '"') && (i == 0 || text[i-1] != '\\'):
			quote = c
		case c == quote && c != '#', quote == '#' && c == '\n':
			quote = 0
		}
		if (quote == '\'' || quote == '"') && (strings.HasPrefix(text[i:], "::") && blank || c == '#' && strings.HasPrefix(text[max(i-1, 0):], "##[")) {
			b.WriteString(string(quote) + string(quote))
		}
		if quote == '#' && c == '[' && strings.HasSuffix(text[:i], "##") {
			b.WriteByte('\\')
		}
		blank = c == '\n' || blank && (c == ' ' || c == '\t' || c == '\r')
		b.WriteByte(c)
	}
	return b.String()
}
