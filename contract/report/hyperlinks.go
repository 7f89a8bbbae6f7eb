package report

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/internal/mask"
)

// Hyperlinks reports whether to write links (OSC 8) to w: only to a terminal
// that says that it knows them, and not with NO_COLOR, in the log of a CI
// service, or through tmux and screen, which may not pass them on.
func Hyperlinks(w io.Writer, getenv func(string) string) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && linksKnown(getenv)
}

// linksKnown reads what terminals put into the environment.
func linksKnown(getenv func(string) string) bool {
	kind := getenv("TERM")
	for _, without := range []string{"NO_COLOR", "CI", "TMUX", "STY"} {
		if getenv(without) != "" {
			return false
		}
	}
	if kind == "dumb" || strings.HasPrefix(kind, "screen") || strings.HasPrefix(kind, "tmux") {
		return false
	}
	atLeast := func(variable string, version int) bool {
		n, err := strconv.Atoi(getenv(variable))
		return err == nil && n >= version
	}
	return slices.Contains([]string{"xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra", "wezterm"}, kind) ||
		slices.Contains([]string{"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby"}, getenv("TERM_PROGRAM")) ||
		getenv("WT_SESSION") != "" || getenv("KITTY_WINDOW_ID") != "" || getenv("DOMTERM") != "" ||
		atLeast("VTE_VERSION", 5000) && getenv("VTE_VERSION") != "5000" || // which crashes on them
		atLeast("KONSOLE_VERSION", 201200)
}

// link makes a text lead to an address.
func link(p *page, address, text string) string {
	if !p.Links || address == "" {
		return text
	}
	return "\x1b]8;;" + address + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

// ruleName is the id of a finding's rule, which leads to what it wants.
func ruleName(p *page, f *contract.Finding) string {
	name, address := p.paint(bold, mask.Printable(f.Rule)), ""
	if rule, ok := contract.RuleByID(f.Rule); ok {
		address = rulePage(rule)
	}
	return link(p, address, name)
}
