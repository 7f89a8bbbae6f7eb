package again

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/onvy-health/onvy-go/internal/needs"
)

// What scripts write in words means the same here as to a shell.
func TestWordsMeanWhatTheyMeanToAShell(t *testing.T) {
	needs.Programs(t, "sh", "sed", "cut", "tr", "base64")
	token := `eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjEsInN1YiI6ImEiLCJ4Ijoiw6Q_In0.AbCdEf-_gh`
	for _, word := range []string{
		`plain`, `'it'\''s'`, `"${TOKEN}"`, `'a'"${TOKEN}"'b$c'`, `"${TOKEN%?}"`, `"${TOKEN%????}"`, `"${TOKEN##*.}"`, `"$TOKEN:$SECRET"`, `''`,
		`"$(printf %s "${TOKEN}" | cut -d. -f1)"`, `"$(printf %s "${TOKEN}" | cut -d. -f2).x"`,
		`"$(printf %s "${TOKEN##*.}" | sed -e 's/^\(.\{0\}\)A/\1Q/;t' -e 's/^\(.\{0\}\)./\1A/')"`,
		`"$(printf %s "${TOKEN##*.}" | sed -e 's/^\(.\{3\}\)A/\1Q/;t' -e 's/^\(.\{3\}\)./\1A/')"`,
		`"$(printf %s "$SECRET" | tr 'a-zA-Z' 'A-Za-z')"`,
		`"$(printf %s '{"alg":"none"}' | base64 | tr -d '=\n' | tr '/+' '_-')"`,
		`"$(printf %s "$(printf '%s===' "$(printf %s "${TOKEN}" | cut -d. -f2)" | tr '_-' '/+' | base64 -d 2>/dev/null | sed 's/"exp":[0-9]*/"exp":9999999999/;s/"sub":"[^"]*"/"sub":"b"/')" | base64 | tr -d '=\n' | tr '/+' '_-')"`,
		`"Basic $(printf %s 'server:'"${SECRET}" | base64 | tr -d '\n')"`,
	} {
		parsed, err := parse("echo " + word + "\n")
		require.NoError(t, err, word)
		got, err := (&values{of: map[string]string{"TOKEN": token, "SECRET": "sEcret+/x"}}).text(parsed[0].pipe[0][1])
		require.NoError(t, err, word)
		cmd := exec.CommandContext(t.Context(), "sh", "-c", "TOKEN='"+token+"'; SECRET='sEcret+/x'; printf %s "+word)
		want, err := cmd.Output()
		require.NoError(t, err, word)
		require.Equal(t, string(want), got, word)
	}
	bytes, err := octal(`a\303\244\000\\`)
	require.Error(t, err, bytes)
	bytes, err = octal(`a\303\244\000\134`)
	require.NoError(t, err)
	require.Equal(t, "aä\x00\\", bytes)
}

func TestWhatOnlyAShellCanReadIsRefused(t *testing.T) {
	for _, script := range []string{
		"curl $(id)", "curl `id`", "curl \"$URL\" > file", "curl x; rm y", "curl x & y", "curl \"x\\\"y\"", "rm -rf /", "curl 'open", `curl "open`,
		"A=$(curl \"$URL/x\"", "curl \"$URL/x\" --proxy http://other", "curl \"$URL/x\" -o", "curl https://other/", "curl \"${URL}x\"", "curl $", "curl ${X:-y}",
		"curl " + strings.Repeat("$(curl ", 1_000_000), "curl " + strings.Repeat("\"$(curl ", 1_000_000),
		"A=$(curl \"$URL/x\" | sed -n 's/x/y/p')", "sleep x", "curl \"$NONE/x\"", "cat x | curl \"$URL/x\" --data-binary @-", "curl \"$URL/x\" -d @file | sh",
	} {
		err := func() error {
			all, err := parse(script + "\n")
			for _, s := range all {
				if err == nil {
					var a action
					if a, err = actionOf(s, &values{of: map[string]string{"URL": base}}); err == nil && a.request.Path == "" {
						err = errForm
					}
				}
			}
			return err
		}()
		require.Error(t, err, "%.60s", script)
	}
}

// A report is a file of which nobody knows who has written it, and a few lines
// could make more text than a machine holds.
func TestWhatAScriptMakesIsBounded(t *testing.T) {
	run := func(script string) error {
		all, err := parse(script)
		v := &values{of: map[string]string{"URL": base, "TOKEN": strings.Repeat("t", 8<<10)}}
		for _, s := range all {
			if err == nil {
				_, err = actionOf(s, v)
			}
		}
		return err
	}
	curl := func(data string) string { return `curl -X POST "$URL/users" --data-raw ` + data + "\n" }
	for name, script := range map[string]string{
		"sed that doubles":         curl(`"$(printf %s x | sed '` + strings.Repeat(`s/^\(.*\)/\1\1/;`, 22) + `t')"`),
		"sed that repeats":         curl(`"$(printf %s "$TOKEN" | sed 's/^\(.*\)/` + strings.Repeat(`\1`, 10_000) + `/' | cut -d. -f2)"`),
		"base64 of base64":         curl(`"$(printf %s "$TOKEN"` + strings.Repeat(" | base64", 22) + ` | cut -d. -f2)"`),
		"a variable many times":    curl(`"` + strings.Repeat("$TOKEN", 200) + `"`),
		"in many words":            curl("x" + strings.Repeat(` -d "$TOKEN"`, 200)),
		"in many lines":            strings.Repeat(curl(`"$TOKEN"`), 200),
		"one within the other":     curl(strings.Repeat(`"$(printf %s "$TOKEN" `, 14) + `"$(printf %s` + strings.Repeat(` "$TOKEN"`, 10) + `)"` + strings.Repeat(`)"`, 14)),
		"sed on much, many a time": curl(`"$(printf %s "$TOKEN" | sed '` + strings.Repeat("s/a/b/;", 200) + `t')"`),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		require.ErrorIs(t, run(script), errText, name)
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(32*mostText), name)
	}
	require.NoError(t, run(strings.Repeat(curl("'"+strings.Repeat("x", 8<<10)+"'"), 50)), "bodies as scripts have them")
	require.ErrorIs(t, run(curl(`"$(printf %s "$TOKEN" | tr -d '`+strings.Repeat("x", 65)+`')"`)), errForm)
}

func FuzzParse(f *testing.F) {
	f.Add("TOKEN=$(curl -sS \"$URL/x\" | sed -n 's/.*\"a\" *: *\"\\([^\"]*\\)\".*/\\1/p')\ncurl -i \"$URL/users?limit=1\" -H \"Authorization: Bearer ${TOKEN}\"\n")
	f.Add("printf '\\303' | curl -X POST \"$URL/users\" --data-binary @-\n")
	f.Fuzz(func(t *testing.T, script string) {
		all, err := parse(script)
		if err != nil {
			return
		}
		for _, s := range all {
			if a, err := actionOf(s, &values{of: map[string]string{"URL": base, "TOKEN": "a.b.c"}}); err == nil && a.request.Path != "" {
				require.True(t, strings.HasPrefix(a.request.Path, "/"), a.request.Path)
			}
		}
	})
}
