package console

import (
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
