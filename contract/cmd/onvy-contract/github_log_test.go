package main

import (
	"encoding/json"
	"encoding/xml"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/outputs"
	"github.com/onvy-health/onvy-go/contract/sandbox"
	"github.com/onvy-health/onvy-go/internal/needs"
)

// runnerObeys is what the runner of GitHub Actions takes for a command.
var runnerObeys = regexp.MustCompile(`(?m)^\s*::|##\[`)

func TestWhatAServerSentIsNoCommandOfTheRunner(t *testing.T) {
	s := sandbox.Start(t)
	// The first is seen wherever lines are broken.
	commands := []string{"##[error]z", "::set-output name=a::b", strings.Repeat("x", 70) + " ::error::y", "\n::add-mask::q"}
	wrong := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		s.Handler().ServeHTTP(recorded, r)
		maps.Copy(w.Header(), recorded.Header())
		var object map[string]any
		body := recorded.Body.Bytes()
		if json.Unmarshal(body, &object) == nil && object["firstname"] != nil {
			for _, command := range commands {
				object[command] = command
			}
			object["weight"] = strings.Join(commands, " ")
			body, _ = json.Marshal(object)
			w.Header().Del("Content-Length")
		}
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(body)
	}))
	defer wrong.Close()
	c := atURL(s, wrong.URL)
	args := []string{"run", "--seed=7", "--quiet", "--full", "--notes", "--run", "^users/(create|patch)$", ledger(t)}
	plain := c.run(t, args...)
	require.Regexp(t, runnerObeys, plain.stdout, "or the test shows nothing")
	asJSON := c.run(t, append(slices.Clone(args), "--json=-")...).stdout
	require.Contains(t, asJSON, "##[")
	name := file(t, "report.json", asJSON)
	id := causeFor(t, name, "schema/type")
	script := c.run(t, "again", id, name, "--script").stdout
	require.NotEmpty(t, script)

	c.env["GITHUB_ACTIONS"] = "true"
	for i, r := range []result{
		c.run(t, args...), c.run(t, append(slices.Clone(args), "--json=-")...), c.run(t, append(slices.Clone(args), "--junit=-")...),
		c.run(t, "again", id, name, ledger(t)), c.run(t, "again", id, name, "--script"), c.run(t, "diff", file(t, "none.json", `{"version":2,"target":"","spec":""}`), name),
	} {
		require.NotRegexp(t, runnerObeys, r.stderr)
		require.NotRegexp(t, runnerObeys, r.stdout)
		require.True(t, i > 2 || r.status == plain.status, r.stderr)
		switch {
		case strings.HasPrefix(r.stdout, "{"):
			require.Contains(t, r.stdout, `#\u0023[`)
			require.Equal(t, messagesOf(t, asJSON), messagesOf(t, r.stdout), "it says the same")
		case strings.HasPrefix(r.stdout, "<"):
			require.NoError(t, xml.Unmarshal([]byte(r.stdout), new(struct{ XMLName xml.Name })))
		}
	}
}

// messagesOf are those of the findings of a report.
func messagesOf(t *testing.T, text string) (all []string) {
	t.Helper()
	r, err := outputs.ParseReport([]byte(text))
	require.NoError(t, err)
	for _, f := range r.Findings {
		all = append(all, f.Message)
	}
	slices.Sort(all)
	return all
}

func TestAScriptInTheLogOfARunnerMeansTheSame(t *testing.T) {
	needs.Programs(t, "sh")
	script := "# users/x: ##[error]a\nprintf '%s|' 'a ##[b' \"c ##[d\" 'e\n  ::f\n::g' 'it'\\''s ##[h' # ##[i\n"
	actions := &console.App{Lookup: func(string) (string, bool) { return "true", true }}
	kept := console.Script(actions, script)
	require.NotRegexp(t, runnerObeys, kept)
	require.Equal(t, script, console.Script(&console.App{Lookup: func(string) (string, bool) { return "", false }}, script))
	require.Equal(t, `a="#&#35;[b"`, string(console.For(actions, []byte(`a="##[b"`), console.InXML)))
	run := func(text string) string {
		out, err := exec.CommandContext(t.Context(), "sh", "-c", text).Output()
		require.NoError(t, err, text)
		return string(out)
	}
	require.Equal(t, run(script), run(kept))
}

func TestLinesAreKeptFromTheRunnerHoweverTheyAreWritten(t *testing.T) {
	var b strings.Builder
	w := (&console.App{Lookup: func(string) (string, bool) { return "true", true }}).Log(&b)
	for _, part := range []string{"a ::b::\n ", ":", ":error::c\n\t::d\n##", "[group]e\n"} {
		n, err := w.Write([]byte(part))
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	require.Equal(t, "a ::b::\n :\\:error::c\n\t:\\:d\n#\\#[group]e\n", b.String())
}
