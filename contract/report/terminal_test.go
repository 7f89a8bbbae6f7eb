package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract"
	"github.com/onvy-health/onvy-go/contract/report"
)

func terminal(t *testing.T, r *contract.Report, o report.TerminalOptions) string {
	t.Helper()
	return string(written(t, func(w io.Writer) error { return report.Terminal(w, r, o) }))
}

func TestTerminalReportsReadAsTheGoldenFiles(t *testing.T) {
	for name, r := range reports() {
		t.Run(name, func(t *testing.T) {
			golden(t, name+".txt", []byte(terminal(t, r, report.TerminalOptions{})))
		})
	}
}

func TestTerminalSaysFirstWhatFailedAndLastTheVerdict(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(terminal(t, reports()["failed"], report.TerminalOptions{})), "\n")
	require.Equal(t, "FAIL  https://staging.api.onvy.health: createServerToken and getUser", lines[0])
	require.True(t, strings.HasPrefix(lines[len(lines)-1], "FAIL  https://staging.api.onvy.health | 2 violations, 1 assumption, 1 drift | 8 cases: 2 passed, 2 failed"))
}

func TestTerminalShortensTheNamesOfManyRecordings(t *testing.T) {
	r := *reports()["replay"]
	r.Target = strings.Repeat("recording.har, ", 1000)
	require.Less(t, len(terminal(t, &r, report.TerminalOptions{Quiet: true})), 1000)
}

func TestTerminalVerdictIsTheExitStatus(t *testing.T) {
	word := map[int]string{0: "PASS", 1: "FAIL", 2: "ERROR"}
	for name, r := range reports() {
		out := strings.TrimSpace(terminal(t, r, report.TerminalOptions{}))
		last := out[strings.LastIndex(out, "\n")+1:]
		require.True(t, strings.HasPrefix(last, word[r.ExitStatus()]+"  "), "%s: %s", name, last)
	}
}

func TestTerminalQuietLeavesOutWhatDoesNotFailTheRun(t *testing.T) {
	out := terminal(t, reports()["failed"], report.TerminalOptions{Quiet: true})
	require.Contains(t, out, "schema/body")
	require.Contains(t, out, "the server closed the connection")
	require.NotContains(t, out, "nickname")
	require.NotContains(t, out, "ONVY_ID_TOKEN")
	require.Equal(t, 1, strings.Count(terminal(t, reports()["clean"], report.TerminalOptions{Quiet: true}), "\n"))
}

func TestTerminalShowsFiveFindingsOfARuleUnlessFull(t *testing.T) {
	r := *reports()["strict"]
	r.Findings = nil
	for i := range 7 {
		f := extraProperty
		f.Message = fmt.Sprintf("the property number%d is not in the contract", i)
		r.Findings = append(r.Findings, f)
	}
	brief := terminal(t, &r, report.TerminalOptions{})
	require.Contains(t, brief, "number4")
	require.NotContains(t, brief, "number5")
	require.Contains(t, brief, "and 2 more of this rule; --full shows them")
	full := terminal(t, &r, report.TerminalOptions{Full: true})
	require.Contains(t, full, "number6")
	require.NotContains(t, full, "--full")
}

func TestTerminalShowsACommandOnceForAnOperation(t *testing.T) {
	r := *reports()["strict"]
	other := wrongType
	other.Operation = "listUsers"
	again := wrongType
	again.Message = "another one"
	r.Findings = []contract.Finding{wrongType, again, other}
	out := terminal(t, &r, report.TerminalOptions{})
	require.Equal(t, 2, strings.Count(out, wrongType.Curl), out)
}

func TestTerminalDoesNotObeyEscapeSequencesOfTheServer(t *testing.T) {
	r := *reports()["strict"]
	f := extraProperty
	f.Pointer, f.Message = "/\x1b[2J\u202e\nPASS", "the property \x1b[2J is not in the contract"
	f.Curl = "curl \x1b[2J"
	r.Findings = []contract.Finding{f}
	r.Outcomes = []contract.Outcome{{Case: "a/\x1b", Status: contract.Error, Reason: "\x1b]0;x\a"}}
	out := terminal(t, &r, report.TerminalOptions{})
	require.NotContains(t, out, "\x1b")
	require.NotContains(t, out, "\u202e")
	require.NotContains(t, out, "\nPASS")
	require.Contains(t, out, `/\x1b[2J\u202e\nPASS`)
}

func TestColoursAreWrittenOnlyWhenAskedFor(t *testing.T) {
	coloured := terminal(t, reports()["failed"], report.TerminalOptions{Colour: true})
	golden(t, "failed-colour.txt", []byte(coloured))
	require.NotContains(t, terminal(t, reports()["failed"], report.TerminalOptions{}), "\x1b")
}

func TestColoursAreForTerminalsOnly(t *testing.T) {
	none := func(string) string { return "" }
	require.False(t, report.Colours(&bytes.Buffer{}, none))
	f, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	defer f.Close()
	require.False(t, report.Colours(f, none))
}

func TestColoursOnATerminalRespectTheEnvironment(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return // a system that has its terminals elsewhere
	}
	defer terminal.Close() //nolint:errcheck // nothing was written to it
	with := func(name, value string) func(string) string {
		return func(n string) string { return map[string]string{name: value}[n] }
	}
	require.True(t, report.Colours(terminal, with("TERM", "xterm")))
	require.False(t, report.Colours(terminal, with("NO_COLOR", "1")))
	require.False(t, report.Colours(terminal, with("TERM", "dumb")))
}

// full is a disk that is full.
type full struct{}

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestEveryWriterReturnsTheErrorOfWriting(t *testing.T) {
	r := reports()["failed"]
	require.ErrorIs(t, report.Terminal(full{}, r, report.TerminalOptions{}), errFull)
	require.ErrorIs(t, report.JSON(full{}, r), errFull)
	require.ErrorIs(t, report.JUnit(full{}, r), errFull)
	require.ErrorIs(t, report.RulesMarkdown(full{}, nil), errFull)
}
