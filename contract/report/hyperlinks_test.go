package report_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

func TestLinksAreForTerminalsThatAreKnownToSupportThem(t *testing.T) {
	with := func(pairs ...string) func(string) string {
		env := map[string]string{"TERM": "xterm-256color"}
		for _, pair := range pairs {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		return func(name string) string { return env[name] }
	}
	require.False(t, report.Hyperlinks(&bytes.Buffer{}, with("TERM_PROGRAM=WezTerm")), "no terminal")
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return // a system that has its terminals elsewhere
	}
	defer terminal.Close() //nolint:errcheck // nothing was written to it
	for _, known := range []string{
		"TERM_PROGRAM=iTerm.app", "TERM_PROGRAM=vscode", "TERM=xterm-kitty", "WT_SESSION=1", "VTE_VERSION=6800", "KONSOLE_VERSION=220401",
	} {
		require.True(t, report.Hyperlinks(terminal, with(known)), known)
		for _, without := range []string{"NO_COLOR=1", "CI=true", "TMUX=/tmp/x", "STY=1", "TERM=dumb", "TERM=screen-256color"} {
			require.False(t, report.Hyperlinks(terminal, with(known, without)), "%s, %s", known, without)
		}
	}
	for _, unknown := range []string{"TERM=xterm", "TERM_PROGRAM=Apple_Terminal", "VTE_VERSION=4200", "VTE_VERSION=5000", "VTE_VERSION=x", "KONSOLE_VERSION=1"} {
		require.False(t, report.Hyperlinks(terminal, with(unknown)), unknown)
	}
}

func TestRulesAndSourcesAreLinksAndTheTextIsTheSame(t *testing.T) {
	r := *reports()["failed"]
	f := stored()
	f.Source = "rfc9110#15.5.2"
	r.Findings = []contract.Finding{f}
	plain := terminal(t, &r, report.TerminalOptions{Spec: onvy.Spec, Width: 70})
	linked := terminal(t, &r, report.TerminalOptions{Spec: onvy.Spec, Width: 70, Links: true})
	require.NotContains(t, plain, "\x1b")
	require.Contains(t, linked, "\x1b]8;;https://github.com/onvy-health/onvy-go/blob/main/contract/RULES.md#users/read-back\x1b\\users/read-back\x1b]8;;\x1b\\")
	require.Contains(t, linked, "\x1b]8;;https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2\x1b\\rfc9110#15.5.2\x1b]8;;\x1b\\")
	require.Equal(t, plain, regexp.MustCompile("\x1b]8;;[^\x1b]*\x1b\\\\").ReplaceAllString(linked, ""), "also where lines end")
}

func TestARuleThatIsNoneIsNoLink(t *testing.T) {
	for _, text := range hostile {
		for one := range strings.SplitSeq(terminal(t, hostileReport(text), report.TerminalOptions{Links: true, Full: true}), "\x1b]8;;") {
			if address, _, ok := strings.Cut(one, "\x1b\\"); ok && address != "" {
				require.Regexp(t, `^https://(docs\.onvy\.health|github\.com/onvy-health|www\.rfc-editor\.org)/`, address)
			}
		}
	}
}
