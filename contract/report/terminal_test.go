package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	onvy "github.com/onvy-health/onvy-go"
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

func TestTerminalShowsTheEvidenceOfTheFirstCausesUnlessFull(t *testing.T) {
	r := *reports()["strict"]
	r.Findings = nil
	for i := range 9 {
		f := wrongType
		f.Pointer, f.Message = fmt.Sprintf("/number%d", i), fmt.Sprintf("number%d is wrong", i)
		r.Findings = append(r.Findings, f)
	}
	brief := terminal(t, &r, report.TerminalOptions{})
	require.Equal(t, 5, strings.Count(brief, "  why       "), brief)
	require.Contains(t, brief, "number8", "the others have a line")
	require.Contains(t, brief, "--full shows the evidence")
	full := terminal(t, &r, report.TerminalOptions{Full: true})
	require.Equal(t, 9, strings.Count(full, "  why       "))
	require.NotContains(t, full, "--full")
}

// stored is a finding with evidence.
func stored() contract.Finding {
	f := wrongType
	f.Rule, f.Operation, f.Message, f.Pointer, f.Exchange = "users/read-back", "getUser", "the value is not the one that was sent", "/language", "users/patch"
	f.Expected, f.Actual = `"de"`, `"en"`
	f.Steps = []contract.Step{
		{Method: "PATCH", URL: "https://staging.api.onvy.health/users/contract_1", Auth: contract.ServerAuth, Status: 200,
			Request: contract.Message{Body: `{"language": "de"}`}, Response: &contract.Message{Body: `{"language": "de"}`}},
		{Method: "GET", URL: "https://staging.api.onvy.health/users/contract_1", Auth: contract.ServerAuth, Status: 200, Pointer: "/language",
			Response: &contract.Message{Body: `{"id": "contract_1", "firstname": "Zoë", "language": "en"}`}},
	}
	return f
}

func TestTerminalShowsWhatWasSentThenWhatCameWithThePlaceUnderlined(t *testing.T) {
	r := *reports()["failed"]
	r.Findings = append([]contract.Finding{extraProperty}, stored())
	out := terminal(t, &r, report.TerminalOptions{Spec: onvy.Spec})
	golden(t, "evidence.txt", []byte(out))
	lines := strings.Split(out, "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "< {") })
	column := strings.Index(lines[i+1], "~~~~")
	require.Equal(t, `"en"`, string([]rune(lines[i])[column:column+4]), "under the value, whatever letters precede it")
	require.Contains(t, out, "F1 violation  users/read-back  GET /users/{user_id}")
	require.Contains(t, out, "onvy-contract run --run '^users/patch$' --seed 7")
}

func TestTerminalEndsWithTheFailureWhateverElseThereIs(t *testing.T) {
	r := *reports()["failed"]
	r.Findings = []contract.Finding{stored()}
	for i := range 200 {
		f := extraProperty
		f.Pointer = fmt.Sprintf("/a%c%d", 'a'+i%26, i)
		r.Findings = append(r.Findings, f)
	}
	for _, o := range []report.TerminalOptions{{}, {Notes: true}, {Full: true}, {Width: 60}, {Width: 200}} {
		lines := strings.Split(strings.TrimSpace(terminal(t, &r, o)), "\n")
		screen := strings.Join(lines[max(0, len(lines)-30):], "\n")
		require.Contains(t, screen, "users/read-back")
		require.Contains(t, screen, `{"language": "de"}`)
	}
}

func TestTerminalKeepsToItsWidth(t *testing.T) {
	r := *reports()["strict"]
	f := stored()
	f.Message = strings.Repeat("some words ", 40)
	f.Steps[1].Response.Body = `{"note": "` + strings.Repeat("ä", 900) + `", "language": "en", "more": "` + strings.Repeat("b", 900) + `"}`
	r.Findings = []contract.Finding{f}
	for _, width := range []int{60, 100, 200} {
		out := terminal(t, &r, report.TerminalOptions{Width: width})
		verdict := strings.LastIndex(strings.TrimSpace(out), "\n")
		for l := range strings.Lines(out[:verdict]) {
			if !strings.Contains(l, "again") { // to be pasted
				require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(l, "\n")), width, l)
			}
		}
		require.Contains(t, out, `"language": "en"`)
		require.Contains(t, out, "~~~~")
	}
}

func TestTerminalCountsNotesUnlessAskedForThem(t *testing.T) {
	out := terminal(t, reports()["failed"], report.TerminalOptions{})
	require.Contains(t, out, "Notes  1 assumption, 1 drift (--notes shows them)")
	require.NotContains(t, out, "nickname")
	require.Contains(t, terminal(t, reports()["failed"], report.TerminalOptions{Notes: true}), "nickname")
}

func TestTerminalDoesNotObeyEscapeSequencesOfTheServer(t *testing.T) {
	r := *reports()["strict"]
	f := extraProperty
	f.Pointer, f.Message = "/\x1b[2J\u202e\nPASS", "the property \x1b[2J is not in the contract"
	f.Curl, f.Exchange = "curl \x1b[2J", "\x1b[2J"
	f.Steps = []contract.Step{{Method: "GET\x1b[2J", URL: "http://x/\x1b[2J", Error: "\x1b[2J", Status: 200,
		Response: &contract.Message{Body: "\x1b[2J\u202e", Header: []string{"A: \x1b[2J"}}}}
	f.Expected, f.Actual, f.Source = "\x1b[2J", "\u202e", "\x1b[2J"
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
	for value, want := range map[string]bool{"1": true, "3": true, "0": false, "false": false} {
		require.Equal(t, want, report.Colours(&bytes.Buffer{}, func(name string) string {
			return map[string]string{"FORCE_COLOR": value, "TERM": "dumb"}[name]
		}), value)
	}
	require.False(t, report.Colours(&bytes.Buffer{}, func(string) string { return "1" }), "NO_COLOR wins")
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
