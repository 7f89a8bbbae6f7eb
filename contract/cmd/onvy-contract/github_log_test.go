package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/contract/cmd/onvy-contract/internal/console"
	"github.com/onvy-health/onvy-go/contract/sandbox"
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
	args := []string{"run", "--seed=7", "--quiet", "--full", "--notes", "--run", "^users/", ledger(t)}
	plain := c.run(t, args...)
	require.Regexp(t, runnerObeys, plain.stdout, "or the test shows nothing")
	c.env["GITHUB_ACTIONS"] = "true"
	for _, r := range []result{c.run(t, args...), c.run(t, append(slices.Clone(args), "--json=-")...)} {
		require.Equal(t, plain.status, r.status)
		require.NotRegexp(t, runnerObeys, r.stderr)
		if !strings.HasPrefix(r.stdout, "{") {
			require.NotRegexp(t, runnerObeys, r.stdout)
		}
	}
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
